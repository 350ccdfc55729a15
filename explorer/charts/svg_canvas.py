"""An SVG canvas: boxes, arrows and labels in one style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from explorer.analysis.palette import LINE, colour
from explorer.charts.svg import Point, element, number, path, polygon, rect, text

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
PAPER, EDGE, INK, MUTED, ACCENT = "#f8fafc", "#d8e0ea", "#14202e", "#56637a", "#ea580c"
RADIUS = 10.0


class Canvas:
    """A panel with a heading; elements are drawn in order.

    The panel has its own background, so that the picture is readable on light and dark pages.
    """

    def __init__(self, width: float, height: float, title: str, subtitle: str, alt: str) -> None:
        self.width, self.height, self.alt = width, height, alt
        self._elements: list[str] = []
        self.rect(0.5, 0.5, width - 1, height - 1, PAPER, EDGE, radius=16)
        self.text(28, 42, title, size=20, weight=650, anchor="start")
        self.text(28, 64, subtitle, size=13, fill=MUTED, anchor="start")

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        border: str | None = None,
        radius: float = 8,
        dashed: bool = False,
        thickness: float = 1.25,
    ) -> None:
        """A rectangle with round corners."""
        dash = "5 4" if dashed else None
        drawn = rect(
            x, y, width, height, fill, rx=radius,
            stroke=border, stroke_width=thickness if border else None, stroke_dasharray=dash,
        )  # fmt: skip
        self._elements.append(drawn)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 13,
        weight: int = 400,
        fill: str = INK,
        anchor: str = "middle",
    ) -> None:
        """One line; ``y`` is its base line."""
        self._elements.append(
            text(x, y, words, size=size, font_weight=weight, fill=fill, text_anchor=anchor)
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        kind: str,
        title: str,
        *details: str,
    ) -> None:
        """A box in its kind's colour, with a bold line and smaller ones, all centred."""
        fill, border, ink = colour(kind)
        self.rect(x, y, width, height, fill, border)
        middle = x + width / 2
        top = y + height / 2 - (16 * len(details)) / 2 + 4.5
        self.text(middle, top, title, size=13.5, weight=600, fill=ink)
        for row, line in enumerate(details, start=1):
            self.text(middle, top + 16 * row, line, size=11.5, fill=ink)

    def chip(self, x: float, y: float, width: float, height: float, kind: str, title: str) -> None:
        """A slim box with one line."""
        fill, border, ink = colour(kind)
        self.rect(x, y, width, height, fill, border, radius=height / 2)
        self.text(x + width / 2, y + height / 2 + 4, title, size=11.5, fill=ink)

    def arrow(self, points: Sequence[Point], stroke: str = LINE, dashed: bool = False) -> None:
        """A line through the points, with round corners and a head at its end."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        length = math.hypot(x1 - x0, y1 - y0) or 1.0
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        x, y = x1 - 7 * dx, y1 - 7 * dy
        self.line([*points[:-1], (x, y)], stroke, dashed)
        head = [(x1, y1), (x - 4 * dy, y + 4 * dx), (x + 4 * dy, y - 4 * dx)]
        self._elements.append(polygon(head, stroke))

    def line(
        self,
        points: Sequence[Point],
        stroke: str = LINE,
        dashed: bool = False,
        thickness: float = 1.75,
    ) -> None:
        """A line through the points, with round corners."""
        dash = "6 4" if dashed else None
        self._elements.append(path(_rounded(points), stroke, thickness, stroke_dasharray=dash))

    def curve(self, start: Point, end: Point, stroke: str = LINE, thickness: float = 1) -> None:
        """An S from one point down to another."""
        middle = (start[1] + end[1]) / 2
        corners = ((start[0], middle), (end[0], middle), end)
        bend = " ".join(_pair(corner) for corner in corners)
        self._elements.append(path(f"M{_pair(start)}C{bend}", stroke, thickness))

    def label(self, x: float, y: float, words: str, fill: str = MUTED) -> None:
        """A label on an arrow, centred on the point, with the panel's colour behind it."""
        width = 7 * len(words) + 14
        self.rect(x - width / 2, y - 9, width, 18, PAPER, radius=4)
        self.text(x, y + 4, words, size=12, fill=fill)

    def plus(self, x: float, y: float, radius: float = 13) -> None:
        """The sum of branches, in a circle."""
        fill, border, ink = colour("Add")
        self._elements.append(
            element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=border, stroke_width=1.5)
        )
        self.line([(x - 6, y), (x + 6, y)], ink, thickness=2)
        self.line([(x, y - 6), (x, y + 6)], ink, thickness=2)

    def svg(self) -> str:
        """The picture as the content of a file."""
        width, height = number(self.width), number(self.height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="{FONT}" role="img">\n'
            f"<title>{escape(self.alt)}</title>\n"
        )
        return head + "\n".join(self._elements) + "\n</svg>\n"


def _rounded(points: Sequence[Point]) -> str:
    """Straight lines with a quarter turn at each corner."""
    parts = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:]):
        start, end = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{_pair(start)}Q{_pair(corner)} {_pair(end)}")
    return "".join([*parts, f"L{_pair(points[-1])}"])


def _towards(corner: Point, other: Point) -> Point:
    """The point where the turn at a corner begins, towards another point."""
    length = math.dist(corner, other) or 1.0
    part = min(RADIUS, length / 2) / length
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"
