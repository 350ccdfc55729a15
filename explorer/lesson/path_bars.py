"""A bar chart as wide as the page: one bar for each path, in its colour."""

from __future__ import annotations

import html
from collections.abc import Sequence

from explorer.analysis.palette import path_colour

STYLE = """<style>
.lesson-bars {display: grid; grid-template-columns: auto 1fr; column-gap: 6px;
  font-size: 0.8rem;}
.lesson-bars .plot {position: relative; height: 140px; margin: 8px 0 4px;}
.lesson-bars .plot i {position: absolute; box-sizing: border-box; border: 1px solid var(--path);
  background: var(--path); border-radius: 2px;}
.lesson-bars .plot i.off {background: none; border-width: 2px;}
.lesson-bars .plot hr {position: absolute; left: 0; right: 0; margin: 0; border: 0;
  border-top: 1px solid currentColor; opacity: .6;}
.lesson-bars .scale {position: relative; margin: 8px 0 4px; text-align: right;}
.lesson-bars .scale b, .lesson-bars .names b {font-weight: normal; white-space: nowrap;}
.lesson-bars .scale b {position: absolute; right: 0; transform: translateY(-50%);}
.lesson-bars .scale u {visibility: hidden;}
.lesson-bars .names {position: relative; grid-column: 2; height: 1.4em;}
.lesson-bars .names b {position: absolute; transform: translateX(-50%);}
</style>"""


def path_bars(
    values: Sequence[float], words: str, off: frozenset[int] = frozenset(), number: str = ".2f"
) -> str:
    """HTML with a bar for each path, up or down from zero; paths that are off are hollow.

    Args:
        values: One for each path.
        words: Description for screen readers.
        off: Paths that are switched off, counted from 1.
        number: Format of the values, such as ``.2f``.
    """
    high, low = max(0.0, *values), min(0.0, *values)
    span, count = (high - low) or 1.0, len(values)
    zero = high / span if high > low else 1.0
    bars = ""
    for i, value in enumerate(values):
        gone = i + 1 in off
        title = f"Path {i + 1}: {value:{number}}{' (off)' if gone else ''}"
        bars += (
            f'<i class="{"off" if gone else "on"}" title="{html.escape(title)}" style="--path:'
            f"{path_colour(i, count)};left:{100 * (i + 0.06) / count:.3f}%;"
            f"width:{88 / count:.3f}%;top:{100 * (zero - max(value, 0) / span):.2f}%;"
            f'height:{100 * abs(value) / span:.2f}%"></i>'
        )
    marks = {0, count - 1, *range(7, count, 8)} if count > 12 else set(range(count))
    names = "".join(
        f'<b style="left:{100 * (i + 0.5) / count:.3f}%">{i + 1}</b>' for i in sorted(marks)
    )
    scale = {0.0: "0", high: f"{high:{number}}", low: f"{low:{number}}"} | {0.0: "0"}
    ticks = "".join(
        f'<b style="top:{100 * (zero - value / span):.2f}%">{text}</b>'
        for value, text in scale.items()
    )
    widest = max(scale.values(), key=len)
    return (
        f'{STYLE}<div class="lesson-bars" role="img" aria-label="{html.escape(words)}">'
        f'<div class="scale"><u>{widest}</u>{ticks}</div>'
        f'<div class="plot">{bars}<hr style="top:{100 * zero:.2f}%"></div>'
        f'<div class="names">{names}</div></div>'
    )
