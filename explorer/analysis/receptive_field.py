"""How much of the input each layer sees, computed over the graph.

A window of k positions with stride s and p positions of padding before, over features that begin
at pixel b, are j pixels apart and see r pixels, begins at b - p j, sees r + (k - 1) j pixels and
is s j apart. Where branches meet, all that any of them sees counts. The gate of squeeze and
excitation sees the whole image but scales whole channels: it is left out.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from resnext.graph import Graph, Node


class Field(NamedTuple):
    """Of one layer's output, in pixels of the input, along the axis on which it is larger."""

    size: int
    stride: int


class Edge(NamedTuple):
    """Along one axis of ``length`` positions, how many at either end see padding."""

    first: int
    last: int
    length: int

    @property
    def words(self) -> str:
        """Such as ``first 2, last 3 of 56``; ``all 7`` where every position does."""
        if self.first + self.last >= self.length:
            return f"all {self.length}"
        return f"first {self.first}, last {self.last} of {self.length}"


class Border(NamedTuple):
    """Which positions of a layer's output see padding."""

    rows: Edge
    columns: Edge

    @property
    def words(self) -> str:
        """Such as ``first 2, last 3 of 56 rows and columns``."""
        if self.rows == self.columns:
            return f"{self.rows.words} rows and columns"
        return f"{self.rows.words} rows; {self.columns.words} columns"


class _Axis(NamedTuple):
    """Along one axis: position i sees the ``size`` pixels from ``start`` + i ``stride``."""

    size: int
    stride: int
    start: int


_Both = tuple[_Axis, _Axis]


def receptive_fields(graph: Graph) -> dict[str, Field]:
    """For each layer that puts out a feature map; layers behind global pooling see it all."""
    both = _axes(graph)
    larger = {
        pair: Field(max(pair[0].size, pair[1].size), max(pair[0].stride, pair[1].stride))
        for pair in set(both.values())
    }
    return {name: larger[pair] for name, pair in both.items()}


def borders(graph: Graph) -> dict[str, Border]:
    """For the same layers, the positions whose field reaches beyond the image."""
    image = graph.input_shape[:2]
    return {
        name: Border(*map(_edge, pair, graph[name].output_shape[:2], image))
        for name, pair in _axes(graph).items()
    }


def border_at(graph: Graph, place: str) -> Border | None:
    """At a layer, or at the last map of a block, a stage or, by "", of the network."""
    known = borders(graph)
    inside = [name for name in known if not place or f"{name}/".startswith(f"{place}/")]
    return known[inside[-1]] if inside else None


def _edge(axis: _Axis, positions: int, pixels: int) -> Edge:
    """How many of the positions begin before the image, and how many end behind it."""
    before = -(axis.start // axis.stride)
    within = (pixels - axis.size - axis.start) // axis.stride + 1
    first, last = (min(max(count, 0), positions) for count in (before, positions - within))
    return Edge(first, last, positions)


def _axes(graph: Graph) -> dict[str, _Both]:
    both: dict[str, _Both] = {}
    known: dict[Any, _Both | None] = {}  # by layer and what it reads
    for node, alike in zip(graph, graph.alike):
        sources = tuple([both.get(name) for name in node.inputs])
        key = alike, sources
        if key not in known:
            known[key] = _field(node, sources)
        found = known[key]
        if found is not None:
            both[node.name] = found
    return both


def _field(node: Node, sources: tuple[_Both | None, ...]) -> _Both | None:
    """Along height and width; None if it is not known or sees all."""
    # A global pool sees all even where it keeps its axes, as a squeeze does: (1, 1, channels).
    if len(node.output_shape) != 3 or node.kind.startswith("Global"):
        return None
    if not sources:
        return _Axis(1, 1, 0), _Axis(1, 1, 0)
    if node.kind == "Multiply":
        # A gate that scales whole channels does not say where a position looks.
        gated = zip(sources, node.input_shapes)
        sources = tuple(source for source, shape in gated if source or shape[:-1] != (1, 1))
    seen = [source for source in sources if source is not None]
    # Behind a layer of unknown kind nothing can be said.
    if not seen or len(seen) < len(sources) or not getattr(node.layer, "known", True):
        return None
    height, width = (
        _after([pair[axis] for pair in seen], *window, before)
        for axis, (window, (before, _)) in enumerate(zip(zip(*node.layer.window), node.pads))
    )
    return height, width


def _after(sources: list[_Axis], window: int, stride: int, before: int) -> _Axis:
    size, jump, start = sources[0]
    for source in sources[1:]:
        end = max(start + size, source.start + source.size)
        start, jump = min(start, source.start), max(jump, source.stride)
        size = end - start
    return _Axis(size + (window - 1) * jump, jump * stride, start - before * jump)
