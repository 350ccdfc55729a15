"""The form that plans a sweep."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pandas as pd
import streamlit as st

from explorer.app.state.visitor import runs_here, said
from explorer.app.views.train.form import Places, recipe_picker, start_button
from explorer.app.views.train.images import source_picker
from explorer.formatting import numbers
from explorer.formatting.numbers import counted
from explorer.sweeps.board import SweepBoard
from explorer.sweeps.control import planned
from explorer.sweeps.design import Design
from explorer.sweeps.plan import Plan
from explorer.sweeps.results import expected
from explorer.sweeps.text import deviation, plan_notes
from explorer.sweeps.widths import BUDGETS, Costs
from explorer.training.runs.forecast import Forecast
from explorer.training.runs.scheduler import max_runs
from resnext.errors import UserError

CARDINALITIES = (1, 2, 4, 8, 16, 32, 64)
DEPTHS = (11, 20, 29, 38, 47, 56)
CHANNELS = (64, 128, 256)
EQUAL = {"equal-macs": "MACs", "equal-params": "Parameters"}
WIDTHS = {"per-stage": "chosen for each stage", "doubling": "doubled, as in the paper"}


def new_sweep(board: SweepBoard) -> Plan | None:
    """Draw the form; the plan that was started, if one was."""
    places = Places.laid_out("sweep", "Networks")
    design = _design(places)
    with places.images:
        images = source_picker(runs_here())
    recipe = recipe_picker(places, key="sweep")
    seeds = int(places.duration.number_input("Seeds of each network", 1, 100, 3, key="sweep_seeds"))
    name = places.options.text_input(
        "Name", max_chars=60, placeholder="What is swept", key="sweep_name"
    )
    with places.start:
        if design is None or images is None or recipe is None:
            start_button("Start the sweep", "sweep", None, None)
            return None
        try:
            design = replace(design, changes=(("classes", images.classes),))
            plan = planned(design, recipe, images.source, seeds, name, costs=_costs(design.at))
            each, seconds, reason = expected(plan, runs_here().list(), max_runs())
        except (UserError, OSError) as error:
            st.error(said(error))
            start_button("Start the sweep", "sweep", None, None)
            return None
        _show(plan, each)
        coming = Forecast(seconds, reason, plan.size)
        places.show(coming)
        choice = design, recipe, images, seeds
        if not start_button("Start the sweep", "sweep", coming, choice):
            return None
        try:
            return board.start(plan)
        except (UserError, OSError) as error:
            st.error(said(error))
        return None


def _design(places: Places) -> Design | None:
    with places.network:
        cardinalities = st.pills(
            "Cardinalities",
            CARDINALITIES,
            default=CARDINALITIES[:6],
            selection_mode="multi",
            key="sweep_cardinalities",
            wrap=True,
        )
        depth, channels = st.columns(2)
        layers = depth.selectbox("Depth", DEPTHS, index=1, key="sweep_depth")
        width = channels.selectbox(
            "Channels",
            CHANNELS,
            key="sweep_channels",
            help="Of the first stage's output (the paper's: 256); each later stage has twice as "
            "many.",
        )
        at = st.segmented_control(
            "Keep equal",
            list(EQUAL),
            default="equal-macs",
            format_func=EQUAL.__getitem__,
            required=True,
            key="sweep_at",
        )
    left, right = places.options.columns(2)
    widths = left.selectbox(
        "Widths", list(WIDTHS), format_func=WIDTHS.__getitem__, key="sweep_widths"
    )
    rivals = right.checkbox(
        "Also a wider and a deeper network at twice the cost (the paper's table 4)",
        key="sweep_rivals",
    )
    try:
        return Design(
            {"depth": (layers,), "cardinality": tuple(sorted(cardinalities))},
            at=at,
            widths=widths,
            channels=width,
            rivals=rivals,
        )
    except UserError as error:
        places.start.error(said(error))
        return None


@lru_cache(maxsize=4)
def _costs(at: str) -> Costs:
    """The same for every run of the page, as it keeps the parts that were counted."""
    return Costs(at)


def _show(plan: Plan, each: list[float]) -> None:
    """What is planned: in a line, and the networks when asked."""
    off = max((abs(trial.deviation or 0.0) for trial in plan.trials), default=0.0)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{counted(plan.size, 'run')}**: {counted(len(plan.trials), 'network')}, "
            f"{counted(len(plan.seeds), 'seed')}. "
            f"{BUDGETS[plan.at]} differ by at most {100 * off:.1f} % from the budget.",
            width="content",
        )
        with st.popover("Show the networks"):
            st.table(
                pd.DataFrame(
                    {
                        "Network": [trial.label for trial in plan.trials],
                        "Parameters": [numbers.short(trial.params) for trial in plan.trials],
                        "MACs": [numbers.short(trial.macs) for trial in plan.trials],
                        "Deviation": [deviation(trial.deviation) for trial in plan.trials],
                        "One run": [Forecast(seconds, "").duration for seconds in each],
                    }
                ),
                hide_index=True,
            )
            for note in plan_notes(plan):
                st.caption(note)
