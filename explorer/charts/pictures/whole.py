"""The network from afar: stem, stages, classifier; and the stages' blocks."""

from __future__ import annotations

import math

from explorer.analysis.palette import colour
from explorer.analysis.report import Report, Row, analyse
from explorer.charts.svg_canvas import MUTED, Canvas
from explorer.formatting import numbers
from explorer.formatting.labels import proper_name
from resnext.graph import Graph


def macro(graph: Graph) -> str:
    """Stem, learner and classifier, with the size of what each passes on."""
    report = analyse(graph)
    stages = [row for row in report.stages if row.name.startswith("stage")]
    canvas = Canvas(
        1000,
        380,
        "Macro-architecture",
        f"{proper_name(report.name)}: {numbers.short(report.totals.params)} trainable parameters, "
        f"{numbers.short(report.totals.macs)} MACs at {numbers.shape(report.input_shape)}",
        "Images pass through a stem, four stages and a classifier.",
    )
    top, height, width, gap = 136.0, 74.0, 108.0, 38.0
    rows = list(report.stages)
    left = (1000 - len(rows) * width - (len(rows) - 1) * gap) / 2
    places = {row.name: left + i * (width + gap) for i, row in enumerate(rows)}
    first, last = places[stages[0].name], places[stages[-1].name] + width
    canvas.rect(first - 18, top - 38, last - first + 36, 236, "#eef2f8", "#c3cedd", 14, True)
    canvas.text(first - 4, top - 18, "learner", size=13, weight=600, fill=MUTED, anchor="start")
    for row, following in zip(rows, [*rows[1:], None]):
        x = places[row.name]
        blocks = _blocks(report, row)
        lines = [f"{len(blocks)} blocks"] if blocks else []
        canvas.box(
            x,
            top,
            width,
            height,
            "stage" if blocks else _end(row),
            row.name,
            *lines,
            f"{numbers.short(row.params)} params",
        )
        if following is not None:
            canvas.arrow(
                [(x + width, top + height / 2), (places[following.name], top + height / 2)]
            )
        _slab(canvas, x + width / 2, top + height + 62, row)
    canvas.text(
        972,
        360,
        "below each part: its output (height = resolution, depth = channels)",
        size=11.5,
        fill=MUTED,
        anchor="end",
    )
    return canvas.svg()


def micro(graph: Graph) -> str:
    """The learner: each stage is one projection block and then identity blocks."""
    report = analyse(graph)
    stages = [row for row in report.stages if row.name.startswith("stage")]
    step, top, left = 92.0, 104.0, 196.0
    canvas = Canvas(
        1000,
        top + step * len(stages) - 14,
        "Micro-architecture: the learner",
        f"{proper_name(report.name)}: a projection block begins each stage and, from stage 2 on, "
        "halves the resolution",
        "Four rows of blocks; each begins with a projection block.",
    )
    width, height, gap = 104.0, 48.0, 28.0
    shape = report.by("stage")[0].output_shape
    for number, stage in enumerate(stages):
        y = top + number * step
        canvas.text(32, y + 20, stage.name, size=15, weight=650, anchor="start")
        canvas.text(32, y + 38, numbers.shape(stage.output_shape), fill=MUTED, anchor="start")
        blocks = _blocks(report, stage)
        for i, block in enumerate(blocks):
            x = left + i * (width + gap)
            canvas.box(
                x,
                y,
                width,
                height,
                block.kind,
                block.kind.split()[0],
                f"{numbers.short(block.params)} params",
            )
            if i:
                canvas.arrow([(x - gap, y + height / 2), (x, y + height / 2)])
        end = left + len(blocks) * (width + gap) - gap
        if number + 1 < len(stages):
            down = y + height + (step - height) / 2
            canvas.arrow(
                [
                    (end, y + height / 2),
                    (end + 22, y + height / 2),
                    (end + 22, down),
                    (left - 24, down),
                    (left - 24, y + step + height / 2),
                    (left, y + step + height / 2),
                ]
            )
            canvas.label((left + end) / 2, down, numbers.shape(stage.output_shape))
    canvas.arrow([(left - 50, top + height / 2), (left, top + height / 2)])
    end = left + len(_blocks(report, stages[-1])) * (width + gap) - gap
    y = top + (len(stages) - 1) * step + height / 2
    canvas.arrow([(end, y), (end + 40, y)])
    canvas.text(
        end + 48,
        y + 4,
        f"{numbers.shape(stages[-1].output_shape)} to the classifier",
        size=12,
        fill=MUTED,
        anchor="start",
    )
    canvas.text(
        left - 24,
        top - 10,
        f"{numbers.shape(shape)} from the stem",
        size=12,
        fill=MUTED,
        anchor="start",
    )
    return canvas.svg()


def _slab(canvas: Canvas, x: float, y: float, row: Row) -> None:
    """A feature map as a block: its height is the resolution, its depth the channels."""
    shape = row.output_shape or (1,)
    fill, border, _ = colour("stage" if row.name.startswith("stage") else "other")
    side = 12 + 0.95 * shape[0] if len(shape) == 3 else 54.0
    depth = 2.2 * math.log2(shape[-1]) - 6
    canvas.rect(x - depth / 2, y - side / 2, depth, side, fill, border, radius=3)
    canvas.text(x, y + 52, numbers.shape(shape), size=12, fill=MUTED)


def _blocks(report: Report, stage: Row) -> list[Row]:
    return [row for row in report.blocks if row.stage == stage.name and row.block]


def _end(row: Row) -> str:
    return "Conv2D" if row.name == "stem" else "Dense"
