"""Drawings of the grouped kernel, of a block to scale, and of receptive fields."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.equal_cost import CHANNELS, solve
from explorer.analysis.palette import path_colour
from explorer.charts.svg import polygon, rect, text
from explorer.lesson.figure import figure, frame, group
from explorer.lesson.receptive import Field
from explorer.training.data.image_grid import data_url

MOST_PATHS = 64
KERNEL_SIDE = 300.0


def kernel_matrix(cardinality: int, width: int) -> str:
    """The grouped 3x3 kernel as a block-diagonal matrix, channels to scale.

    Each entry is one 3x3 window from an input channel to an output channel. Entries outside
    the blocks are zero and not stored.
    """
    channels = cardinality * width
    widest = max(solve(c).grouped_width for c in range(1, MOST_PATHS + 1))
    unit = KERNEL_SIDE / max(widest, channels)
    left, top, side = 34.0, 26.0, channels * unit
    blocks = "".join(
        rect(
            left + i * width * unit,
            top + i * width * unit,
            width * unit,
            width * unit,
            path_colour(i, cardinality),
            title=f"Path {i + 1}: {width} × {width} windows of 3×3",
        )
        for i in range(cardinality)
    )
    body = (
        rect(left, top, side, side, "currentColor", opacity=0.07)
        + blocks
        + frame(left, top, side, side, 0.7)
        + text(left, 16, f"{channels} channels out")
        + f'<g transform="translate(22 {top}) rotate(-90)">'
        + text(0, 0, f"{channels} in", text_anchor="end")
        + "</g>"
    )
    words = (
        f"A square of {channels} by {channels} channels in which only {cardinality} blocks of "
        f"{width} by {width} along the diagonal are filled."
    )
    return figure(left + KERNEL_SIDE + 10, top + side + 10, body, words)


def block_at_scale(cardinality: int, width: int) -> str:
    """A block's widths to scale: 256, C d, C d and 256 channels."""
    grouped = cardinality * width
    widest = max(CHANNELS, *(solve(c).grouped_width for c in range(1, MOST_PATHS + 1)), grouped)
    unit, middle = 320.0 / widest, 180.0
    rows = (
        (40.0, CHANNELS, 1, f"{CHANNELS} channels in"),
        (116.0, grouped, cardinality, f"1×1: {cardinality} × {width} = {grouped}"),
        (192.0, grouped, cardinality, f"3×3: {cardinality} × {width} = {grouped}"),
        (268.0, CHANNELS, 1, f"1×1: {CHANNELS} channels out"),
    )
    body = ""
    for (y, count, *_), (below, next_count, *_) in pairwise(rows):
        one, two = count * unit / 2, next_count * unit / 2
        corners = [(middle - one, y + 26), (middle + one, y + 26)]
        corners += [(middle + two, below), (middle - two, below)]
        body += polygon(corners, "currentColor", opacity=0.08)
    for y, count, parts, words in rows:
        start, each = middle - count * unit / 2, count * unit / parts
        for i in range(parts):
            fill = path_colour(i, cardinality) if parts == cardinality and count == grouped else ""
            body += rect(start + i * each, y, max(each - min(1.0, each / 8), 0.4), 26,
                        fill or "currentColor", opacity=1 if fill else 0.35)  # fmt: skip
        body += text(middle, y - 6, words, text_anchor="middle")
    label = f"A block from 256 channels to {grouped} in {cardinality} paths and back to 256."
    return figure(360, 304, body, label)


def receptive_picture(
    fields: Sequence[Field], image: NDArray[np.uint8], labels: Sequence[str], new: int
) -> str:
    """An image with the receptive fields of one position in several layers drawn over it.

    Args:
        fields: From early to late layers, at least one.
        image: (height, width, 1 or 3).
        labels: A name for each field.
        new: Index of the field that fades in.
    """
    height, width = fields[0].image
    top = min(0, *(field.rows[0] for field in fields))
    left = min(0, *(field.columns[0] for field in fields))
    bottom = max(height, *(field.rows[1] + 1 for field in fields))
    right = max(width, *(field.columns[1] + 1 for field in fields))
    unit = 420.0 / max(bottom - top, right - left)
    corner_x, corner_y = 10 - left * unit, 24 - top * unit
    body = (
        f'<image x="{corner_x:.2f}" y="{corner_y:.2f}" width="{width * unit:.2f}" '
        f'height="{height * unit:.2f}" preserveAspectRatio="none" '
        f'style="image-rendering:pixelated" href="{data_url(image)}"/>'
    )
    body += frame(corner_x, corner_y, width * unit, height * unit)
    names = ""
    for i, (field, label) in enumerate(zip(fields, labels, strict=True)):
        colour = path_colour(i, max(2, len(fields)), 0.0)
        x, y = corner_x + field.columns[0] * unit, corner_y + field.rows[0] * unit
        tall, wide = field.size
        tooltip = f"{label}: {tall}×{wide} pixels"
        outline = rect(x, y, wide * unit, tall * unit, colour, fill_opacity=0.1, stroke="white",
                       stroke_width=7)  # fmt: skip
        outline += rect(x, y, wide * unit, tall * unit, stroke=colour, stroke_width=3,
                        title=tooltip)  # fmt: skip
        # Labels alternate below and above, so that close frames have room for theirs.
        names += (
            _name(label, x + wide * unit, "end", y + tall * unit + 18)
            if i % 2 == 0
            else _name(label, x, "start", y - 8)
        )
        body += group(outline, "new" if i == new else "")
    body += group(names)
    words = f"An image of {height} by {width} pixels. " + "; ".join(
        f"{label}: {field.size[0]} by {field.size[1]} pixels"
        for label, field in zip(labels, fields, strict=True)
    )
    return figure((right - left) * unit + 20, (bottom - top) * unit + 48, body, words, shown=460)


def _name(words: str, x: float, anchor: str, y: float) -> str:
    """A dark label with a white outline, readable on any image."""
    outline = "fill:#111;stroke:white;stroke-width:5px;paint-order:stroke;stroke-linejoin:round"
    return text(x, y, words, size=16, text_anchor=anchor, font_weight=600, style=outline)
