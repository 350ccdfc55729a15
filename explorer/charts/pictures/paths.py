"""Cardinality: one block as 32 paths (figure 3a) and as grouped convolution (figure 3c)."""

from __future__ import annotations

from explorer.analysis.layer_labels import describe
from explorer.analysis.palette import colour
from explorer.charts.svg_canvas import ACCENT, INK, MUTED, Canvas
from explorer.formatting import numbers
from resnext import ResNeXtSpec, trace
from resnext.graph import Graph

PLACE = "stage1/block2"
TOP, ROW, STEP = 198.0, 40.0, 70.0
BOTTOM = TOP + 3 * STEP + 34


def cardinality(graph: Graph) -> str:
    """Both forms of a block side by side; ``graph`` is in the aggregated form."""
    grouped = trace(ResNeXtSpec())
    paths = sum(
        1 for node in graph if node.name.startswith(f"{PLACE}/path") and _is_first(node.name)
    )
    canvas = Canvas(
        1000,
        BOTTOM + 96,
        f"Cardinality {paths}: two forms of one block",
        f"{PLACE.replace('/', ', ').replace('stage', 'stage ').replace('block', 'block ')}; "
        "batch norm and ReLU inside are left out",
        f"{paths} paths whose sum equals one grouped convolution with {paths} groups.",
    )
    canvas.text(96, 108, f"{paths} paths, summed", size=14, weight=650, anchor="start")
    canvas.text(96, 126, "figure 3a of the paper", size=12, fill=MUTED, anchor="start")
    canvas.text(708, 108, f"one convolution, {paths} groups", size=14, weight=650, anchor="start")
    canvas.text(708, 126, "figure 3c of the paper", size=12, fill=MUTED, anchor="start")
    _spread(canvas, graph, paths)
    canvas.text(652, TOP + 1.5 * STEP + 8, "=", size=40, weight=300, fill=INK)
    _folded(canvas, grouped, paths)
    return canvas.svg()


def _is_first(name: str) -> bool:
    return name.endswith("/conv1")


def _spread(canvas: Canvas, graph: Graph, paths: int) -> None:
    """Every path as a column of three small boxes."""
    left, right, middle = 96.0, 590.0, 343.0
    pitch = (right - left) / paths
    box = pitch - 4
    start = (middle, TOP - 34)
    canvas.text(
        middle,
        TOP - 42,
        numbers.shape(graph[f"{PLACE}/path1/conv1"].input_shapes[0]),
        size=12,
        fill=MUTED,
    )
    end = (middle, TOP + 2 * STEP + ROW + 40)
    for path in range(1, paths + 1):
        x = left + (path - 1) * pitch + 2
        centre = x + box / 2
        canvas.curve(start, (centre, TOP), "#a3aebc")
        canvas.curve((centre, TOP + 2 * STEP + ROW), end, "#a3aebc")
        for number in (1, 2, 3):
            node = graph[f"{PLACE}/path{path}/conv{number}"]
            y = TOP + (number - 1) * STEP
            fill, border, _ = colour("GroupedConv2D" if number == 2 else node.kind)
            canvas.rect(x, y, box, ROW, fill, border, radius=3, thickness=1)
            if number < 3:
                canvas.line([(centre, y + ROW), (centre, y + STEP)], "#a3aebc", thickness=1)
    for number in (1, 2, 3):
        node = graph[f"{PLACE}/path1/conv{number}"]
        y = TOP + (number - 1) * STEP + ROW / 2
        window, _, channels = describe(node).partition(" conv, ")
        canvas.text(84, y - 2, window, size=13, weight=600, anchor="end")
        canvas.text(
            84,
            y + 14,
            f"{node.input_shapes[0][-1]} → {channels}",
            size=11.5,
            fill=MUTED,
            anchor="end",
        )
    _sum(canvas, end[0], end[1] + 10, right + 18, TOP - 34, start[0], graph)


def _folded(canvas: Canvas, graph: Graph, paths: int) -> None:
    """Three boxes, the middle one with a stripe for each group."""
    x, width = 708.0, 220.0
    middle = x + width / 2
    canvas.text(
        middle,
        TOP - 42,
        numbers.shape(graph[f"{PLACE}/conv1"].input_shapes[0]),
        size=12,
        fill=MUTED,
    )
    canvas.arrow([(middle, TOP - 34), (middle, TOP)])
    for number in (1, 2, 3):
        node = graph[f"{PLACE}/conv{number}"]
        y = TOP + (number - 1) * STEP
        channels = f"{node.input_shapes[0][-1]} → {node.output_shape[-1]} channels"
        canvas.box(x, y, width, ROW, node.kind, describe(node).split(",")[0], channels)
        if number == 2:
            _stripes(canvas, x, y, width, paths)
        if number < 3:
            canvas.arrow([(middle, y + ROW), (middle, y + STEP)])
    end = TOP + 2 * STEP + ROW + 50
    canvas.arrow([(middle, TOP + 2 * STEP + ROW), (middle, end - 13)])
    _sum(canvas, middle, end, x + width + 24, TOP - 34, middle, graph)


def _stripes(canvas: Canvas, x: float, y: float, width: float, paths: int) -> None:
    """The groups, as marks along the lower edge of the box."""
    _, border, _ = colour("GroupedConv2D")
    pitch = (width - 12) / paths
    for number in range(paths):
        canvas.rect(x + 6 + number * pitch + 1, y + ROW - 4, pitch - 2, 8, border, radius=1.5)


def _sum(
    canvas: Canvas, x: float, y: float, side: float, top: float, start: float, graph: Graph
) -> None:
    """The sum with the shortcut, and what comes out."""
    canvas.plus(x, y)
    canvas.arrow([(start, top), (side, top), (side, y), (x + 13, y)], ACCENT, dashed=True)
    canvas.arrow([(x, y + 13), (x, y + 44)])
    words = f"{numbers.shape(graph[f'{PLACE}/relu'].output_shape)}, then ReLU"
    canvas.text(x, y + 62, words, size=12, fill=MUTED)
