"""Curves and ranks of several runs, live while they train."""

from __future__ import annotations

import streamlit as st

from explorer.app.state import address
from explorer.app.state.network import network_colours
from explorer.charts.training_charts import AXES, overlay_figure
from explorer.formatting.numbers import UNKNOWN, clock, percent
from explorer.training.runs.ranking import by_data, ranked
from explorer.training.runs.snapshot import RunSnapshot

SEVERAL = "Runs compared"


def several(runs: list[RunSnapshot]) -> None:
    """Curves and ranks of several runs, for each set of images separately."""
    st.subheader(SEVERAL, anchor=False)
    groups = by_data(runs)
    if len(groups) > 1:
        st.info(
            "These runs learned from different images, so their accuracies are not comparable. "
            "Each set of images has its own charts and ranking.",
            icon=":material/info:",
        )
    axis = st.segmented_control(
        "Compare at the same number of",
        list(AXES),
        default="epochs",
        key="overlay_axis",
        required=True,
    )
    for number, group in enumerate(groups):
        same_data(group, axis, number)


def same_data(runs: list[RunSnapshot], axis: str, number: int) -> None:
    """Charts and ranks of runs on the same images."""
    st.markdown(f"##### On {address.plain(runs[0].data_name)}")
    colours = network_colours([run.spec.name for run in runs])
    for metric in ("accuracy", "loss"):
        figure = overlay_figure(runs, metric, axis, colours)
        st.plotly_chart(figure, key=f"overlay_{metric}_{number}")
    rows = [
        {
            "Rank": UNKNOWN if rank is None else str(rank),
            "Run": run.name,
            "Images": run.data_name,
            "State": run.state,
            "Epochs": f"{len(run.epochs)} / {run.recipe.epochs}",
            "Best validation accuracy": _percent(run.best_accuracy),
            "Training time": clock(run.duration),
        }
        for rank, run in ranked(runs)
    ]
    st.dataframe(rows, hide_index=True)


def _percent(value: float | None) -> str:
    return percent(value, digits=2)
