"""Accuracy: what the networks of the family reach, by recipe, and what they cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer.analysis.gains import by_depth, by_recipe
from explorer.app.components.charts import shared_chart
from explorer.app.components.widgets import downloads, page_title, picks, segments
from explorer.app.state import selection
from explorer.app.state.address import plain
from explorer.app.state.network import show_network
from explorer.app.state.timings import kept_timings
from explorer.charts.accuracy_chart import HEIGHT, accuracy_chart, symbols_text
from explorer.cost.accuracy import (
    AXES,
    Point,
    answer,
    gain_table,
    points,
    recipe_names,
    summary,
    time_conditions,
)
from resnext import ResNeXtSpec

DEFAULT = ["paper", "torchvision-v1", "timm-a1"]
ROWS = 420  # pixels of the table


def render() -> None:
    """The page."""
    page_title("What accuracy does the cost buy?")
    st.markdown(f"{by_recipe()} {by_depth()}")
    with st.container(horizontal=True):
        chosen = picks(
            st,
            "Recipes: accuracies of different recipes are not comparable",
            recipe_names(),
            DEFAULT,
            "recipes",
            width="stretch",
        )
        axis = segments(st, "Horizontal axis", AXES, "macs", "against", width="content")
    if not chosen:
        st.info("Choose at least one recipe, such as the paper's.")
        return
    found = points(chosen, kept_timings())
    times = time_conditions(found, kept_timings())
    left, right = st.columns([5, 3], gap="small")
    with left:
        _chart(found, axis, times if axis == "ms" else "")
    with right:
        _gains()
    _rows(found, times, said=axis == "ms")


def _chart(found: list[Point], axis: str, times: str) -> None:
    costs = tuple(getattr(point, axis) for point in found)
    if not any(costs):
        st.info("None of these networks was measured on this machine, so there is no time to show.")
        return
    rows = tuple(point.row for point in found)
    st.plotly_chart(
        shared_chart(accuracy_chart, rows, costs, AXES[axis], key=(rows, costs, axis)),
        key="accuracy",
        on_select=_open,
        selection_mode="points",
    )
    missing = sum(cost is None for cost in costs)
    words = symbols_text(row.family for row in rows)
    words += " Point at one for its recipe and source; click to choose it in the sidebar."
    if missing:
        words += f" {missing} networks were not measured on this machine."
    st.caption(f"{words} {plain(times)}" if times else words)


def _gains() -> None:
    st.markdown("**Gain of cardinality, by depth**")
    table = pd.DataFrame(gain_table())
    right = st.column_config.TextColumn(alignment="right", width=46)
    st.dataframe(
        table,
        hide_index=True,
        row_height=25,
        height=min(HEIGHT, 38 + 25 * len(table)),
        column_config={
            str(name): st.column_config.TextColumn(width=142) if name == "Recipe" else right
            for name in table
        },
        key="gains",
    )
    st.caption("32x4d against ResNet, in points. * The two were not trained in the same way.")


def _rows(found: list[Point], times: str, said: bool) -> None:
    """The table; how its times were measured, unless the chart says so."""
    st.subheader("The figures and their sources", anchor=False)
    st.caption(
        summary(found)[0]
        + " Costs are counted here where this program can build the network."
        + (f" {plain(times)}" if times and not said else "")
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Network": [point.row.network for point in found],
                "Recipe": [point.label for point in found],
                "Top-1": [f"{point.row.accuracy:g} %" for point in found],
                "Image": [point.row.side for point in found],
                "Parameters": [point.params for point in found],
                "MACs": [point.macs for point in found],
                "Cost source": ["counted" if point.row.spec else "stated" for point in found],
                "Time": [point.ms for point in found],
                "What it is": [point.row.relation for point in found],
                "Training": [point.row.training for point in found],
                "Source": [point.row.source for point in found],
                "Looked up": [point.row.checked or "no" for point in found],
            }
        ),
        hide_index=True,
        height=min(ROWS, 38 + 35 * len(found)),
        column_config=_columns(),
        placeholder="not measured",
        key="accuracies",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        selection.link("architecture", "Show on the map", ":material/account_tree:")
        downloads(answer(found, times), "accuracies", "accuracy")
    st.caption("The same on the command line: `python -m explorer accuracy`.")


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn(format="localized")
    return {
        "Network": st.column_config.TextColumn(pinned=True),
        "Top-1": st.column_config.TextColumn(alignment="right"),
        "Image": st.column_config.NumberColumn(format="%d px"),
        "Parameters": number,
        "MACs": number,
        "Time": st.column_config.NumberColumn(
            format="%.1f ms", help="Of inference on one image, measured here.", width=110
        ),
        "What it is": st.column_config.TextColumn(width=190),
        "Source": st.column_config.TextColumn(width="large"),
    }


def _open() -> None:
    chosen = st.session_state["accuracy"].selection.points
    if chosen and chosen[0].get("customdata", [""])[0]:
        show_network(ResNeXtSpec.from_name(chosen[0]["customdata"][0]))
