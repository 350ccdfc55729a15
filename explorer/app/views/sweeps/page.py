"""Sweeps: plan one, watch it, take its results along."""

from __future__ import annotations

import streamlit as st

from explorer.app.components.widgets import page_title, select
from explorer.app.state.visitor import said, shown, sweeps_here
from explorer.app.views.sweeps.form import new_sweep
from explorer.app.views.sweeps.live import watch
from resnext.errors import UserError

FORM = "sweep_form"  # whether the form is unfolded
STARTED = "_sweep_started"


def render() -> None:
    """The page."""
    board = sweeps_here()
    chooser = page_title("Sweeps", width="content").container()
    if board is None:
        st.info(
            "Sweeps train for hours, so this server does not offer them. Run the app on your own "
            "machine to plan and run sweeps.",
            icon=":material/info:",
        )
        return
    plans, damaged = board.plans()
    if started := st.session_state.pop(STARTED, ""):
        st.session_state[FORM] = False
        st.session_state["sweep"] = started
    names = {plan.id: f"{plan.name} · {plan.id[4:6]}-{plan.id[6:8]} {plan.id[9:11]}:"
             f"{plan.id[11:13]}" for plan in plans}  # fmt: skip
    chosen = ""
    if plans:
        chosen = select(
            chooser, "Sweep", names, plans[0].id, "sweep", label_visibility="collapsed", width=380
        )
    st.session_state.setdefault(FORM, not plans)
    form = st.expander("New sweep", key=FORM, on_change="rerun")
    if form.open:
        with form:
            plan = new_sweep(board)
        if plan is not None:
            st.session_state[STARTED] = plan.id
            st.rerun()
    for reason in damaged.values():
        st.warning(shown(reason), icon=":material/broken_image:")
    if not plans:
        st.info(
            "No sweep yet. A sweep can test the paper's claim: at equal cost, more and thinner "
            "paths beat wider or deeper networks. **Start the sweep** plans and queues its runs.",
            icon=":material/stacked_line_chart:",
        )
        return
    try:
        watch(board, chosen)
    except (UserError, OSError) as error:
        st.error(said(error))
