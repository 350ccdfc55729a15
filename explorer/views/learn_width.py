"""Step 3: a slider over the cardinality; the width follows from the budget."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer.lesson.drawings import MOST_PATHS, block_at_scale, kernel_matrix
from explorer.lesson.questions import latex_number
from explorer.lesson.width import BUDGET, Solution, solve
from explorer.published import TABLE_2, TABLE_3, Table2Row
from explorer.views.learn_parts import drawing, explain, facts, formula
from explorer.views.widgets import slider

KEY = "lesson_c"
POSITIONS = 56 * 56


def render() -> None:
    """The step."""
    explain(
        "Paths cost. To compare fairly, the paper keeps a block's weights (and so its "
        f"multiply-adds) near those of ResNet's bottleneck, {BUDGET:,}: more paths must be "
        "thinner. Move the cardinality and see what width is left.",
        "section 3.4, equation 4",
    )
    points = st.container(horizontal=True)
    cardinality = slider(st, "Cardinality C", 1, MOST_PATHS, 32, KEY)
    found = solve(cardinality)
    _points(points, found)
    facts(
        [
            ("Width d", f"{found.width}", "Channels of each path"),
            ("Width of the grouped convolution", f"{found.grouped_width}", "C × d"),
            ("Weights of the block", f"{found.params:,}", f"Budget {BUDGET:,}"),
            ("Off the budget", f"{found.excess:+.1%}", "The nearest that a whole d allows"),
            ("MACs", f"{found.params * POSITIONS / 1e9:.3f} G", "At 56 × 56 positions"),
        ]
    )
    c, d = found.cardinality, found.width
    formula(
        r"\begin{aligned} & C\,(256\,d + 3\cdot3\,d\cdot d + d\cdot256) \\ "
        rf"={{}} & {c}\,({256 * d} + {9 * d * d} + {256 * d}) = {latex_number(found.params)}"
        r"\end{aligned}"
    )
    left, right = st.columns(2)
    with left:
        st.markdown("**The block, to scale**")
        drawing(block_at_scale(c, d))
    with right:
        st.markdown("**The grouped 3x3 kernel as a matrix of channels**")
        drawing(kernel_matrix(c, d))
        dense = 9 * found.grouped_width**2
        words = f"Filled: {9 * c * d * d:,} weights. "
        if c > 1:
            words += f"The dense kernel of this width would have {dense:,}, {c} times as many."
        else:
            words += "With one path it is dense."
        st.caption(words)
    explain(
        "The matrix is block-diagonal: a channel meets only the channels of its own path. What "
        "this sparsity saves is spent on more channels: the grouped convolution of 32x4d is "
        "twice as wide as that of 1x64d, at the same cost."
    )
    _tables(found)


def _points(place: Any, found: Solution) -> None:
    """The paper's five points, the current one filled, and in words where the slider stands."""
    for row in TABLE_2:
        kind = "primary" if row.cardinality == found.cardinality else "secondary"
        place.button(point(row), key=f"lesson_point_{point(row)}", type=kind, on_click=_snap,
                     args=(row.cardinality,), help="A point of the paper's table 2")  # fmt: skip
    st.markdown(where(found))


def point(row: Table2Row) -> str:
    """A point of table 2 as the paper writes it."""
    return f"{row.cardinality}x{row.width}d"


def where(found: Solution) -> str:
    """Which of the paper's points a solution is, or between which ones it lies."""
    ours = f"**{found.cardinality}x{found.width}d**"
    below = [row for row in TABLE_2 if row.cardinality <= found.cardinality][-1]
    above = [row for row in TABLE_2 if row.cardinality > found.cardinality][:1]
    if below.cardinality == found.cardinality:
        if below.width == found.width:
            return f"{ours} is a point of the paper's table 2."
        return f"The paper's point here is {point(below)}; nearer to the budget is {ours}."
    if above:
        return f"{ours} lies between the paper's points {point(below)} and {point(above[0])}."
    return f"{ours} lies beyond the last of the paper's points, {point(below)}."


def _snap(cardinality: int) -> None:
    st.session_state[KEY] = cardinality


def _tables(found: Solution) -> None:
    """Published and computed, row by row; what was not published stays empty."""
    st.subheader("Beside the paper", anchor=False)
    errors = {(row.cardinality, row.width): row for row in TABLE_3}
    rows = []
    for row in TABLE_2:
        ours = solve(row.cardinality)
        error = errors[row.cardinality, row.width]
        rows.append(_row(ours, row.width, row.group_width, error.error_50, error.error_101))
    if found.cardinality not in {row.cardinality for row in TABLE_2}:
        rows.append(_row(found, None, None, None, None))
    frame = pd.DataFrame(rows).sort_values("C")
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        column_config={
            "Weights, computed": st.column_config.NumberColumn(format="localized"),
            "Error of 50 layers, %": st.column_config.NumberColumn(format="%.1f"),
            "Error of 101 layers, %": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    explain(
        "Widths as in table 2; top-1 errors on ImageNet-1K as in table 3, at about equal "
        "complexity. Errors fall as the cardinality grows. A row without published figures has "
        "none here.",
        "table 2 (about 70 k parameters and 0.22 G FLOPs a block); table 3",
    )


def _row(
    found: Solution, width: int | None, grouped: int | None, e50: float | None, e101: float | None
) -> dict[str, int | float | None]:
    return {
        "C": found.cardinality,
        "d, computed": found.width,
        "d, paper": width,
        "C × d, computed": found.grouped_width,
        "C × d, paper": grouped,
        "Weights, computed": found.params,
        "Error of 50 layers, %": e50,
        "Error of 101 layers, %": e101,
    }
