"""One block: three convolutions, attention where there is some, and a shortcut around them."""

from __future__ import annotations

from explorer.analysis.layer_labels import describe
from explorer.charts.svg_canvas import ACCENT, INK, MUTED, Canvas
from explorer.formatting import numbers
from resnext.graph import Graph, Node

WIDTH, LEFT, BOX = 620.0, 60.0, 250.0
TOP, UNIT, STEP = 128.0, 76.0, 124.0


def identity_block(graph: Graph) -> str:
    """The second block of stage 1: its shortcut is its input."""
    canvas = _canvas("Identity block", graph, "stage1/block2", "adds its own input", 570)
    bottom = _main_branch(canvas, graph, "stage1/block2")
    x, y = _middle(), bottom
    side = LEFT + BOX + 120
    canvas.arrow([(x, 112), (side, 112), (side, y), (x + 13, y)], ACCENT, dashed=True)
    canvas.label((x + side) / 2 + 20, 112, "identity shortcut", ACCENT)
    return canvas.svg()


def projection_block(graph: Graph) -> str:
    """The first block of stage 2: a 1x1 convolution fits the shortcut to the new shape."""
    place = "stage2/block1"
    canvas = _canvas("Projection block", graph, place, "changes the shape")
    y, x = _main_branch(canvas, graph, place), _middle()
    conv, bn = graph[f"{place}/shortcut/conv"], graph[f"{place}/shortcut/bn"]
    width = 186.0
    left = WIDTH - 36 - width
    side = left + width / 2
    top = TOP + STEP + (UNIT - 46) / 2
    canvas.arrow([(x, 112), (side, 112), (side, top)], ACCENT, dashed=True)
    _unit(canvas, left, top, width, conv, [bn])
    end = top + UNIT
    canvas.arrow([(side, end), (side, y), (x + 13, y)], ACCENT, dashed=True)
    canvas.label(side, (end + y) / 2, numbers.shape(bn.output_shape))
    canvas.label((x + side) / 2, 112, "projection shortcut", ACCENT)
    return canvas.svg()


def _canvas(title: str, graph: Graph, place: str, words: str, width: float = WIDTH) -> Canvas:
    params = sum(node.params for node in graph if node.name.startswith(f"{place}/"))
    return Canvas(
        width,
        TOP + _rows(graph, place) * STEP + 148,
        title,
        f"{place.replace('/', ', ').replace('stage', 'stage ').replace('block', 'block ')}: "
        f"{words}; {numbers.full(params)} trainable parameters",
        f"{title}: 1×1, grouped 3×3 and 1×1 convolution with a shortcut around them.",
    )


def _attention(graph: Graph, place: str) -> list[Node]:
    """What a block does between its last normalisation and its sum; a separate folder."""
    inside = [node for node in graph if node.name.startswith(f"{place}/")]
    parts = [node.name.removeprefix(f"{place}/").split("/") for node in inside]
    return [n for n, part in zip(inside, parts) if len(part) > 1 and part[0] != "shortcut"]


def _rows(graph: Graph, place: str) -> int:
    return 4 if _attention(graph, place) else 3


def _middle() -> float:
    return LEFT + BOX / 2


def _main_branch(canvas: Canvas, graph: Graph, place: str) -> float:
    """Draw the transformation, the sum and what follows; return the sum's height."""
    x, rows = _middle(), _rows(graph, place)
    convs = [graph[f"{place}/conv{i}"] for i in (1, 2, 3)]
    canvas.text(x, 96, numbers.shape(convs[0].input_shapes[0]), size=12, fill=MUTED)
    canvas.arrow([(x, 102), (x, TOP)])
    for number, conv in enumerate(convs):
        top = TOP + number * STEP
        after = [graph[f"{place}/bn{number + 1}"]]
        if number < 2:
            after.append(graph[f"{place}/relu{number + 1}"])
        _unit(canvas, LEFT, top, BOX, conv, after)
        _onward(canvas, x, top, number == rows - 1, conv)
    if rows > 3:
        first, *convs, gate, scale = [
            node for node in _attention(graph, place) if node.kind != "ReLU"
        ]
        top, words = TOP + 3 * STEP, " · ".join(map(describe, convs))
        canvas.box(x - BOX / 2, top, BOX, 46, first.kind, describe(first), words)
        _chips(canvas, LEFT, top, BOX, [gate, scale])
        _onward(canvas, x, top, True, scale)
    y = TOP + rows * STEP + 8
    canvas.plus(x, y)
    relu = graph[f"{place}/relu"]
    canvas.arrow([(x, y + 13), (x, y + 42)])
    canvas.chip(x - 50, y + 42, 100, 26, relu.kind, describe(relu))
    canvas.arrow([(x, y + 68), (x, y + 98)])
    canvas.text(x, y + 116, numbers.shape(relu.output_shape), size=12, fill=INK)
    return y


def _onward(canvas: Canvas, x: float, top: float, last: bool, node: Node) -> None:
    """The arrow from a row to the next one, or to the sum, with what it carries."""
    canvas.arrow([(x, top + UNIT), (x, top + STEP - 6 if last else top + STEP)])
    canvas.label(x, top + (UNIT + STEP) / 2 - 5, numbers.shape(node.output_shape))


def _unit(canvas: Canvas, x: float, y: float, width: float, conv: Node, after: list[Node]) -> None:
    """A convolution with the small layers behind it."""
    first, _, rest = describe(conv).partition(", ")
    canvas.box(x, y, width, 46, conv.kind, first, rest)
    _chips(canvas, x, y, width, after)


def _chips(canvas: Canvas, x: float, y: float, width: float, after: list[Node]) -> None:
    part = (width - 6 * (len(after) - 1)) / len(after)
    for number, node in enumerate(after):
        canvas.chip(x + number * (part + 6), y + 51, part, 25, node.kind, describe(node))
