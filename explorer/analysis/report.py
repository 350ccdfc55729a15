"""What a network is made of and what it costs: by layer, by block, by stage, in total.

`analyse` computes; `explorer.tables` formats. Nothing here needs TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from explorer.conventions import DEFAULT, Convention, activations, convention
from explorer.receptive_field import Field, receptive_fields
from resnext import Graph, Node, ResNeXtSpec, Shape, trace

LEVELS = ("stage", "block", "layer")
FLOAT32_BYTES = 4


@dataclass(frozen=True)
class Row:
    """A layer, a block, a stage or the network, for one image.

    None stands for what is not known; a sum leaves it out, and ``counted`` is then False.

    Attributes:
        name: Its place, such as ``stage2/block1``.
        kind: The layer's class; ``identity block``, ``projection block``, ``stage`` or
            ``network``.
        stage: First part of the place.
        block: First two parts, if it lies in a block; else empty.
        output_shape: Without the batch.
        params: All weights: trainable and not.
        trainable_params: Those that training changes.
        non_trainable_params: Moving statistics of batch normalisation.
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
        fields = {"receptive_field": last_map.receptive_field, "stride": last_map.stride}
        return Row(**{**vars(total), **fields})

    @cached_property
    def stages(self) -> tuple[Row, ...]:
        """One row for each stage, the stem and the classifier."""
        return self._grouped("stage", lambda row: row.stage)

    @cached_property
    def blocks(self) -> tuple[Row, ...]:
        """One row for each block; what lies in none is summed by stage."""
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
            raise ValueError(f"The level must be one of {', '.join(LEVELS)}. Received {level!r}.")
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
        source: A `ResNeXtSpec`, a `Graph`, a functional Keras model or its JSON config.
        count: Name of a counting convention; see `explorer.conventions`.

    Raises:
        ValueError: The convention or the source is not one of these.
    """
    rule = convention(count)
    graph = graph_of(source)
    fields = receptive_fields(graph)
    rows = tuple(
        _row(node, rule, fields.get(node.name)) for node in graph if node.kind != "InputLayer"
    )
    return Report(graph.name, graph.input_shape, count, rows)


def graph_of(source: Any) -> Graph:
    """The graph of anything that `analyse` takes."""
    if isinstance(source, Graph):
        return source
    if isinstance(source, ResNeXtSpec):
        return trace(source)
    from explorer.keras_graph import graph_of_keras

    return graph_of_keras(source)


def stage_of(node: Node) -> str:
    """First part of the node's place."""
    return node.place[0]


def block_of(node: Node) -> str:
    """First two parts of the node's place if it lies in a block, else empty."""
    place = node.place
    return "/".join(place[:2]) if len(place) > 2 and place[1].startswith("block") else ""


def _row(node: Node, rule: Convention, field: Field | None) -> Row:
    cost = rule.count(node)
    has_params = getattr(node.layer, "known", True)
    params = node.params if has_params else None
    return Row(
        name=node.name,
        kind=node.kind,
        stage=stage_of(node),
        block=block_of(node),
        output_shape=node.output_shape or None,
        params=params,
        trainable_params=node.trainable_params if has_params else None,
        non_trainable_params=node.non_trainable_params if has_params else None,
        macs=cost,
        flops=None if cost is None else cost * rule.flops_per_count,
        activations=activations(node),
        weight_bytes=None if params is None else params * FLOAT32_BYTES,
        activation_bytes=math.prod(node.output_shape) * FLOAT32_BYTES
        if node.output_shape
        else None,
        receptive_field=field.size if field else None,
        stride=field.stride if field else None,
        counted=cost is not None,
    )


def _sum(rows: Iterable[Row], name: str, kind: str, stage: str, block: str) -> Row:
    """One row for several; its shape and field are those of the last."""
    rows = tuple(rows)
    return Row(
        name=name,
        kind=kind,
        stage=stage,
        block=block,
        output_shape=rows[-1].output_shape if rows else None,
        receptive_field=rows[-1].receptive_field if rows else None,
        stride=rows[-1].stride if rows else None,
        layers=sum(row.layers for row in rows),
        counted=all(row.counted for row in rows),
        **{column: _total(getattr(row, column) for row in rows) for column in SUMMED},
    )


def _total(values: Iterable[int | None]) -> int | None:
    """Sum of the known values; None if there are values and none is known."""
    values = tuple(values)
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def _block_kind(rows: list[Row]) -> str:
    projects = any("/shortcut/" in row.name for row in rows)
    return "projection block" if projects else "identity block"
