"""One sweep, live while it trains: how far it is, what came out, and what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from explorer.app.components.charts import shared_chart
from explorer.app.components.widgets import download
from explorer.app.state import address
from explorer.app.state.visitor import said
from explorer.formatting.numbers import UNKNOWN, clock, duration, percent, short
from explorer.sweeps.board import SweepBoard
from explorer.sweeps.charts import (
    cardinality_figure,
    curves_figure,
    distribution_figure,
    parallel_figure,
)
from explorer.sweeps.html import RADOSAVOVIC, to_html
from explorer.sweeps.plan import MOST_SEEDS
from explorer.sweeps.results import MEASURES, Results, Row
from explorer.sweeps.text import deviation, plan_notes, states_text, to_csv, to_json
from explorer.training.runs.forecast import Forecast
from resnext.errors import UserError

POLL_SECONDS = 3.0  # drawing the charts holds the browser for a third of a second
NETWORKS, RUNS, DISTRIBUTION = "Networks", "Runs", "Distribution of errors"
PARALLEL, PLAN = "From network to error", "Plan"
DETAILS = (NETWORKS, RUNS, DISTRIBUTION, PARALLEL, PLAN)


def watch(board: SweepBoard, sweep: str) -> None:
    """Show a sweep; redraw every three seconds while a run trains or waits."""
    busy = board.results(sweep).is_busy

    @st.fragment(run_every=POLL_SECONDS if busy else None)
    def live() -> None:
        try:
            board.tick()
            found = board.results(sweep)
            if found.is_busy != busy:
                st.rerun()  # the polling follows
            _header(board, found)
            _charts(found)
        except (UserError, OSError) as error:
            st.error(said(error))

    @st.fragment(run_every=POLL_SECONDS if busy else None)
    def details() -> None:  # a separate part: choosing a view draws no chart above it again
        with suppress(UserError, OSError):  # which the other part says
            _details(board.results(sweep))

    live()
    details()


def _header(board: SweepBoard, found: Results) -> None:
    """State, what can be done, progress, and the figures of the moment."""
    states, plan = found.states, found.plan
    training = states.get("running", 0) + states.get("starting", 0)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(address.plain(plan.name), anchor=False, width="content")
        word = "training" if training else "waiting" if found.is_busy else "stopped"
        word = "finished" if found.finished == plan.size else word
        colour, icon = {
            "training": ("blue", "play_arrow"),
            "finished": ("green", "check"),
            "waiting": ("gray", "schedule"),
            "stopped": ("orange", "pause"),
        }[word]
        st.badge(word, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
        _actions(board, found)
    done = found.macs / ((found.macs + found.macs_left) or 1.0)
    st.progress(
        min(1.0, done), text=f"{percent(done, digits=0)} of the work: {states_text(states)}"
    )
    best = [(mean.mean, n) for n in range(len(plan.trials)) if (mean := found.mean(n))]
    off = [abs(trial.deviation) for trial in plan.trials if trial.deviation is not None]
    lowest = min(best, default=None)
    figures = {
        "Lowest error" if lowest is None else f"Lowest: {plan.trials[lowest[1]].label}": (
            UNKNOWN if lowest is None else f"{lowest[0]:.2f} %",
            f"{MEASURES[found.measure].capitalize()}, mean over the seeds that have finished.",
        ),
        "Finished": (f"{found.finished} of {plan.size}", ""),
        "Trained": (duration(found.seconds), "Training time of all runs together."),
        "Time left": (
            UNKNOWN if found.left is None else f"about {Forecast(found.left, '').duration}",
            found.reason,
        ),
        "Forward MACs": (
            short(found.macs),
            f"MACs of a network times the images learned from; {short(found.macs_left)} are left.",
        ),
        "Difference from budget": (
            f"{100 * max(off):.1f} %" if off else UNKNOWN,
            "The largest of any network. " + " ".join(plan_notes(plan)),
        ),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, (value, note) in figures.items():
            st.metric(label, value, width="content", help=note or None)


def _actions(board: SweepBoard, found: Results) -> None:
    plan, states = found.plan, found.states
    sweep = plan.id
    if found.is_busy or "paused" in states:
        _button("Stop", "stop", partial(board.stop, sweep), sweep)
    if states.keys() - {"finished", "queued", "starting", "running"}:
        _button("Resume", "play_arrow", partial(board.resume, sweep), sweep)
    with st.popover("More seeds", icon=":material/add:"):
        now = len(plan.seeds)
        seeds = st.number_input(
            "Seeds of each network", now, MOST_SEEDS, min(now + 1, MOST_SEEDS), key=f"more_{sweep}"
        )
        add = partial(board.set_seeds, sweep, int(seeds))
        _button("Train these", "play_arrow", add, sweep)
    with st.popover("Download", icon=":material/download:"):
        name = f"sweep-{sweep}"
        download("Everything (HTML)", lambda: to_html(found), f"{name}.html", "text/html",
                 key=f"html_{sweep}")  # fmt: skip
        download("Runs (CSV)", lambda: to_csv(found), f"{name}.csv", "text/csv", key=f"csv_{sweep}")
        download("Plan and runs (JSON)", lambda: to_json(found), f"{name}.json",
                 "application/json", key=f"json_{sweep}")  # fmt: skip
    if not found.is_busy:
        with st.popover("Delete", icon=":material/delete:"):
            st.write("The plan can be deleted alone; its runs then stay on the page Train.")
            _button("Delete the plan", "delete", partial(board.delete, sweep), sweep)
            both = partial(board.delete, sweep, runs=True)
            _button("Delete the plan and its runs", "delete_forever", both, sweep)


def _button(label: str, icon: str, act: Callable[[], object], sweep: str) -> None:
    """A button that acts in its callback: a poll could lose the click."""
    st.button(label, icon=f":material/{icon}:", key=f"{label}_{sweep}", on_click=_do, args=(act,))


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except (UserError, OSError) as error:
        st.toast(said(error), icon=":material/error:", duration="long")


def _charts(found: Results) -> None:
    left, right = st.columns(2)
    with left:
        _chart(found, cardinality_figure, "cardinality")
    with right:
        _chart(found, curves_figure, "curves")


def _chart(found: Results, draw: Callable[[Results], go.Figure], name: str) -> None:
    key = (found.plan.id, tuple((row.id, row.state, _epochs(row)) for row in found.rows))
    st.plotly_chart(shared_chart(draw, found, key=key), key=f"{name}_{found.plan.id}")


def _details(found: Results) -> None:
    """One of several views; only the open one is computed."""
    sweep = found.plan.id
    choice = st.segmented_control(
        "Details", DETAILS, default=NETWORKS, key=f"sweep_look_{sweep}", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if choice == NETWORKS:
        st.dataframe(
            _networks(found), hide_index=True, placeholder=UNKNOWN, key=f"networks_{sweep}"
        )
        st.caption(
            f"Error: {MEASURES[found.measure]}, in percent; mean ± standard error over the seeds "
            "that have finished. Bars and bands in the charts are one standard error."
        )
    elif choice == RUNS:
        st.dataframe(
            _runs(found),
            hide_index=True,
            placeholder=UNKNOWN,
            key=f"runs_{sweep}",
            column_config={"Link": st.column_config.LinkColumn(display_text="open")},
        )
    elif choice == DISTRIBUTION and found.finished:
        _chart(found, distribution_figure, "distribution")
        st.caption(RADOSAVOVIC)
    elif choice == PARALLEL and found.finished:
        _chart(found, parallel_figure, "parallel")
        st.caption("One line for each finished run. Drag along an axis to pick some of them.")
    elif choice == PLAN:
        for note in plan_notes(found.plan):
            st.caption(note)
        st.json(json.loads(to_json(found))["plan"], expanded=1)
    else:
        st.caption("This is drawn once the first run has finished.")


def _networks(found: Results) -> pd.DataFrame:
    trials = list(enumerate(found.plan.trials))
    means = [found.mean(number) for number, _ in trials]
    errors = [found.errors(number) for number, _ in trials]
    return pd.DataFrame(
        {
            "Network": [trial.label for _, trial in trials],
            "Error, %": [None if mean is None else mean.text for mean in means],
            "Best": [min(each) if each else None for each in errors],
            "Worst": [max(each) if each else None for each in errors],
            "Seeds": [f"{len(each)} / {len(found.plan.seeds)}" for each in errors],
            "MACs": [short(trial.macs) for _, trial in trials],
            "Parameters": [short(trial.params) for _, trial in trials],
            "Difference from budget": [deviation(trial.deviation) for _, trial in trials],
            "Widths": ["-".join(map(str, trial.widths)) for _, trial in trials],
            "Depth": [trial.depth for _, trial in trials],
        }
    ).round(2)


def _runs(found: Results) -> pd.DataFrame:
    rows = found.rows
    return pd.DataFrame(
        {
            "Network": [found.plan.trials[row.trial].label for row in rows],
            "Seed": [row.seed for row in rows],
            "State": [row.state for row in rows],
            "Epochs": [f"{_epochs(row)} / {found.plan.recipe.epochs}" for row in rows],
            "Validation error, %": [
                None if row.accuracy is None else 100 * (1 - row.accuracy) for row in rows
            ],
            "Test error, %": [row.error("test") for row in rows],
            "Training": [clock(row.run.duration) if row.run else None for row in rows],
            "Link": [f"train?run={row.id}" if row.run else None for row in rows],
        }
    ).round(2)


def _epochs(row: Row) -> int:
    return len(row.run.epochs) if row.run else 0
