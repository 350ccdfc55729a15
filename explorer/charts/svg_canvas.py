"""A small drawing board for SVG: boxes, arrows and labels in one style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from explorer.palette import LINE, colour

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
PAPER, EDGE, INK, MUTED, ACCENT = "#f8fafc", "#d8e0ea", "#14202e", "#56637a", "#ea580c"
RADIUS = 10.0

Point = tuple[float, float]


class Canvas:
    """A panel with a heading on which things are drawn in order.

    The panel has its own background, so that the picture reads on a light page and on a dark
    one alike. Lengths are in pixels; y grows downwards.
    """

    def __init__(self, width: float, height: float, title: str, subtitle: str, alt: str) -> None:
        self.width, self.height, self.alt = width, height, alt
        self._parts: list[str] = []
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
        border: str = "none",
        radius: float = 8,
        dashed: bool = False,
        thickness: float = 1.25,
    ) -> None:
        """A rectangle with round corners."""
        stroke = f' stroke="{border}" stroke-width="{_number(thickness)}"'
        stroke = stroke if border != "none" else ""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" '
            f'height="{_number(height)}" rx="{_number(radius)}" fill="{fill}"{stroke}{dash}/>'
        )

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
        self._parts.append(
            f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(size)}" '
            f'font-weight="{weight}" fill="{fill}" text-anchor="{anchor}">{escape(words)}</text>'
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
        for number, line in enumerate(details, start=1):
            self.text(middle, top + 16 * number, line, size=11.5, fill=ink)

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
        base = (x1 - 7 * dx, y1 - 7 * dy)
        self.line([*points[:-1], base], stroke, dashed)
        head = [
            (x1, y1),
            (base[0] - 4 * dy, base[1] + 4 * dx),
            (base[0] + 4 * dy, base[1] - 4 * dx),
        ]
        corners = " ".join(f"{_number(x)},{_number(y)}" for x, y in head)
        self._parts.append(f'<polygon points="{corners}" fill="{stroke}"/>')

    def line(
        self,
        points: Sequence[Point],
        stroke: str = LINE,
        dashed: bool = False,
        thickness: float = 1.75,
    ) -> None:
        """A line through the points, with round corners."""
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self._parts.append(
            f'<path d="{_path(points)}" fill="none" stroke="{stroke}" '
            f'stroke-width="{_number(thickness)}"{dash}/>'
        )

    def curve(self, start: Point, end: Point, stroke: str = LINE, thickness: float = 1) -> None:
        """An S from one point down to another."""
        middle = (start[1] + end[1]) / 2
        numbers = [*start, start[0], middle, end[0], middle, *end]
        a, b, c, d, e, f, g, h = (_number(n) for n in numbers)
        self._parts.append(
            f'<path d="M{a} {b}C{c} {d} {e} {f} {g} {h}" fill="none" stroke="{stroke}" '
            f'stroke-width="{_number(thickness)}"/>'
        )

    def label(self, x: float, y: float, words: str, fill: str = MUTED) -> None:
        """A shape on an arrow, on a patch of the panel's own colour, centred on the point."""
        width = 7 * len(words) + 14
        self.rect(x - width / 2, y - 9, width, 18, PAPER, radius=4)
        self.text(x, y + 4, words, size=12, fill=fill)

    def plus(self, x: float, y: float, radius: float = 13) -> None:
        """The sum of branches, in a circle."""
        fill, border, ink = colour("Add")
        x_, y_, r = _number(x), _number(y), _number(radius)
        self._parts.append(
            f'<circle cx="{x_}" cy="{y_}" r="{r}" fill="{fill}" stroke="{border}" '
            'stroke-width="1.5"/>'
        )
        self.line([(x - 6, y), (x + 6, y)], ink, thickness=2)
        self.line([(x, y - 6), (x, y + 6)], ink, thickness=2)

    def svg(self) -> str:
        """The picture as a file's content."""
        width, height = _number(self.width), _number(self.height)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="{FONT}" role="img">\n'
            f"<title>{escape(self.alt)}</title>\n"
        )
        return head + "\n".join(self._parts) + "\n</svg>\n"


def _path(points: Sequence[Point]) -> str:
    """Straight lines with a quarter turn at each corner."""
    parts = [f"M{_number(points[0][0])} {_number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:]):
        start, end = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{_number(start[0])} {_number(start[1])}")
        parts.append(
            f"Q{_number(corner[0])} {_number(corner[1])} {_number(end[0])} {_number(end[1])}"
        )
    parts.append(f"L{_number(points[-1][0])} {_number(points[-1][1])}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> Point:
    """The point at which the turn at a corner begins, on the way to another point."""
    length = math.dist(corner, other) or 1.0
    part = min(RADIUS, length / 2) / length
    return corner[0] + (other[0] - corner[0]) * part, corner[1] + (other[1] - corner[1]) * part


def _number(value: float) -> str:
    """At most two digits behind the point, and none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
