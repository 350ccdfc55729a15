"""Small parts of our drawings: SVG as text, readable on light and on dark pages.

Lines and words take the page's own colour (``currentColor``); paths take hues of middle
lightness. What has just appeared bears the class ``new`` and fades in, unless the reader asked
for less motion; what is still to come bears the class ``ghost`` and is faint.
"""

from __future__ import annotations

import colorsys
import html
from typing import Literal

STYLE = (
    "<style>"
    # Not higher than what a window shows under a heading.
    ".lesson-figure{max-width:100%;height:auto;max-height:max(66vh,26rem);display:block;"
    "margin:0 auto;color:inherit}"
    ".lesson-figure text{fill:currentColor;font-family:inherit}"
    "@keyframes lesson-appear{from{opacity:0;transform:translateY(-6px)}to{opacity:1}}"
    ".lesson-figure .new{animation:lesson-appear .6s ease-out}"
    ".lesson-figure .ghost{opacity:.2;filter:grayscale(1)}"
    "@media (prefers-reduced-motion: reduce){.lesson-figure .new{animation:none}}"
    "</style>"
)


def figure(width: float, height: float, body: str, words: str, shown: int | None = None) -> str:
    """A whole drawing as HTML.

    Args:
        width: Of its coordinates.
        height: Likewise.
        body: SVG elements.
        words: What a screen reader says of it.
        shown: Its width on a wide screen, in pixels; by default that of its coordinates.
    """
    return (
        f'{STYLE}<svg class="lesson-figure" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{html.escape(words, quote=True)}" viewBox="0 0 {width:g} {height:g}" '
        f'width="{shown or round(width)}">{body}</svg>'
    )


def group(body: str, mark: Literal["", "new", "ghost"] = "") -> str:
    """Elements that appear together."""
    if mark == "ghost":
        return f'<g class="ghost" aria-hidden="true">{body}</g>'
    return f'<g class="new">{body}</g>' if mark else f"<g>{body}</g>"


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = "none",
    *,
    line: str = "none",
    opacity: float = 1.0,
    title: str = "",
) -> str:
    """A rectangle, with words that show when it is pointed at."""
    inside = f"<title>{html.escape(title)}</title>" if title else ""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{max(height, 0):.2f}" '
        f'fill="{fill}" stroke="{line}" opacity="{opacity:g}">{inside}</rect>'
    )


def text(
    x: float, y: float, words: str, *, size: float = 13, anchor: str = "start", bold: bool = False
) -> str:
    """A line of text; ``anchor`` is start, middle or end."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}"{weight}>'
        f"{html.escape(words)}</text>"
    )


def shape(points: list[tuple[float, float]], fill: str, opacity: float = 1.0) -> str:
    """A filled polygon."""
    corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{fill}" opacity="{opacity:g}"/>'


def line(path: str, *, width: float = 1.5, opacity: float = 0.7, arrow: bool = False) -> str:
    """A line along an SVG path, in the colour of the text."""
    head = ' marker-end="url(#lesson-arrow)"' if arrow else ""
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{width:g}" '
        f'opacity="{opacity:g}"{head}/>'
    )


ARROW = (
    '<defs><marker id="lesson-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
    'markerHeight="6" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="currentColor"/></marker>'
    "</defs>"
)


def path_colour(number: int, cardinality: int, shade: float = 0.5) -> str:
    """The colour of a path, counted from 0; ``shade`` 0 to 1 tells its channels apart."""
    # Not the whole circle: the last path must not look like the first.
    return _hex(0.85 * number / max(1, cardinality), 0.42 + 0.2 * shade, 0.62)


def channel_colour(number: int, channels: int) -> str:
    """The colour of a channel of the whole block, counted from 0: from grey to a deep blue."""
    share = number / max(1, channels - 1)
    return _hex(0.57, 0.74 - 0.36 * share, 0.05 + 0.8 * share)


def _hex(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
