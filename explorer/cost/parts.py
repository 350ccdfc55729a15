"""The parts of a network that are timed, and which of them are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from explorer.analysis.report import LEVELS, block_of, stage_of
from resnext import Graph, Node, Shape


@dataclass(frozen=True)
class Part:
    """Neighbouring layers of a network.

    Attributes:
        level: One of `explorer.analysis.report.LEVELS`.
        place: Such as ``stage2``, ``stage2/block1`` or ``stage2/block1/conv2``.
        nodes: The layers, in order; the last one's output is the part's.
    """

    level: str
    place: str
    nodes: tuple[Node, ...]

    @cached_property
    def inputs(self) -> dict[str, Shape]:
        """The layers outside that it reads, with the shapes of their outputs."""
        inside = {node.name for node in self.nodes}
        return {
            name: shape
            for node in self.nodes
            for name, shape in zip(node.inputs, node.input_shapes)
            if name not in inside
        }

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """Equal for parts that compute the same, wherever they are and in whichever network."""
        known = {name: -1 - i for i, name in enumerate(self.inputs)}
        rows = []
        for i, node in enumerate(self.nodes):
            known[node.name] = i
            rows.append((node.description, tuple(known[name] for name in node.inputs)))
        return tuple(rows)


def parts(graph: Graph) -> list[Part]:
    """Every stage, block and layer; what is in no block is one part by stage, as in tables."""
    found = []
    layers = [node for node in graph if node.kind != "InputLayer"]
    for level in LEVELS:
        groups: dict[str, list[Node]] = {}
        for node in layers:
            groups.setdefault(_place(node, level), []).append(node)
        found += [Part(level, place, tuple(nodes)) for place, nodes in groups.items()]
    return found


def distinct(all_parts: Sequence[Part]) -> dict[tuple[Any, ...], Part]:
    """The first part of each key."""
    first: dict[tuple[Any, ...], Part] = {}
    for part in all_parts:
        first.setdefault(part.key, part)
    return first


def _place(node: Node, level: str) -> str:
    if level == "layer":
        return node.name
    return (block_of(node) if level == "block" else "") or stage_of(node)
