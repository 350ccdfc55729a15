"""What a block and its network cost, read off graphs that are as short as can be.

Blocks of a stage after its first are alike, so a network of two blocks a stage has every layer
that a deeper one has; its layers are counted as often as they occur. The form of the paths changes
no figure, and the grouped one has the fewest layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import NamedTuple

from explorer.analysis.conventions import DEFAULT, convention
from resnext import Node, ResNeXtSpec, trace


class Cost(NamedTuple):
    """Trainable parameters, and MACs for one image."""

    params: int
    macs: int


@dataclass(frozen=True)
class Row:
    """The channels that one layer of a block gives, and what each of them reads.

    Attributes:
        channels: How many.
        groups: Paths in which the layer reads; 1 if each channel reads all.
        reads: Channels of the layer before that one channel reads; 0 for the block's input.
        weights: Of one channel.
        kernel: Height and width of the kernel.
    """

    channels: int
    groups: int = 1
    reads: int = 0
    weights: int = 0
    kernel: int = 1


@dataclass(frozen=True)
class Block:
    """A bottleneck block.

    Attributes:
        place: Of the block in the network.
        rows: Its input, and the outputs of its three convolutions.
        cost: Of the three convolutions.
        shape: (height, width) of its output.
        projects: Whether its shortcut is a convolution.
    """

    place: str
    rows: tuple[Row, Row, Row, Row]
    cost: Cost
    shape: tuple[int, int]
    projects: bool


@lru_cache(maxsize=1024)
def block_of(spec: ResNeXtSpec) -> Block:
    """The first block of the network that keeps its stage's shape; the first of all if none does.

    Where the first stage has more than one block that is ``stage1/block2``, as in table 2.
    """
    short = _shortened(spec, spec.blocks[:1]).replace(include_top=False)
    graph = trace(short)
    place = f"stage1/block{short.blocks[0]}"
    layers = [graph[f"{place}/conv{number}"] for number in (1, 2, 3)]
    first, second, third = (_row(node) for node in layers)
    cost = Cost(sum(node.params for node in layers), sum(node.multiply_adds for node in layers))
    height, width, _ = layers[-1].output_shape
    rows = Row(layers[0].input_shapes[0][-1]), first, second, third
    return Block(place, rows, cost, (height, width), f"{place}/shortcut/conv" in graph)


def network_cost(spec: ResNeXtSpec, blocks: Sequence[int]) -> Cost:
    """What a network costs that has these blocks per stage, as the tables show it."""
    short = _shortened(spec, tuple(2 for _ in blocks))
    total = Cost(0, 0)
    for place, cost in _parts(short).items():
        stage, _, block = place.partition("/block")
        times = 1
        if block:
            number = int(stage.removeprefix("stage")) - 1
            # The last block that was traced stands for all that follow.
            last = int(block) == short.blocks[number]
            times = blocks[number] - int(block) + 1 if last else 1
        total = Cost(total.params + times * cost.params, total.macs + times * cost.macs)
    return total


def _shortened(spec: ResNeXtSpec, blocks: tuple[int, ...]) -> ResNeXtSpec:
    """The network with as few of these blocks as show all its layers, in the grouped form."""
    if not spec.groups:
        return spec.replace(blocks=tuple(min(2, count) for count in blocks), form="grouped")
    groups = tuple(
        replace(stage, blocks=min(stage.blocks, 2 if stage.projection else 1))
        for stage in spec.groups[: len(blocks)]
    )
    return spec.replace(groups=groups, form="grouped")


@lru_cache(maxsize=1024)
def _parts(spec: ResNeXtSpec) -> dict[str, Cost]:
    """The cost of each block, and of the stem and the classifier, by place."""
    count = convention(DEFAULT).count
    found: dict[str, Cost] = {}
    graph = trace(spec)
    costs = {i: Cost(graph.nodes[i].params, count(graph.nodes[i]) or 0) for i in set(graph.alike)}
    for node, alike in zip(graph, graph.alike):
        first, second = (*node.place, "")[:2]
        place = f"{first}/{second}" if second.startswith("block") else first
        before, cost = found.get(place, Cost(0, 0)), costs[alike]
        found[place] = Cost(before.params + cost.params, before.macs + cost.macs)
    return found


def _row(node: Node) -> Row:
    """The channels of a convolution, from the shape of its kernel: (h, w, channels in, out)."""
    kernel = next(weight.shape for weight in node.weights if weight.name == "kernel")
    groups = node.input_shapes[0][-1] // kernel[-2]
    return Row(kernel[-1], groups, kernel[-2], prod(kernel[:-1]), kernel[0])
