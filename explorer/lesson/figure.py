"""A drawing of the lesson: SVG in the page's colour, readable on light and dark pages.

Lines and text have the page's colour (``currentColor``); paths have hues of medium lightness.
Elements of class ``new`` fade in, unless the reader prefers reduced motion; those of class
``ghost`` are faint.
"""

from __future__ import annotations

import html
from typing import Literal

from explorer.charts.svg import path, rect

STYLE = (
    "<style>"
    # Fits a window under a heading.
    ".lesson-figure{max-width:100%;height:auto;max-height:max(66vh,26rem);display:block;"
    "margin:0 auto;color:inherit}"
    ".lesson-figure text{fill:currentColor;font-family:inherit}"
    "@keyframes lesson-appear{from{opacity:0;transform:translateY(-6px)}to{opacity:1}}"
    ".lesson-figure .new{animation:lesson-appear .6s ease-out}"
    ".lesson-figure .ghost{filter:grayscale(1)}"
    ".lesson-figure .ghost :not(text,tspan,g){opacity:.2}"
    ".lesson-figure .ghost text{opacity:.7}"  # what comes later can be read already
    "@media (prefers-reduced-motion: reduce){.lesson-figure .new{animation:none}}"
    "</style>"
)


def figure(width: float, height: float, body: str, words: str, shown: int | None = None) -> str:
    """A whole drawing as HTML.

    Args:
        width: In SVG units, as ``height``.
        height: See ``width``.
        body: SVG elements.
        words: Description for screen readers.
        shown: Width on a wide screen in pixels; by default ``width``.
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


def frame(x: float, y: float, width: float, height: float, opacity: float = 1.0) -> str:
    """The outline of a rectangle."""
    return rect(x, y, width, height, stroke="currentColor", opacity=opacity)


def line(d: str, *, width: float = 1.5, opacity: float = 0.7, arrow: bool = False) -> str:
    """A line along an SVG path, perhaps with `ARROW` as its head."""
    head = "url(#lesson-arrow)" if arrow else None
    return path(d, "currentColor", width, opacity=opacity, marker_end=head)


ARROW = (
    '<defs><marker id="lesson-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
    'markerHeight="6" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="currentColor"/></marker>'
    "</defs>"
)
