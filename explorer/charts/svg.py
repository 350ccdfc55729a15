"""SVG elements as text. Lengths are in pixels; y grows downwards.

Presentation attributes are given by name, with `_` for `-`: `stroke_width=2`.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

Point = tuple[float, float]


def number(value: float) -> str:
    """At most two decimals, without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def element(tag: str, *content: str, **attributes: str | float | None) -> str:
    """An element around some content; attributes that are None are left out."""
    written = "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{written}>{''.join(content)}</{tag}>" if content else f"<{tag}{written}/>"


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = "none",
    *,
    rx: float | None = None,
    title: str = "",
    **style: str | float | None,
) -> str:
    """A rectangle, with corners of radius ``rx`` and a tooltip."""
    tooltip = [element("title", escape(title))] if title else []
    return element(
        "rect", *tooltip, x=x, y=y, width=width, height=height, rx=rx, fill=fill, **style
    )


def text(x: float, y: float, words: str, *, size: float = 13, **style: str | float | None) -> str:
    """One line of text; ``y`` is its base line."""
    return element("text", escape(words), x=x, y=y, font_size=size, **style)


def polygon(points: Iterable[Point], fill: str, **style: str | float | None) -> str:
    """A filled polygon."""
    corners = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return element("polygon", points=corners, fill=fill, **style)


def path(d: str, stroke: str, width: float, **style: str | float | None) -> str:
    """A line along a path."""
    return element("path", d=d, fill="none", stroke=stroke, stroke_width=width, **style)
