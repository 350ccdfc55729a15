"""Where a network begins and ends: the stem and the classifier."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.analysis.layer_labels import describe
from explorer.analysis.palette import colour
from explorer.charts.svg_canvas import MUTED, Canvas
from explorer.formatting import numbers
from resnext.graph import Graph, Node

HEIGHT, TOP, BOX = 236.0, 112.0, 62.0


def stem(graph: Graph) -> str:
    """Convolution and max pooling: a quarter of the resolution before the first block."""
    nodes = [node for node in graph if node.place[0] == "stem"]
    canvas = Canvas(
        1000,
        HEIGHT,
        "Stem",
        f"from {numbers.shape(graph.input_shape)} images to "
        f"{numbers.shape(nodes[-1].output_shape)} features",
        "The stem: a 7×7 convolution, batch norm, ReLU and max pooling.",
    )
    _row(canvas, nodes, (146, 104, 76, 146))
    return canvas.svg()


def classifier(graph: Graph) -> str:
    """Global average pooling and one dense layer with softmax."""
    nodes = [node for node in graph if node.place[0] == "classifier"]
    params = sum(node.params for node in nodes)
    canvas = Canvas(
        1000,
        HEIGHT,
        "Classifier",
        f"the mean of each channel, then one dense layer: {numbers.full(params)} parameters",
        "The classifier: global average pooling and a dense layer with softmax.",
    )
    end = _row(canvas, nodes, (200, 190))
    _bars(canvas, end)
    return canvas.svg()


def _row(canvas: Canvas, nodes: Sequence[Node], widths: Sequence[float]) -> float:
    """Boxes from left to right with shapes on the arrows; returns where the last arrow ends."""
    gap = 94.0
    total = sum(widths) + gap * (len(widths) + 1)
    x = (canvas.width - total) / 2
    y = TOP + BOX / 2
    for node, width in zip(nodes, widths):
        _labelled(canvas, x, x + gap, y, numbers.shape(node.input_shapes[0]))
        x += gap
        title, _, rest = describe(node).partition(", ")
        canvas.box(x, TOP, width, BOX, node.kind, title, *([rest] if rest else []))
        if node.params:
            words = f"{numbers.full(node.params)} parameters"
            canvas.text(x + width / 2, TOP + BOX + 22, words, size=11.5, fill=MUTED)
        x += width
    _labelled(canvas, x, x + gap, y, numbers.shape(nodes[-1].output_shape))
    return x + gap


def _labelled(canvas: Canvas, start: float, end: float, y: float, words: str) -> None:
    canvas.arrow([(start + 6, y), (end - 4, y)])
    canvas.text((start + end) / 2, y - 12, words, size=12, fill=MUTED)


def _bars(canvas: Canvas, x: float) -> None:
    """A few class probabilities, as a hint of what comes out."""
    fill, border, _ = colour("Dense")
    for number, share in enumerate((0.12, 0.2, 1.0, 0.32, 0.08)):
        canvas.rect(x + 8, TOP + 2 + 12 * number, 14 + 62 * share, 8, fill, border, radius=3)
    canvas.text(x + 8, TOP + BOX + 22, "probabilities", size=11.5, fill=MUTED, anchor="start")
