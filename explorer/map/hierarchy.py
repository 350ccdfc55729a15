"""From layer names to nested boxes: ``stage2/block1/conv2`` is in block 1 of stage 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from resnext import Graph

_ROLES = (
    (re.compile(r"(stage|group)\d+"), "stage"),
    (re.compile(r"block\d+"), "block"),
    (re.compile(r"path\d+"), "path"),
    (re.compile(r"shortcut"), "shortcut"),
)

MOST_DEPTH = 30  # boxes in each other: more cannot be read, and what walks them is recursive


@dataclass
class Box:
    """A part of the network that opens: its children are boxes and positions of layers.

    Attributes:
        name: Its place, less that of the box around it; empty for the whole network.
        prefix: What the names of all layers inside begin with.
        children: In an order in which each follows what it reads; a layer is its position
            in the graph.
    """

    name: str
    prefix: str = ""
    children: list[Box | int] = field(default_factory=list)

    @property
    def role(self) -> str:
        """``network``, ``stage``, ``block``, ``path``, ``shortcut`` or ``group``."""
        if not self.name:
            return "network"
        return next((role for form, role in _ROLES if form.fullmatch(self.name)), "group")

    def leaves(self) -> Iterator[int]:
        """Positions of all layers inside."""
        for child in self.children:
            if isinstance(child, Box):
                yield from child.leaves()
            else:
                yield child


def boxes_of(graph: Graph) -> Box:
    """The network as one box of boxes.

    A name's parts nest. Where nesting would turn the flow back into a box that it has left,
    as names of foreign models can, that box is dissolved into the one around it. Of a name
    that nests deeper than `MOST_DEPTH`, the rest stays the layer's own name.
    """
    root = Box("")
    known: dict[tuple[str, ...], Box] = {(): root}
    places = [node.place for node in graph]
    leaves = set(places)
    for position, full in enumerate(places):
        place = full[:-1][:MOST_DEPTH]
        for depth in range(1, len(place) + 1):
            if place[:depth] not in known:
                # A box must not share its place with a layer: "a" next to "a/b".
                slash = "/" if place[:depth] in leaves else ""
                box = Box(place[depth - 1] + slash, "/".join(place[:depth]) + "/")
                known[place[:depth]] = box
                known[place[: depth - 1]].children.append(box)
        known[place].children.append(position)
    _sort(root, graph, {node.name: i for i, node in enumerate(graph.nodes)})
    return root


def nearest(graph: Graph, place: str) -> str:
    """The place itself if the map has such a part, else that of the innermost part around it.

    Empty for the whole network. A repetition that is folded has the name of its first part and
    a plus, such as ``stage1/block2+``.
    """
    parts = place.split("/")
    for depth in (len(parts), *range(min(len(parts) - 1, MOST_DEPTH), 0, -1)):
        part = "/".join(parts[:depth])
        if part and _has(graph, part):
            return part
    return ""


def _has(graph: Graph, place: str) -> bool:
    if run := re.fullmatch(r"(.*\D)(\d{1,4})\+", place):
        return all(_has(graph, f"{run[1]}{int(run[2]) + i}") for i in (0, 1))
    return any(node.name == place or node.name.startswith(f"{place}/") for node in graph)


def _sort(box: Box, graph: Graph, positions: dict[str, int]) -> None:
    """Bring the children into flow order, dissolving boxes that stand in a circle."""
    while True:
        owner = {
            leaf: i
            for i, child in enumerate(box.children)
            for leaf in (child.leaves() if isinstance(child, Box) else (child,))
        }
        before: dict[int, set[int]] = {i: set() for i in range(len(box.children))}
        for leaf, i in owner.items():
            for name in graph.nodes[leaf].inputs:
                source = owner.get(positions[name])
                if source is not None and source != i:
                    before[i].add(source)
        if all(source < i for i, sources in before.items() for source in sources):
            break
        try:
            order = _stable_order(before)
        except CycleError as error:
            circle = {i for i in error.args[1] if isinstance(box.children[i], Box)}
            box.children = _dissolved(box.children, circle)
            continue
        box.children = [box.children[i] for i in order]
        break
    for child in box.children:
        if isinstance(child, Box):
            _sort(child, graph, positions)


def _dissolved(children: list[Box | int], circle: set[int]) -> list[Box | int]:
    flat: list[Box | int] = []
    for i, child in enumerate(children):
        if i in circle and isinstance(child, Box):
            for inner in child.children:
                if isinstance(inner, Box):
                    inner.name = f"{child.name.rstrip('/')}/{inner.name}"
                flat.append(inner)
        else:
            flat.append(child)
    return flat


def _stable_order(before: dict[int, set[int]]) -> list[int]:
    """A topological order that keeps to the given one where it can."""
    sorter = TopologicalSorter(before)
    sorter.prepare()
    ready: list[int] = []
    order: list[int] = []
    while sorter.is_active():
        ready = sorted({*ready, *sorter.get_ready()})
        first = ready.pop(0)
        order.append(first)
        sorter.done(first)
    return order
