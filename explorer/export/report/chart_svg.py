"""A chart of lines as SVG; axes and labels have the page's colour."""

from __future__ import annotations

import math
from html import escape

from explorer.charts.svg import element, number, text
from explorer.export.report.parts import Chart, Line

WIDTH, HEIGHT = 720.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 10.0, 40.0
Bounds = tuple[float, float]


def chart_svg(chart: Chart) -> str:
    """The picture; points that are not finite are left out."""
    points = [point for line in chart.lines for point in finite(line)]
    x_ticks = ticks([x for x, _ in points])
    y_ticks = ticks([y for _, y in points])
    across, up = (x_ticks[0], x_ticks[-1]), (y_ticks[0], y_ticks[-1])
    parts = [
        *(_horizontal(value, up, chart.percent) for value in y_ticks),
        *(_vertical(value, across) for value in x_ticks),
        _label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4, chart.x_title, "middle"),
        *(_line(line, across, up) for line in sorted(chart.lines, key=lambda line: not line.faint)),
    ]
    return element(
        "svg",
        element("title", escape(f"{chart.caption}. {chart.y_title} over {chart.x_title}.")),
        *parts,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        xmlns="http://www.w3.org/2000/svg",
    )


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return text(x, y, words, size=11.5, fill="currentColor", text_anchor=anchor)


def finite(line: Line) -> list[tuple[float, float]]:
    """The points that can be drawn."""
    return [(x, y) for x, y in line.points if math.isfinite(x) and math.isfinite(y)]


def ticks(values: list[float], most: int = 6) -> list[float]:
    """Round values from zero, or the least value, to at least the largest."""
    low, high = min(0.0, *values, 0.0), max(values, default=1.0)
    span = (high - low) or 1.0
    raw = span / most
    scale = 10 ** math.floor(math.log10(raw))
    step = next(scale * nice for nice in (1, 2, 2.5, 5, 10) if scale * nice >= raw * 0.999)
    first = math.floor(low / step)
    return [step * i for i in range(first, first + math.ceil((high - first * step) / step) + 1)]


def _at(value: float, bounds: Bounds, start: float, end: float) -> float:
    low, high = bounds
    return start + (value - low) / ((high - low) or 1.0) * (end - start)


def _horizontal(value: float, up: Bounds, percent: bool) -> str:
    y = _at(value, up, HEIGHT - BOTTOM, TOP)
    words = f"{100 * value:.4g} %" if percent else f"{value:.4g}"
    line = element(
        "line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, stroke="currentColor", stroke_opacity=0.15
    )
    return line + _label(LEFT - 8, y + 4, words, "end")


def _vertical(value: float, across: Bounds) -> str:
    x = _at(value, across, LEFT, WIDTH - RIGHT)
    return _label(x, HEIGHT - BOTTOM + 17, f"{value:.4g}", "middle")


def _line(line: Line, across: Bounds, up: Bounds) -> str:
    spots = [
        (_at(x, across, LEFT, WIDTH - RIGHT), _at(y, up, HEIGHT - BOTTOM, TOP))
        for x, y in finite(line)
    ]
    if not spots:
        return ""
    drawn = element(
        "polyline",
        points=" ".join(f"{number(x)},{number(y)}" for x, y in spots),
        fill="none",
        stroke=line.colour,
        stroke_width=1.3 if line.faint else 2.4,
        stroke_opacity=0.55 if line.faint else 1.0,
        stroke_linejoin="round",
    )
    if line.faint:
        return drawn
    return drawn + "".join(element("circle", cx=x, cy=y, r=3, fill=line.colour) for x, y in spots)
