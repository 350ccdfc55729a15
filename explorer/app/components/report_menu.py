"""The report of the networks on a page, and of runs that the visitor may see, as a download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.analysis.conventions import DEFAULT
from explorer.app.components.widgets import download
from explorer.app.state.timings import kept_timings
from explorer.app.state.visitor import runs_here
from explorer.cost.measures import step_measures, step_notes
from explorer.export.report import MOST_RUNS, REPORT_FORMATS, document, file_stem
from explorer.training.runs.snapshot import RunSnapshot
from resnext import Graph, ResNeXtSpec

HELP = "One file, also for printing: network, tables, map, comparison, sources and training curves."


@st.fragment
def report_menu(
    networks: Sequence[ResNeXtSpec | Graph],
    *,
    key: str,
    count: str = DEFAULT,
    accuracy: str | None = None,
    speed: str | None = None,
) -> None:
    """A button that opens the choice of format and runs; a press of the other writes the report.

    Args:
        networks: At most eight.
        key: Prefix of the widgets' keys.
        count: Counting convention of the MACs.
        accuracy: See `explorer.export.report.document`.
        speed: Likewise.
    """
    menu = st.popover(
        "Report", icon=":material/description:", key=f"{key}-menu", on_change="rerun", help=HELP
    )
    if not menu.open:
        return
    with menu:
        ending = st.segmented_control(
            "Format",
            list(REPORT_FORMATS),
            default="html",
            format_func=lambda ending: REPORT_FORMATS[ending].label,
            key=f"{key}-format",
            required=True,
        )
        runs = _chosen_runs(key)
        format = REPORT_FORMATS[ending]

        def content() -> str:
            timings = kept_timings()
            report = document(
                networks,
                runs,
                count=count,
                accuracy=accuracy,
                speed=speed,
                steps=step_measures(networks, timings),
                notes=step_notes(networks, timings),
            )
            return format.write(report)

        name = f"{file_stem([network.name for network in networks])}.{ending}"
        download(f"Report as {format.label}", content, name, format.mime, key=f"{key}-file")


def _chosen_runs(key: str) -> list[RunSnapshot]:
    """The runs that the report shows."""
    offered = offered_runs()
    if not offered:
        st.caption("Runs with a finished epoch can be added once there are some.")
        return []
    chosen: Any = st.multiselect(
        "Runs whose curves it shows",
        list(offered),
        format_func=lambda run: label(offered[run]),
        max_selections=MOST_RUNS,
        placeholder="None",
        key=f"{key}-runs",
    )
    return [runs_here().snapshot(run) for run in chosen if run in offered]


def offered_runs() -> dict[str, RunSnapshot]:
    """The runs that the visitor may see and that have a curve, which is not read, newest first."""
    return {run.id: run for run in runs_here().list() if run.epochs}


def label(run: RunSnapshot) -> str:
    """Such as ``my run, mini_resnext, cifar10-images.zip, 2,000 images, 71.2 %``."""
    best = "" if run.best_accuracy is None else f", {100 * run.best_accuracy:.1f} %"
    network = "" if run.spec.name == run.name else f", {run.spec.name}"
    return f"{run.name}{network}, {run.data_name}{best}"
