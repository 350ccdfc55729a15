"""Step 3: a slider over the cardinality; the width follows from the budget."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.analysis.equal_cost import BUDGET, Solution, solve
from explorer.analysis.published import TABLE_2, Table2Row, table_3
from explorer.app.components.widgets import download, slider
from explorer.app.views.learn.parts import (
    chart,
    drawing,
    explain,
    facts,
    formula,
    full_screen,
    table,
)
from explorer.formatting import numbers
from explorer.formatting.numbers import UNKNOWN
from explorer.lesson.drawings import MOST_PATHS, block_at_scale, kernel_matrix
from explorer.lesson.questions import latex_number
from explorer.sweeps import claim
from explorer.sweeps.charts import claim_figure
from explorer.sweeps.widths import BUDGETS

KEY = "lesson_c"
POSITIONS = 56 * 56


def render() -> None:
    """The step."""
    explain(
        "Every path needs weights. For a fair comparison, the paper keeps the weights of a block's "
        f"convolutions (and so its multiply-adds) near those of ResNet's bottleneck, {BUDGET:,}: "
        "if there are more paths, each must be thinner. Change the cardinality and see the width.",
        "section 3.4, equation 4",
    )
    choice, matrix, block, formulas = _places()
    with choice:
        points = st.container(horizontal=True)
        cardinality = slider(st, "Cardinality C", 1, MOST_PATHS, 32, KEY)
        found = solve(cardinality)
        _points(points, found)
        _figures(found)
    c, d = found.cardinality, found.width
    with formulas:
        formula(
            r"\begin{aligned} & C\,(256\,d + 3\cdot3\,d\cdot d + d\cdot256) \\ "
            rf"={{}} & {c}\,({256 * d} + {9 * d * d} + {256 * d}) = {latex_number(found.params)}"
            r"\end{aligned}"
        )
    with block:
        st.markdown("**The block, to scale**")
        drawing(block_at_scale(c, d))
    with matrix:
        st.markdown("**The grouped 3x3 kernel as a matrix of channels**")
        drawing(kernel_matrix(c, d), taken=11)
        dense = 9 * found.grouped_width**2
        words = f"The filled squares have {9 * c * d * d:,} weights. "
        if c > 1:
            words += f"A dense kernel of this width would have {dense:,}, {c} times as many."
        else:
            words += "With one path the kernel is dense."
        st.caption(words)
    explain(
        "The matrix is block-diagonal: a channel is combined only with channels of its path. The "
        "saved weights pay for more channels: the grouped convolution of 32x4d is twice as wide "
        "as the convolution of 1x64d, at the same cost."
    )
    _tables(found)
    _tried()


def _places() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where the choice with its figures, matrix, block and formula go."""
    if full_screen():  # the matrix is next to the choice that changes it
        choice, matrix = st.columns(2, gap="medium")
        block, formulas = st.columns(2, gap="medium", vertical_alignment="center")
        return choice, matrix, block, formulas
    choice, formulas = st.container(), st.container()
    block, matrix = st.columns(2)
    return choice, matrix, block, formulas


def _figures(found: Solution) -> None:
    """The width, and what it costs."""
    facts(
        [
            ("Width d", f"{found.width}", "Channels of each path"),
            ("Width of the grouped convolution", f"{found.grouped_width}", "C × d"),
            ("Weights of the convolutions", f"{found.params:,}",
             f"The budget is {BUDGET:,}. Table 2 counts the block's three convolutions. With scale "
             f"and shift of its batch normalisations there are {found.block_params:,} parameters, "
             "as on the map and in the tables."),
            ("Difference from budget", f"{100 * found.excess:+.1f} %".replace("-", "−"),
             "The smallest possible with a whole number d"),
            ("MACs", numbers.short(found.params * POSITIONS), "At 56 × 56 positions"),
        ]
    )  # fmt: skip


def _points(place: Any, found: Solution) -> None:
    """Buttons for the paper's five points, and a sentence that compares the slider with them."""
    for row in TABLE_2:
        kind = "primary" if row.cardinality == found.cardinality else "secondary"
        place.button(point(row), key=f"lesson_point_{point(row)}", type=kind, on_click=_snap,
                     args=(row.cardinality,), help="A point of the paper's table 2")  # fmt: skip
    st.markdown(where(found))


def point(row: Table2Row) -> str:
    """A point of table 2 as the paper writes it."""
    return f"{row.cardinality}x{row.width}d"


def where(found: Solution) -> str:
    """Which of the paper's points a solution is, or between which ones it is."""
    ours = f"**{found.cardinality}x{found.width}d**"
    below = [row for row in TABLE_2 if row.cardinality <= found.cardinality][-1]
    above = [row for row in TABLE_2 if row.cardinality > found.cardinality][:1]
    if below.cardinality == found.cardinality:
        if below.width == found.width:
            return f"{ours} is a point of the paper's table 2."
        return f"The paper has {point(below)} here; {ours} is nearer to the budget."
    if above:
        return f"{ours} is between the paper's points {point(below)} and {point(above[0])}."
    return f"{ours} is beyond the last of the paper's points, {point(below)}."


def _snap(cardinality: int) -> None:
    st.session_state[KEY] = cardinality


def _tables(found: Solution) -> None:
    """Published and computed values; unpublished cells stay empty."""
    st.subheader("Compared with the paper", anchor=False)
    errors = {(row.cardinality, row.width): row for row in table_3()}
    rows = []
    for row in TABLE_2:
        ours = solve(row.cardinality)
        error = errors[row.cardinality, row.width]
        rows.append(_row(ours, row.width, row.group_width, error.error_50, error.error_101))
    if found.cardinality not in {row.cardinality for row in TABLE_2}:
        rows.append(_row(found, None, None, None, None))
    frame = pd.DataFrame(rows).sort_values("C", key=lambda column: column.astype(int))
    explain(
        "Widths are from table 2, top-1 errors on ImageNet-1K from table 3, at about equal "
        "complexity. The errors fall as the cardinality grows.",
        "table 2 (about 70 k parameters and 0.22 G FLOPs a block); table 3",
    )
    table(frame, "lesson_width_table")


def _tried() -> None:
    """What two sweeps of small networks gave, whichever way it fell."""
    st.subheader("Tried here, on small networks", anchor=False)
    st.markdown(f"**{claim.verdict()}**")
    explain(
        "The paper's networks learn from 1.3 million images for days. These have 20 layers and a "
        f"quarter of the channels, and were trained on {claim.data()} One line has the MACs of "
        "the network of one path, the other its parameters; the wider and the deeper network have "
        "twice its MACs. The 32 paths are 1 to 4 channels wide; the paper goes no lower than 4, "
        "because gains saturate.",
        "section 5.1",
    )
    chart(_tried_figure(full_screen()), "lesson_width_tried")
    st.caption("Points are means, bars one standard error, small points single seeds.")
    for sweep, at in claim.AT.items():
        st.markdown(f"**At equal {BUDGETS[at]}**")
        st.markdown("\n".join(f"- {each.text}" for each in claim.differences(sweep)))
    table(_tried_frame(), "lesson_width_tried_table", "Show every network")
    download("Every run (CSV)", claim.text(), claim.TABLE, "text/csv", key="lesson_width_runs")


@cache
def _tried_figure(large: bool) -> go.Figure:
    """One for each size of type, which `chart` sets: the slider draws the step again and again."""
    return claim_figure()


@cache
def _tried_frame() -> pd.DataFrame:
    frames = [
        pd.DataFrame(claim.table(sweep)).assign(Equal=BUDGETS[at]) for sweep, at in claim.AT.items()
    ]
    return pd.concat(frames)


def _row(
    found: Solution, width: int | None, grouped: int | None, e50: float | None, e101: float | None
) -> dict[str, str]:
    """A row; without published figures, those cells are dashes."""
    cells = {
        "C": str(found.cardinality),
        "d, computed": str(found.width),
        "d, paper": width,
        "C × d, computed": str(found.grouped_width),
        "C × d, paper": grouped,
        "Weights, computed": f"{found.params:,}",
        "Error of 50 layers, %": e50,
        "Error of 101 layers, %": e101,
    }
    return {name: UNKNOWN if value is None else str(value) for name, value in cells.items()}
