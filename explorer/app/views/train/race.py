"""A race: several networks of nearly equal cost, trained with one recipe."""

from __future__ import annotations

import time

import pandas as pd
import streamlit as st

from explorer.analysis.race import cost_spread, equal_cost_names
from explorer.analysis.report import analyse
from explorer.app.state.url_params import check_size
from explorer.app.state.visitor import said, sweeps_here
from explorer.app.views.train.form import Places, recipe_picker, start_button
from explorer.app.views.train.images import Picked, source_picker
from explorer.formatting.numbers import short
from explorer.sweeps.control import race as race_plan
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.forecast import forecast, images_in_time
from explorer.training.runs.launchers import launcher_name
from explorer.training.runs.scheduler import max_runs
from explorer.training.runs.state import LOCAL
from explorer.training.runs.visitors import VisitorRuns
from resnext import ResNeXtSpec, SpecError
from resnext.errors import UserError

MOST = 6


def race(store: VisitorRuns) -> list[str]:
    """Draw the form; return the ids of the runs that were started, if any."""
    st.caption(
        "Networks of about equal cost, trained with the same images, epochs and seed. The default "
        "is table 2 of the paper on a 20-layer CIFAR network: more and thinner paths. The "
        "number of images is limited to half an hour of training here. Each race is also on the "
        "page Sweeps, where you can add seeds."
    )
    places = Places.laid_out("race")
    with places.network:
        names = st.multiselect(
            "Networks, 2 to 6",
            sorted({*equal_cost_names(20), *equal_cost_names(29), "mini_resnext"}),
            default=equal_cost_names(20),
            max_selections=MOST,
            accept_new_options=True,
            key="race_names",
            help="You can type any name, such as resnext29_4x24d.",
            label_visibility="collapsed",
        )
    with places.images:
        images = source_picker(store)
    with places.network:
        specs, together = costs(names, images)

    def preset(recipe: Recipe) -> int | None:
        if images is None or len(specs) < 2:
            return None
        return images_in_time(specs, recipe, images.count, store.list(), together)

    recipe = recipe_picker(places, key="race", preset=preset)
    with places.start:
        if images is None or recipe is None or len(specs) < 2:
            start_button("Start the race", "race", None, None)
            return []
        expected = forecast(specs, recipe, images.count, store.list(), together)
        places.show(expected)
        if not start_button("Start the race", "race", expected, (specs, recipe, images)):
            return []
        label = time.strftime("race %H:%M")
        board = sweeps_here()
        try:
            if board is None:
                named = [(spec, f"{spec.name} · {label}") for spec in specs]
                return store.start(named, recipe, images.source)
            plan = board.start(race_plan(specs, recipe, images.source, images.count, label))
            return list(plan.runs.values())
        except (UserError, OSError) as error:
            st.error(said(error))
        return []


def costs(names: list[str], images: Picked | None) -> tuple[list[ResNeXtSpec], int]:
    """Show what each network costs; the specs of the valid names, and how many train at once."""
    specs, rows, together = [], [], 1
    macs: list[int] = []
    for name in names:
        try:
            spec = check_size(ResNeXtSpec.from_name(name))
            spec = spec if images is None else images.fit(spec)
        except SpecError as error:
            st.error(said(error))
            continue
        totals = analyse(spec).totals
        params, cost = totals.trainable_params or 0, totals.macs or 0
        specs.append(spec)
        macs.append(cost)
        rows.append(
            {
                "Network": name,
                "Parameters": short(params),
                "MACs": short(cost),
            }
        )
    if rows:
        spread = cost_spread(macs)
        try:
            together, launcher = max_runs(), launcher_name()
        except UserError as error:
            st.error(said(error))
            return [], 1
        how = "one after the other" if together == 1 else f"{together} at a time"
        when = f"They train {how} (set by RESNEXT_MAX_RUNS)."
        if launcher != LOCAL:
            when = "They train as soon as the cluster has room."
        st.caption(
            f"The most expensive needs {100 * spread:.1f} % more MACs than the cheapest. {when}"
        )
        with st.popover("Show the costs"):
            st.table(pd.DataFrame(rows), hide_index=True)
    return specs, together
