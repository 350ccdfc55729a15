"""Train: start runs, watch them live, compare and race them."""

from __future__ import annotations

import streamlit as st

from explorer.training import RunSnapshot, RunStore, TrainingError, default_runs, limits
from explorer.views import address, train_run
from explorer.views.train_form import new_run
from explorer.views.train_race import race

MODES = ("Train one", "Race")
LIST_SECONDS = 5.0


@st.cache_resource
def store_of(root: str) -> RunStore:
    """One store for each folder: it is safe to share, and remembers what it has read."""
    return RunStore(root)


def store() -> RunStore:
    """The runs of this app: RESNEXT_RUNS, or ``runs`` where it was started."""
    return store_of(str(default_runs()))


def render() -> None:
    """The page."""
    st.title("Train")
    runs = store()
    with st.container(border=True):
        mode = st.segmented_control(
            "What to start", MODES, default=MODES[0], key="train_mode", required=True
        )
        started = race(runs) if mode == MODES[1] else new_run(runs)
    if started:
        choose(started)
        st.rerun()
    try:
        runs.tick()
    except (TrainingError, OSError) as error:  # a full disk, say: the page goes on
        st.error(address.plain(error))
    snapshots = runs.list()
    damaged(runs, snapshots)
    shown = chosen(snapshots)
    states = states_of(snapshots)
    if not snapshots:
        st.info(
            "No run yet. Press **Start**: with the built-in images the first point of the curve "
            "is there within seconds.",
            icon=":material/show_chart:",
        )
        look_out(runs, states)
        return
    train_run.watch(runs, shown, tuple(run.state for run in snapshots))
    run_list(runs)
    look_out(runs, states)


def damaged(runs: RunStore, known: list[RunSnapshot]) -> None:
    """Runs whose files cannot be read: why, and a way to be rid of them."""
    for run, reason in runs.damaged(known).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(address.plain(reason), icon=":material/broken_image:")
            if not limits().hosted:
                st.button("Delete", key=f"damaged_{run}", on_click=runs.delete, args=(run,))


def choose(ids: list[str]) -> None:
    """Show these runs from now on; the link says so too."""
    st.query_params["run"] = ",".join(ids)
    st.session_state["run_list_version"] = st.session_state.get("run_list_version", 0) + 1


def chosen(snapshots: list[RunSnapshot]) -> list[str]:
    """The runs to show: those of the link, else the newest, if there is any."""
    known = {run.id for run in snapshots}
    asked = [run for run in st.query_params.get("run", "").split(",") if run]
    found = [run for run in asked if run in known][:6]
    if asked and len(found) < min(len(asked), 6):
        st.warning("The link names a run that is not here; it may have been deleted.")
    active = [run.id for run in snapshots if run.is_active]
    return found or active[:1] or [run.id for run in snapshots[:1]]


@st.fragment(run_every=LIST_SECONDS)
def look_out(runs: RunStore, states: dict[str, str]) -> None:
    """Draw the page anew when somebody else has started, ended or deleted a run."""
    if states_of(runs.list()) != states:
        st.rerun()


def states_of(snapshots: list[RunSnapshot]) -> dict[str, str]:
    """The state of each run, by its id."""
    return {run.id: run.state for run in snapshots}


@st.fragment(run_every=LIST_SECONDS)
def run_list(runs: RunStore) -> None:
    """All runs; picking one opens it, picking several lays their curves over each other."""
    import pandas as pd

    snapshots = runs.list()
    st.subheader("All runs")
    st.caption("Pick one to open it, or up to six to lay their curves over each other.")
    frame = pd.DataFrame(
        {
            "Run": [run.name for run in snapshots],
            "State": [run.state for run in snapshots],
            "Network": [run.spec.name for run in snapshots],
            "Best accuracy": [
                100 * run.best_accuracy if run.best_accuracy is not None else None
                for run in snapshots
            ],
            "Epochs": [f"{len(run.epochs)} / {run.recipe.epochs}" for run in snapshots],
            "Duration": [train_run.clock(run.duration) for run in snapshots],
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
