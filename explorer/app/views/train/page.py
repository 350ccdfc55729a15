"""Train: start runs, watch them live, compare and race them, try their models."""

from __future__ import annotations

import streamlit as st

from explorer.app.components import landing
from explorer.app.components.export import trained_onnx_section
from explorer.app.components.widgets import page_title
from explorer.app.state import address
from explorer.app.state.visitor import asked_for, runs_here, said
from explorer.app.views.train import run as train_run
from explorer.app.views.train.details import closer_look
from explorer.app.views.train.form import new_run
from explorer.app.views.train.own_image import try_image
from explorer.app.views.train.race import race
from explorer.app.views.train.several import SEVERAL
from explorer.formatting.numbers import UNKNOWN, clock
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.visitors import VisitorRuns
from resnext.errors import UserError

MODES = ("One network", "Race")
FORM = "train_form"  # whether the form is unfolded
STARTED = "_train_started"
LIST_SECONDS = 5.0


def render() -> None:
    """The page."""
    heading = page_title("Train").container(width=1)
    runs = runs_here()
    started = form(runs)
    if started:
        choose(started)
        st.session_state[STARTED] = True
        st.rerun()
    try:
        runs.tick()
    except (UserError, OSError) as error:  # a full disk, say: the page goes on
        st.error(said(error))
    snapshots = runs.list()
    damaged(runs)
    shown = chosen(snapshots, asked_for(runs))
    states = states_of(snapshots)
    if not snapshots:
        st.info(
            "No run yet. Press **Start training**: with the built-in images the first point of the "
            "curve appears as soon as TensorFlow has started.",
            icon=":material/show_chart:",
        )
        look_out(runs, states)
        return
    one = next((run for run in snapshots if [run.id] == shown), None)
    with heading:  # A run that was just started gets the focus.
        landing.land_on(one.name if one else SEVERAL)
    train_run.watch(runs, shown, tuple(run.state for run in snapshots))
    own_image = st.container()
    if one:
        closer_look(runs, one)
    ended = one is not None and one.has_model and one.state not in train_run.WAITING
    if one and ended and runs.is_mine(one) and (model := runs.model_path(one.id)):
        trained_onnx_section(model, f"{one.spec.name}-{one.id}")
    run_list(runs)
    look_out(runs, states)
    if one and ended:
        with own_image:  # Last, because it waits for a worker process.
            try_image(runs, one)


def form(runs: VisitorRuns) -> list[str]:
    """Draw the form, folded while a run is watched; return the ids of the runs it started."""
    if st.session_state.pop(STARTED, False):
        st.session_state[FORM] = False
        landing.move()
    elif FORM not in st.session_state:
        watched = "run" in st.query_params or asked_for(runs) or runs.list()
        st.session_state[FORM] = not watched
    with st.expander("New run", expanded=True, key=FORM, on_change="rerun"):
        mode = st.segmented_control(
            "What to train",
            MODES,
            default=MODES[0],
            key="train_mode",
            required=True,
            label_visibility="collapsed",
        )
        return race(runs) if mode == MODES[1] else new_run(runs)


def damaged(runs: VisitorRuns) -> None:
    """Runs whose files cannot be read: why, and a button that deletes them."""
    for run, reason in runs.damaged().items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(address.plain(reason), icon=":material/broken_image:")
            st.button("Delete", key=f"damaged_{run}", on_click=runs.delete, args=(run,))


def choose(ids: list[str]) -> None:
    """Show these runs, on the page and in its address."""
    st.query_params["run"] = ",".join(ids)
    st.session_state["run_list_version"] = st.session_state.get("run_list_version", 0) + 1


def chosen(snapshots: list[RunSnapshot], shared: list[str]) -> list[str]:
    """The runs to show: those of the link, else an active one, else the newest."""
    known = {run.id for run in snapshots}
    asked = [run for run in st.query_params.get("run", "").split(",") if run] or shared
    found = [run for run in asked if run in known][:6]
    if asked and len(found) < min(len(asked), 6):
        st.warning("A run in this link was not found, was deleted or is not shared with you.")
    active = [run.id for run in snapshots if run.is_active]
    return found or active[:1] or [run.id for run in snapshots[:1]]


@st.fragment(run_every=LIST_SECONDS)
def look_out(runs: VisitorRuns, states: dict[str, str]) -> None:
    """Redraw the page when a run was started, ended or deleted elsewhere."""
    if states_of(runs.list()) != states:
        st.rerun()


def states_of(snapshots: list[RunSnapshot]) -> dict[str, str]:
    """The state of each run, by its id."""
    return {run.id: run.state for run in snapshots}


@st.fragment(run_every=LIST_SECONDS)
def run_list(runs: VisitorRuns) -> None:
    """A table of all runs; selecting one opens it, selecting several compares them."""
    import pandas as pd

    snapshots = runs.list()
    st.subheader("All runs", anchor=False)
    st.caption(
        "Select one to open it, or up to six to compare them. Accuracies are comparable only on "
        "the same images."
    )
    frame = pd.DataFrame(
        {
            "Run": [run.name for run in snapshots],
            "State": [run.state for run in snapshots],
            "Network": [run.spec.name for run in snapshots],
            "Images": [run.data_name for run in snapshots],
            "Best accuracy": [
                100 * run.best_accuracy if run.best_accuracy is not None else None
                for run in snapshots
            ],
            "Epochs": [f"{len(run.epochs)} / {run.recipe.epochs}" for run in snapshots],
            "Duration": [clock(run.duration) for run in snapshots],
            "Recipe": [run.recipe.name for run in snapshots],
            "Started": [pd.Timestamp(run.created, unit="s", tz="UTC") for run in snapshots],
        }
    )
    version = st.session_state.get("run_list_version", 0)
    key = f"run_list_{version}_{hash(tuple(run.id for run in snapshots))}"
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        placeholder=UNKNOWN,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Best accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "Started": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
        },
    )
    picked = [snapshots[row].id for row in event.selection.rows][:6]
    if picked and st.query_params.get("run") != ",".join(picked):
        st.query_params["run"] = ",".join(picked)
        st.rerun()
