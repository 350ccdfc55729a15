"""A network's outline as SVG; text outside the boxes has the page's colour."""

from __future__ import annotations

from html import escape

from explorer.analysis.palette import LINE, colour
from explorer.charts.svg import element, path, polygon, rect, text
from explorer.export.report.parts import Box, Outline, Row

WIDTH, ROW, HEIGHT = 960.0, 50.0, 36.0  # of the picture, of a row with its gap, of a box
LEFT, RIGHT, GAP = 150.0, 640.0, 14.0
BARS = 664.0  # where the bars begin
BAR, STEP = 46.0, 102.0


def outline_svg(outline: Outline) -> str:
    """The picture."""
    top = 30.0
    parts = [
        text(BARS + STEP * i, 14, name, size=11, fill="currentColor", opacity=0.75)
        for i, name in enumerate(outline.shares)
    ]
    for number, row in enumerate(outline.rows):
        y = top + number * ROW
        parts.append(_row(row, y))
        if number:
            parts.append(_arrow(LEFT + 20, y - (ROW - HEIGHT), y))
    height = top + len(outline.rows) * ROW
    if outline.rest:
        words = f"and {outline.rest} more"
        parts.append(text(LEFT, height + 10, words, size=12, fill="currentColor"))
        height += 20
    return element(
        "svg",
        element("title", escape(outline.alt)),
        *parts,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        xmlns="http://www.w3.org/2000/svg",
    )


def _row(row: Row, y: float) -> str:
    drawn = [
        text(0, y + 15, row.name, size=13.5, font_weight=650, fill="currentColor"),
        text(0, y + 31, row.shape, size=11.5, fill="currentColor", opacity=0.75),
    ]
    widths = [_width(box) for box in row.boxes]
    free = RIGHT - LEFT - GAP * (len(widths) - 1)
    shrink = min(1.0, free / sum(widths)) if widths else 1.0
    x = LEFT
    for number, (box, width) in enumerate(zip(row.boxes, widths)):
        if number:
            line = f"M{x - GAP:g} {y + HEIGHT / 2:g}H{x:g}"
            drawn.append(path(line, LINE, 1.5))
        drawn.append(_box(box, x, y, width * shrink))
        x += width * shrink + GAP
    for number, share in enumerate(row.shares):
        left = BARS + STEP * number
        drawn += [
            rect(left, y + 13, BAR, 9, "currentColor", rx=2, fill_opacity=0.14),
            rect(left, y + 13, max(1.0, BAR * share), 9, "#4f6bed", rx=2) if share else "",
            text(left + BAR + 5, y + 21.5, f"{100 * share:.1f} %", size=11, fill="currentColor"),
        ]
    return element("g", *drawn)


def _width(box: Box) -> float:
    """Wide enough for its words at their full size."""
    return 22 + max(6.6 * len(box.label), 5.8 * len(box.detail))


def _box(box: Box, x: float, y: float, width: float) -> str:
    fill, border, ink = colour(box.kind)
    lines = [(box.label, 12.0, 600)] + ([(box.detail, 10.5, 400)] if box.detail else [])
    middle = y + HEIGHT / 2 + 4 - 7 * (len(lines) - 1)
    words = [
        text(
            x + width / 2,
            middle + 14 * number,
            line,
            size=size * min(1.0, width / _width(box)),
            font_weight=str(weight),
            fill=ink,
            text_anchor="middle",
        )
        for number, (line, size, weight) in enumerate(lines)
    ]
    return element("g", rect(x, y, width, HEIGHT, fill, rx=7, stroke=border), *words)


def _arrow(x: float, top: float, bottom: float) -> str:
    head = [(x, bottom), (x - 3.5, bottom - 6), (x + 3.5, bottom - 6)]
    return path(f"M{x:g} {top:g}V{bottom - 5:g}", LINE, 1.5) + polygon(head, LINE)
