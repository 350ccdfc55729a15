"""A grid of each path's activations, before and after its 3x3 convolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.palette import path_colour
from explorer.training.data.image_grid import data_url

STYLE = """<style>
.lesson-paths {display: grid; grid-template-columns: repeat(8, minmax(0, 1fr)); gap: 12px;}
@media (max-width: 640px) {
  .lesson-paths {grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px;}
}
.lesson-paths figure {margin: 0; border-top: 4px solid var(--path); padding-top: 3px;}
.lesson-paths figure.off {opacity: .3;}
.lesson-paths .pair {display: flex; gap: 2px;}
.lesson-paths img {flex: 1; min-width: 0; aspect-ratio: 1; image-rendering: pixelated;
  box-sizing: border-box; border: 1px solid #8885;}
.lesson-paths figcaption {font-size: 0.8rem; line-height: 1.3;}
</style>"""


def activation_grid(
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    off: frozenset[int] = frozenset(),
    channel: int | None = None,
) -> str:
    """HTML with two images for each path, eight paths in a row.

    Args:
        before: (h, w, C, d), not negative.
        after: (h', w', C, d), likewise.
        off: Paths that are switched off, counted from 1; drawn faint.
        channel: One of a path's channels, counted from 0; None is their mean.
    """
    one, two = (_tones(values, channel) for values in (before, after))
    count = before.shape[2]
    figures = []
    for i in range(count):
        name = f"Path {i + 1}"
        figures.append(
            f'<figure class="{"off" if i + 1 in off else "on"}" '
            f'style="--path:{path_colour(i, count)}">'
            f'<div class="pair"><img alt="{name} before its 3x3" '
            f'src="{data_url(one[..., i, None])}">'
            f'<img alt="{name} after its 3x3" src="{data_url(two[..., i, None])}"></div>'
            f"<figcaption>{i + 1}</figcaption></figure>"
        )
    return f'{STYLE}<div class="lesson-paths">{"".join(figures)}</div>'


def _tones(values: NDArray[np.float32], channel: int | None) -> NDArray[np.uint8]:
    """(h, w, C) grey levels on one scale, so that paths can be compared."""
    chosen = values.mean(axis=-1) if channel is None else values[..., channel]
    # The few largest values would leave the rest black.
    top = max(float(np.quantile(chosen, 0.995)), 1e-12)
    return np.asarray(255 * np.clip(chosen / top, 0, 1), np.uint8)
