"""A race: several networks of nearly equal cost under one budget."""

from __future__ import annotations

import time

import pandas as pd
import streamlit as st

from explorer.links import check_size
from explorer.race import cost_spread, equal_cost_names
from explorer.report import analyse
from explorer.training import RunStore, TrainingError, check_start, max_runs, start
from explorer.views import address
from explorer.views.train_form import recipe_picker, source_picker
from explorer.views.visitor import visitor
from resnext import ResNeXtSpec, SpecError

MOST = 6


def race(store: RunStore) -> list[str]:
    """Draw the form; return the ids of the runs that were started, if any."""
    st.caption(
        "The paper's Table 2 on a 20-layer CIFAR network: more and thinner paths at one cost. "
        "Add any name, such as resnext29_4x24d; every network gets the same images, epochs "
        "and seed."
    )
    left, right = st.columns([2, 1], gap="large")
    with left:
        names = st.multiselect(
            "Networks, 2 to 6",
            sorted({*equal_cost_names(20), *equal_cost_names(29), "mini_resnext"}),
            default=equal_cost_names(20),
            max_selections=MOST,
            accept_new_options=True,
            key="race_names",
        )
    with right:
        source, classes = source_picker(store)
    recipe = recipe_picker(key="race")
    specs = costs(names, classes or 10)
    pressed = st.button(
        "Start the race",
        type="primary",
        icon=":material/sports_score:",
        disabled=source is None or recipe is None or len(specs) < 2,
        key="race_start",
    )
    if not pressed or source is None or recipe is None:
        return []
    label = time.strftime("race %H:%M")
    started: list[str] = []
    try:
        check_start(store, source, visitor(), len(specs))
        for spec in specs:
            run = start(store, spec, recipe, source, f"{spec.name} · {label}", visitor())
            started.append(run)
    except (TrainingError, OSError) as error:
        # Once a run has started, the page is drawn anew without what is on it now.
        st.toast(address.plain(error), icon=":material/error:", duration="long")
    return started


def costs(names: list[str], classes: int) -> list[ResNeXtSpec]:
    """Show what each network costs; return the specs of the names that are good."""
    specs, rows = [], []
    for name in names:
        try:
            spec = check_size(ResNeXtSpec.from_name(name, classes=classes))
        except SpecError as error:
            st.error(address.plain(error))
            continue
        totals = analyse(spec).totals
        specs.append(spec)
        rows.append(
            {
                "Network": name,
                "Parameters, k": totals.trainable_params / 1e3,
                "MACs, M": (totals.macs or 0) / 1e6,
            }
        )
    if rows:
        frame = pd.DataFrame(rows)
        st.dataframe(
            frame,
            hide_index=True,
            column_config={
                "Parameters, k": st.column_config.NumberColumn(format="%.1f"),
                "MACs, M": st.column_config.NumberColumn(format="%.1f"),
            },
        )
        spread = cost_spread([round(row["MACs, M"] * 1e6) for row in rows])
        try:
            together = max_runs()
        except TrainingError as error:
            st.error(address.plain(error))
            return []
        how = "one after the other" if together == 1 else f"{together} at a time"
        st.caption(
            f"The dearest costs {spread:.1%} more MACs than the cheapest. They train {how} here "
            "(RESNEXT_MAX_RUNS sets it)."
        )
    return specs
