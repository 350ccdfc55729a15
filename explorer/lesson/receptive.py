"""The receptive field: the pixels on which a position of a feature map depends."""

from __future__ import annotations

from dataclasses import dataclass

from resnext.errors import InputError
from resnext.graph import Graph, Node

Span = tuple[int, int]


@dataclass(frozen=True)
class Field:
    """The pixels that one position depends on; the field may extend beyond the image.

    Attributes:
        name: The layer.
        position: (row, column) in that layer's output.
        rows: First and last row of pixels, both included; negative above the image.
        columns: First and last column.
        image: (height, width) of the image.
    """

    name: str
    position: tuple[int, int]
    rows: Span
    columns: Span
    image: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the field in pixels, padding included."""
        return self.rows[1] - self.rows[0] + 1, self.columns[1] - self.columns[0] + 1

    @property
    def seen(self) -> int:
        """Pixels of the image inside the field."""
        height, width = (
            max(0, min(last, length - 1) - max(first, 0) + 1)
            for (first, last), length in zip((self.rows, self.columns), self.image, strict=True)
        )
        return height * width

    @property
    def share(self) -> float:
        """Share of the image inside the field, 0 to 1."""
        return self.seen / (self.image[0] * self.image[1])

    @property
    def leaves_image(self) -> bool:
        """Whether the field extends into the padding."""
        return any(
            first < 0 or last >= length
            for (first, last), length in zip((self.rows, self.columns), self.image, strict=True)
        )


def field_of(graph: Graph, name: str, row: int, column: int) -> Field:
    """The receptive field of one position of the layer ``name``.

    Found by walking back from the layer to the image: a window of k pixels at stride s maps
    positions a..b to a s - p .. b s - p + k - 1, with p rows of padding before. Where branches
    meet (shortcut and paths), the widest counts.

    Raises:
        ValueError: No such layer, no such position, or the layer's output is no feature map.
    """
    if name not in graph:
        raise InputError(f"The network has no layer {name!r}.")
    shape = graph[name].output_shape
    if len(shape) != 3:
        raise InputError(f"The layer must give a feature map. Received {name!r}, shape {shape}.")
    if not (0 <= row < shape[0] and 0 <= column < shape[1]):
        raise InputError(
            f"The position must be in {shape[0]}x{shape[1]}. Received row {row}, column {column}."
        )
    height, width = graph.input_shape[:2]
    rows, columns = (
        _walk_back(graph, name, axis, place) for axis, place in enumerate((row, column))
    )
    return Field(name, (row, column), rows, columns, (height, width))


def stage_ends(graph: Graph) -> tuple[str, ...]:
    """The last layer of the stem and of each stage, in order."""
    ends: dict[str, str] = {}
    for node in graph:
        if len(node.output_shape) == 3 and len(node.place) > 1:
            ends[node.place[0]] = node.name
    return tuple(name for head, name in ends.items() if head.startswith(("stem", "stage", "group")))


def scaled_position(graph: Graph, name: str, across: float, down: float) -> tuple[int, int]:
    """The (row, column) of a layer's output at a relative position of the image, 0 to 1."""
    height, width = graph[name].output_shape[:2]
    return min(height - 1, int(down * height)), min(width - 1, int(across * width))


def _walk_back(graph: Graph, name: str, axis: int, position: int) -> Span:
    """First and last pixel along one axis on which this position depends."""
    spans: dict[str, Span] = {name: (position, position)}
    for node in reversed(graph.nodes):
        if node.name not in spans:
            continue
        wanted = _read(node, spans[node.name], axis)
        for source in node.inputs:
            known = spans.get(source, wanted)
            spans[source] = min(known[0], wanted[0]), max(known[1], wanted[1])
    return spans[graph.nodes[0].name]


def _read(node: Node, span: Span, axis: int) -> Span:
    """The input positions from which a layer computes these output positions."""
    size, stride = (lengths[axis] for lengths in node.layer.window)
    if size == stride == 1:
        return span
    before = node.pads[axis][0]
    return span[0] * stride - before, span[1] * stride - before + size - 1
