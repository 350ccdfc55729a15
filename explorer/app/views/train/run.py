"""One run, live while it trains: its state, its figures, its curves, and what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from explorer.app.components.widgets import download
from explorer.app.state import address
from explorer.app.state.visitor import said, share_link
from explorer.app.views.train.several import several
from explorer.charts.training_charts import metric_figure
from explorer.export.stock_file import stock_file
from explorer.formatting.numbers import UNKNOWN, clock, percent
from explorer.training.runs.quotas import limits
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.state import NO_CONTACT
from explorer.training.runs.visitors import VisitorRuns
from resnext.errors import UserError

POLL_SECONDS = 1.0
# Of charts with points: drawing them holds the browser for a third of a second, and clicks wait.
CURVE_SECONDS = 3.0
WAITING = ("queued", "starting", "running")
BADGES = {
    "queued": ("gray", "schedule"),
    "starting": ("blue", "hourglass_top"),
    "running": ("blue", "play_arrow"),
    "paused": ("orange", "pause"),
    "finished": ("green", "check"),
    "stopped": ("gray", "stop"),
    "failed": ("red", "error"),
    NO_CONTACT: ("orange", "cloud_off"),
}


def watch(store: VisitorRuns, ids: list[str], states: tuple[str, ...]) -> None:
    """Show these runs; redraw every second, and their curves every three, while any is at work."""
    busy = any(state in (*WAITING, NO_CONTACT) for state in states)
    try:
        drawn = any(map(_has_points, _snapshots(store, ids)))
    except (UserError, OSError) as error:
        st.error(said(error))
        return

    @st.fragment(run_every=POLL_SECONDS if busy else None)
    def live() -> None:
        try:
            store.tick()
            now = store.list()
            if tuple(run.state for run in now) != states:
                st.rerun()  # a state changed: the list and the polling follow
            runs = _snapshots(store, ids)
            if any(map(_has_points, runs)) != drawn:
                st.rerun()  # the first point: the curves come at once
            if len(runs) == 1:
                one(store, runs[0])
        except (UserError, OSError) as error:
            st.error(said(error))

    @st.fragment(run_every=(CURVE_SECONDS if drawn else POLL_SECONDS) if busy else None)
    def curves() -> None:
        with suppress(UserError, OSError):  # which the other part says
            runs = _snapshots(store, ids)
            if len(runs) == 1:
                charts(runs[0])
            elif runs:
                several(runs)

    live()
    curves()


def _snapshots(store: VisitorRuns, ids: list[str]) -> list[RunSnapshot]:
    """These runs with their curves, without those that were deleted."""
    known = {run.id for run in store.list()}
    return [store.snapshot(run) for run in ids if run in known]


def _has_points(run: RunSnapshot) -> bool:
    return bool(run.points)


def one(store: VisitorRuns, run: RunSnapshot) -> None:
    """Everything about one run that is worth the first screen, above its curves."""
    header(store, run)
    shared_link(store, run)
    reason = address.plain(run.reason.rstrip("."))
    if run.state == "failed":
        st.error(f"The run failed: {reason}.", icon=":material/error:")
    elif run.state == NO_CONTACT:
        st.warning(f"No contact: {reason}.", icon=":material/cloud_off:")
    elif reason:
        st.warning(f"The run was stopped: {reason}.", icon=":material/timer_off:")


def charts(run: RunSnapshot) -> None:
    """The curves of a run, or what it does before they begin."""
    if run.points:
        left, right = st.columns(2)
        left.plotly_chart(metric_figure(run, "loss"), key=f"loss_{run.id}")
        right.plotly_chart(metric_figure(run, "accuracy"), key=f"accuracy_{run.id}")
    elif run.state in ("starting", "running"):
        st.info("Starting TensorFlow and reading the images …", icon=":material/hourglass_top:")
    elif run.state == "queued":
        st.info("Waiting in the queue for a free training slot.", icon=":material/schedule:")


def header(store: VisitorRuns, run: RunSnapshot) -> None:
    """Name, state, what can be done, network, data, progress and the figures of the moment."""
    colour, icon = BADGES[run.state]
    word = {"pause": "pausing", "stop": "stopping"}.get(run.asked, run.state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(address.plain(run.name), anchor=False, width="content")
        st.badge(word, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
        actions(store, run)
    about = f"{run.spec.name} on {run.data_name}, recipe {run.recipe.name}"
    guest = "" if store.is_mine(run) else " Shared with you; only its owner can change it."
    st.caption(address.plain(about) + "." + guest)
    if run.state in WAITING or run.state == "paused":
        done = f"epoch {min(len(run.epochs) + 1, run.recipe.epochs)} of {run.recipe.epochs}"
        st.progress(
            min(1.0, max(0.0, run.progress)), text=f"{percent(run.progress, digits=0)}, {done}"
        )
    last = run.epochs[-1] if run.epochs else None
    figures = {
        "Validation accuracy": percent(last.val_accuracy if last else None),
        "Best": percent(run.best_accuracy),
        "Test accuracy": percent(run.test_accuracy),
        "Images per second": f"{run.speed:,.0f}" if run.speed else UNKNOWN,
        "Training time": clock(run.duration),
    }
    if run.state in WAITING:
        figures["Time left"] = clock(run.eta) if run.eta is not None else UNKNOWN
    else:
        figures["Epochs"] = f"{len(run.epochs)} of {run.recipe.epochs}"
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def actions(store: VisitorRuns, run: RunSnapshot) -> None:
    """Pause, resume, stop, delete and downloads, as the state allows."""
    waiting = run.state in WAITING
    mine = store.is_mine(run)
    if mine and (waiting or run.state == NO_CONTACT):
        _button(store, run, "Pause", "pause", lambda: store.request(run.id, "pause"))
        _button(store, run, "Stop", "stop", lambda: store.request(run.id, "stop"))
    if mine and run.is_resumable:
        _button(store, run, "Resume", "play_arrow", lambda: store.request(run.id, "resume"))
    if mine and not waiting:
        with st.popover("Delete", icon=":material/delete:"):
            st.write("This deletes the curves, the checkpoint and the model.")
            _button(store, run, "Delete permanently", "delete", lambda: store.delete(run.id))
    if mine and limits().hosted:
        sharing(store, run)
    if run.points:
        curve = partial(store.export_csv, run.id)
        download("Curves (CSV)", curve, f"{run.id}.csv", "text/csv", key=f"csv_{run.id}")
    choice = {"spec": run.spec.to_dict(), "recipe": run.recipe.to_dict()}
    text = json.dumps(choice, indent=1)
    download("Settings (JSON)", text, f"{run.id}.json", "application/json", key=f"json_{run.id}")
    if run.has_model:
        model, name = partial(_model, store, run.id), f"{run.spec.name}-{run.id}.keras"
        download("Model (Keras)", model, name, "application/octet-stream", key=f"model_{run.id}")


def sharing(store: VisitorRuns, run: RunSnapshot) -> None:
    """On a hosted app: buttons that start and stop sharing this run."""
    if not run.share:
        _button(store, run, "Share by link", "link", lambda: store.share(run.id))
        return
    _button(store, run, "Stop sharing", "link_off", lambda: store.stop_sharing(run.id))


def shared_link(store: VisitorRuns, run: RunSnapshot) -> None:
    """The link to a shared run, and what it shows."""
    if run.share and store.is_mine(run):
        st.caption(
            "Anyone with this link can see this run: its curves, the images on this page and its "
            "model. Nobody else can. **Stop sharing** disables the link."
        )
        st.code(share_link(run.share), language=None, wrap_lines=True)


def _button(
    store: VisitorRuns, run: RunSnapshot, label: str, icon: str, act: Callable[[], object]
) -> None:
    """A button that acts in its callback: a poll could lose the click."""
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label}_{run.id}",
        on_click=_do,
        args=(store, run, act),
    )


def _do(store: VisitorRuns, run: RunSnapshot, act: Callable[[], object]) -> None:
    try:
        act()
        store.tick()
    except (UserError, OSError) as error:
        # A toast stays; the next poll would remove a message on the page.
        st.toast(said(error), icon=":material/error:", duration="long")


def _model(store: VisitorRuns, run: str) -> bytes:
    path = store.model_path(run)
    if path is None:
        return b""
    try:
        return stock_file(path)
    except UserError:  # it is damaged: handed out as it is
        return path.read_bytes()
