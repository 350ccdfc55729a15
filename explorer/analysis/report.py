"""What a network is made of and what it costs: by layer, by block, by stage, in total.

`analyse` computes; `explorer.analysis.tables` formats. Nothing here needs TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from explorer.analysis.conventions import DEFAULT, Convention, activations, convention
from explorer.analysis.receptive_field import receptive_fields
from resnext import Graph, Node, ResNeXtSpec, Shape, trace
from resnext.errors import InputError

LEVELS = ("stage", "block", "layer")
FLOAT32_BYTES = 4
_UNSEEN = (None, None)


class Row(NamedTuple):
    """A layer, a block, a stage or the network, for one image.

    None stands for what is not known; a sum leaves it out, and ``counted`` is then False.

    Attributes:
        name: Its place, such as ``stage2/block1``.
        kind: The layer's class; ``identity block``, ``projection block``, ``stage`` or
            ``network``.
        stage: First part of the place.
        block: First two parts, if it is in a block; else empty.
        output_shape: Without the batch.
        params: Weights that training changes, as papers count them.
        trainable_params: The same, by Keras's name.
        non_trainable_params: Moving statistics of batch normalisation.
        total_params: Both, as Keras's ``count_params()`` counts.
        macs: The total under the report's counting convention.
        flops: 2 x macs (1 x under a convention that counts FLOPs).
        activations: Output values of convolutions and dense layers (timm's sense).
        weight_bytes: Memory of all weights at float32.
        activation_bytes: Memory of the outputs of all layers at float32.
        receptive_field: Pixels of the input that one position sees, along one axis; None
            behind global pooling, where every value sees all. Of the network: of its last
            feature map.
        stride: Pixels of the input between two positions.
        layers: Number of layers.
        counted: Whether ``macs`` holds all of it.
    """

    name: str
    kind: str
    stage: str
    block: str
    output_shape: Shape | None
    params: int | None
    trainable_params: int | None
    non_trainable_params: int | None
    total_params: int | None
    macs: int | None
    flops: int | None
    activations: int | None
    weight_bytes: int | None
    activation_bytes: int | None
    receptive_field: int | None
    stride: int | None
    layers: int = 1
    counted: bool = True


SUMMED = (
    "params",
    "trainable_params",
    "non_trainable_params",
    "total_params",
    "macs",
    "flops",
    "activations",
    "weight_bytes",
    "activation_bytes",
)


@dataclass(frozen=True)
class Report:
    """The rows of one network under one counting convention.

    Attributes:
        name: The network's.
        input_shape: (height, width, channels).
        count: Name of the counting convention.
        rows: One for each layer. The input is not a layer here: it costs nothing.
    """

    name: str
    input_shape: Shape
    count: str
    rows: tuple[Row, ...]

    @property
    def uncounted(self) -> tuple[Row, ...]:
        """Layers of unknown kind: their cost is not in any sum."""
        return tuple(row for row in self.rows if not row.counted)

    @cached_property
    def totals(self) -> Row:
        """The whole network."""
        total = _sum(self.rows, self.name, "network", "", "")
        last_map = next((row for row in reversed(self.rows) if row.receptive_field), total)
        return total._replace(receptive_field=last_map.receptive_field, stride=last_map.stride)

    @cached_property
    def stages(self) -> tuple[Row, ...]:
        """One row for each stage, the stem and the classifier."""
        return self._grouped("stage", lambda row: row.stage)

    @cached_property
    def blocks(self) -> tuple[Row, ...]:
        """One row for each block; what is in none is summed by stage."""
        return self._grouped("block", lambda row: row.block or row.stage)

    @cached_property
    def places(self) -> dict[str, Row]:
        """Every layer, block and stage by its place."""
        return {row.name: row for row in (*self.rows, *self.stages, *self.blocks)}

    def at(self, place: str) -> Row:
        """The layer, block or stage at a place, or the smallest that holds it."""
        while place and place not in self.places:
            place = place.rpartition("/")[0]
        return self.places.get(place, self.totals)

    def by(self, level: str) -> tuple[Row, ...]:
        """The rows at a level; at each of them, columns sum to the totals.

        Raises:
            ValueError: The level is not one of `LEVELS`.
        """
        if level not in LEVELS:
            raise InputError(f"The level must be one of {', '.join(LEVELS)}. Received {level!r}.")
        return {"stage": self.stages, "block": self.blocks, "layer": self.rows}[level]

    def _grouped(self, level: str, key: Any) -> tuple[Row, ...]:
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(key(row), []).append(row)
        return tuple(
            _sum(
                rows,
                name,
                _block_kind(rows) if level == "block" and rows[0].block else "stage",
                rows[0].stage,
                rows[0].block if level == "block" else "",
            )
            for name, rows in groups.items()
        )


def analyse(source: Any, count: str = DEFAULT) -> Report:
    """The report of a network.

    Args:
        source: A network's name, a `ResNeXtSpec`, a `Graph`, a functional Keras model, its JSON
            config or its ``.keras`` file, or an ``.onnx`` file.
        count: Name of a counting convention; see `explorer.analysis.conventions`.

    Raises:
        ValueError: The convention or the source is not one of these.
    """
    rule = convention(count)
    graph = graph_of(source)
    fields = receptive_fields(graph)
    costs = {i: _cost(graph.nodes[i], rule) for i in set(graph.alike)}
    rows = []
    for node, alike in zip(graph, graph.alike):
        cost = costs[alike]
        if cost.kind == "InputLayer":
            continue
        name = node.name
        stage, block = _around(name)
        size, stride = fields.get(name, _UNSEEN)
        rows.append(Row(name, cost.kind, stage, block, *cost[4:-4], size, stride, 1, cost.counted))
    return Report(graph.name, graph.input_shape, count, tuple(rows))


def graph_of(source: Any) -> Graph:
    """The graph of anything that `analyse` takes."""
    if isinstance(source, Graph):
        return source
    if isinstance(source, (str, Path)) and str(source).endswith(".onnx"):
        from explorer.foreign.onnx_graph import graph_of_onnx

        return graph_of_onnx(source)
    if isinstance(source, str) and not source.endswith(".keras"):
        source = ResNeXtSpec.from_name(source)
    if isinstance(source, ResNeXtSpec):
        return trace(source)
    from explorer.foreign.keras_graph import graph_of_keras

    return graph_of_keras(source)


def stage_of(node: Node) -> str:
    """First part of the node's place."""
    return _around(node.name)[0]


def block_of(node: Node) -> str:
    """First two parts of the node's place if it is in a block, else empty."""
    return _around(node.name)[1]


def _around(name: str) -> tuple[str, str]:
    """Stage and block of a place."""
    stage, _, rest = name.partition("/")
    block, slash, _ = rest.partition("/")
    return stage, f"{stage}/{block}" if slash and block.startswith("block") else ""


def _cost(node: Node, rule: Convention) -> Row:
    """What a layer costs, wherever it is and whatever it sees."""
    cost = rule.count(node)
    has_params = getattr(node.layer, "known", True)
    params = node.params if has_params else None
    total = node.total_params if has_params else None
    return Row(
        name="",
        kind=node.kind,
        stage="",
        block="",
        output_shape=node.output_shape or None,
        params=params,
        trainable_params=params,
        non_trainable_params=node.non_trainable_params if has_params else None,
        total_params=total,
        macs=cost,
        flops=None if cost is None else cost * rule.flops_per_count,
        activations=activations(node),
        weight_bytes=None if total is None else total * FLOAT32_BYTES,
        activation_bytes=math.prod(node.output_shape) * FLOAT32_BYTES
        if node.output_shape
        else None,
        receptive_field=None,
        stride=None,
        counted=cost is not None,
    )


def _sum(rows: Sequence[Row], name: str, kind: str, stage: str, block: str) -> Row:
    """One row for several; its shape and field are those of the last."""
    columns = dict(zip(Row._fields, zip(*rows)))
    last = rows[-1] if rows else None
    return Row(
        name=name,
        kind=kind,
        stage=stage,
        block=block,
        output_shape=last and last.output_shape,
        receptive_field=last and last.receptive_field,
        stride=last and last.stride,
        layers=sum(columns.get("layers", ())),
        counted=all(columns.get("counted", ())),
        **{column: _total(columns.get(column, ())) for column in SUMMED},
    )


def _total(values: Sequence[int | None]) -> int | None:
    """Sum of the known values; None if there are values and none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def _block_kind(rows: list[Row]) -> str:
    projects = any("/shortcut/" in row.name for row in rows)
    return "projection block" if projects else "identity block"
