"""A tall drawing as columns side by side, so that it fits a page of a document.

A network drawn layer by layer is a strip of 1 by 30. Cut between its blocks and set in columns,
which are read from left to right, it has about the shape of a page.
"""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

from PIL import Image

PAGE = math.sqrt(2)  # height by width of A4
_GUTTER = 24
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def in_columns(png: bytes, draw_svg: Callable[[], bytes]) -> bytes:
    """The PNG that Graphviz drew from top to bottom, in columns; unchanged if it is not tall.

    Args:
        png: The drawing.
        draw_svg: Draws the same as SVG, which says where its blocks begin and end.
    """
    with Image.open(io.BytesIO(png)) as strip:
        strip.load()
    count = math.ceil(math.sqrt(strip.height / strip.width / PAGE))
    if count == 1:
        return png
    edges = [0, *_nearest(_gaps(draw_svg(), strip.height), strip.height, count), strip.height]
    pieces = [strip.crop((0, top, strip.width, end)) for top, end in pairwise(edges)]
    step = strip.width + _GUTTER
    page = Image.new(
        "RGBA", (step * len(pieces) - _GUTTER, max(piece.height for piece in pieces)), (0, 0, 0, 0)
    )
    for i, piece in enumerate(pieces):
        page.paste(piece, (i * step, 0))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def _nearest(gaps: list[int], height: int, count: int) -> list[int]:
    """Of the places to cut, those nearest to equal columns."""
    wanted = [height * i / count for i in range(1, count)]
    return sorted({min(gaps, key=lambda gap: abs(gap - y)) for y in wanted}) if gaps else []


def _gaps(svg: bytes, height: int) -> list[int]:
    """Places between blocks, in pixels from the top, where no words are cut."""
    root = ET.fromstring(svg)
    bottom = float(root.attrib["viewBox"].split()[3])
    (graph,) = [group for group in root.iter(f"{_SVG}g") if group.get("class") == "graph"]
    shift = float(_NUMBER.findall(graph.attrib["transform"])[-1])
    boxes = [_span(group) for group in root.iter(f"{_SVG}g") if group.get("class") == "cluster"]
    inner = [box for box in boxes if not any(_holds(box, other) for other in boxes)]
    words = [float(text.attrib["y"]) for text in root.iter(f"{_SVG}text")]
    gaps: list[int] = []
    end = math.inf
    for first, last in sorted(inner):
        places = [end + (first - end) * share / 8 for share in range(1, 8)] if end < first else []
        free = [y for y in places if not any(y - 3 < word < y + 14 for word in words)]
        if free:
            gaps.append(round((free[len(free) // 2] + shift) * height / bottom))
        end = last if end == math.inf else max(end, last)
    return [gap for gap in gaps if 0 < gap < height]


def _span(group: ET.Element) -> tuple[float, float]:
    """Top and bottom of a cluster's border."""
    for shape in group:
        numbers = _NUMBER.findall(shape.get("d") or shape.get("points") or "")
        if numbers:
            ys = [float(y) for y in numbers[1::2]]
            return min(ys), max(ys)
    return math.inf, math.inf


def _holds(box: tuple[float, float], other: tuple[float, float]) -> bool:
    return box != other and box[0] <= other[0] and other[1] <= box[1]
