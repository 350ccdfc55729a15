"""Runs on the page: one in full, or several laid over each other, live while they train."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from explorer.curves import (
    AXES,
    confusion_figure,
    metric_figure,
    overlay_figure,
    rate_figure,
    speed_figure,
)
from explorer.tiles import tiles
from explorer.training import (
    BatchView,
    EpochView,
    RunSnapshot,
    RunStore,
    TrainingError,
    check_owner,
    limits,
    resume,
)
from explorer.views import address
from explorer.views.visitor import visitor

POLL_SECONDS = 1.0
BADGES = {
    "queued": ("gray", "schedule"),
    "starting": ("blue", "hourglass_top"),
    "running": ("blue", "play_arrow"),
    "paused": ("orange", "pause"),
    "finished": ("green", "check"),
    "stopped": ("gray", "stop"),
    "failed": ("red", "error"),
}


def watch(store: RunStore, ids: list[str], states: tuple[str, ...]) -> None:
    """Show these runs, and again every second while any run is at work or waits its turn."""
    busy = any(state in ("queued", "starting", "running") for state in states)

    @st.fragment(run_every=POLL_SECONDS if busy else None)
    def live() -> None:
        try:
            store.tick()
            now = store.list()
            if tuple(run.state for run in now) != states:
                st.rerun()  # a state changed: the list and the polling follow
            runs = [run for run in now if run.id in ids]
            runs.sort(key=lambda run: ids.index(run.id))
            if len(runs) == 1:
                one(store, runs[0])
            elif runs:
                several(runs)
        except (TrainingError, OSError) as error:
            st.error(address.plain(error))

    live()


def one(store: RunStore, run: RunSnapshot) -> None:
    """Everything about one run."""
    header(run)
    actions(store, run)
    reason = address.plain(run.reason.rstrip("."))
    if run.state == "failed":
        st.error(f"It failed: {reason}.", icon=":material/error:")
    elif reason:
        st.warning(f"It was stopped: {reason}.", icon=":material/timer_off:")
    if run.points:
        left, right = st.columns(2)
        keys = f"{run.id}"
        left.plotly_chart(metric_figure(run, "loss"), key=f"loss_{keys}")
        right.plotly_chart(metric_figure(run, "accuracy"), key=f"accuracy_{keys}")
    elif run.state in ("starting", "running"):
        st.info("TensorFlow starts and the images are read …", icon=":material/hourglass_top:")
    elif run.state == "queued":
        st.info("It waits for its turn.", icon=":material/schedule:")
    details(store, run)


def header(run: RunSnapshot) -> None:
    """Name, state, progress and the figures of the moment."""
    colour, icon = BADGES[run.state]
    word = {"pause": "pausing", "stop": "stopping"}.get(run.asked, run.state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(address.plain(run.name), anchor=False, width="content")
        st.badge(word, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
    done = f"epoch {min(len(run.epochs) + 1, run.recipe.epochs)} of {run.recipe.epochs}"
    st.progress(min(1.0, max(0.0, run.progress)), text=f"{run.progress:.0%}, {done}")
    last = run.epochs[-1] if run.epochs else None
    figures = {
        "Validation accuracy": f"{last.val_accuracy:.1%}" if last else "–",
        "Best": f"{run.best_accuracy:.1%}" if run.best_accuracy is not None else "–",
        "Test accuracy": f"{run.test_accuracy:.1%}" if run.test_accuracy is not None else "–",
        "Images per second": f"{run.speed:,.0f}" if run.speed else "–",
        "Trained for": clock(run.duration),
        "Time left": clock(run.eta) if run.eta is not None else "–",
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def actions(store: RunStore, run: RunSnapshot) -> None:
    """Pause, resume, stop, delete and downloads, as the state allows."""
    waiting = run.state in ("queued", "starting", "running")
    with st.container(horizontal=True):
        if waiting:
            _button(store, run, "Pause", "pause", lambda: store.request(run.id, "pause"))
            _button(store, run, "Stop", "stop", lambda: store.request(run.id, "stop"))
        if run.is_resumable:
            _button(store, run, "Resume", "play_arrow", lambda: resume(store, run.id))
        if not waiting:
            with st.popover("Delete", icon=":material/delete:"):
                st.write("The curve, the checkpoint and the model will be gone.")
                _button(store, run, "Delete for good", "delete", lambda: store.delete(run.id))
        if run.points:
            st.download_button(
                "History",
                lambda: store.export_csv(run.id).encode(),
                f"{run.id}.csv",
                "text/csv",
                icon=":material/download:",
                key=f"csv_{run.id}",
                on_click="ignore",
            )
        st.download_button(
            "Spec",
            json.dumps({"spec": run.spec.to_dict(), "recipe": run.recipe.to_dict()}, indent=1),
            f"{run.id}.json",
            "application/json",
            icon=":material/download:",
            key=f"json_{run.id}",
            on_click="ignore",
        )
        if run.has_model:
            st.download_button(
                "Model",
                lambda: _model(store, run.id),
                f"{run.spec.name}-{run.id}.keras",
                "application/octet-stream",
                icon=":material/download:",
                key=f"model_{run.id}",
                on_click="ignore",
            )


def _button(
    store: RunStore, run: RunSnapshot, label: str, icon: str, act: Callable[[], None]
) -> None:
    """A button whose deed is done before the page is drawn: a poll would lose the click."""
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"{label}_{run.id}",
        on_click=_do,
        args=(store, run, act),
    )


def _do(store: RunStore, run: RunSnapshot, act: Callable[[], None]) -> None:
    try:
        check_owner(run, visitor())
        act()
        store.tick()
    except (TrainingError, OSError) as error:
        # The next poll would wipe out anything that is drawn on the page itself.
        st.toast(address.plain(error), icon=":material/error:", duration="long")


def _model(store: RunStore, run: str) -> bytes:
    path = store.model_path(run)
    return path.read_bytes() if path else b""


DETAILS = ("Now in training", "Confusion and mistakes", "Rate and speed", "Settings", "Log")


def details(store: RunStore, run: RunSnapshot) -> None:
    """One of several closer looks; only the one that is open is computed."""
    choice = st.segmented_control(
        "A closer look", DETAILS, default=DETAILS[0], key=f"look_{run.id}", required=True
    )
    if choice == DETAILS[0]:
        batch = store.batch(run.id)
        if batch is None:
            st.caption("Images of the current batch appear here with what the network says.")
            return
        st.caption(f"Some images of the batch at step {batch.step:,}, as the network saw them.")
        st.html(pictures(batch, run))
    elif choice == DETAILS[1]:
        mistakes(store, run)
    elif choice == DETAILS[2]:
        if run.points:
            left, right = st.columns(2)
            left.plotly_chart(rate_figure(run), key=f"rate_{run.id}")
            right.plotly_chart(speed_figure(run), key=f"speed_{run.id}")
    elif choice == DETAILS[3]:
        left, right = st.columns(2)
        # A host's paths and owners are nobody's business.
        source = Path(run.source).name if limits().hosted else run.source
        left.json({"source": source, **run.spec.to_dict()})
        right.json(run.recipe.to_dict())
        for note in run.notes:
            st.caption(address.plain(note))
    elif limits().hosted and run.owner != visitor():
        st.caption("Only the person who started a run can read what it printed.")
    else:
        st.code(store.log(run.id) or "Nothing was printed.", language=None, height=300)


def pictures(view: BatchView | EpochView, run: RunSnapshot) -> str:
    """HTML of a view's images with what they are and what the network says."""
    return tiles(
        view.images,
        view.labels.tolist(),
        view.predictions.tolist(),
        view.confidences.tolist(),
        run.class_names,
    )


def mistakes(store: RunStore, run: RunSnapshot) -> None:
    """Confusion matrix and the most confident mistakes of an epoch."""
    if not run.epochs:
        st.caption("After the first epoch the validation images show here.")
        return
    last = len(run.epochs)
    number = last
    if last > 1 and not run.is_active:
        number = st.slider("After epoch", 1, last, last, key=f"epoch_{run.id}")
    view = store.epoch(run.id, number)
    if view is None:
        st.caption("Nothing was kept of this epoch.")
        return
    left, right = st.columns(2)
    with left:
        if view.confusion is not None:
            st.caption(f"Validation after epoch {number}: true class by predicted class.")
            st.plotly_chart(confusion_figure(view, run.class_names), key=f"confusion_{run.id}")
    with right:
        st.caption("The mistakes that it is surest of.")
        st.html(pictures(view, run))


def several(runs: list[RunSnapshot]) -> None:
    """Curves of several runs in one chart, and who leads."""
    st.subheader("Side by side", anchor=False)
    axis = st.segmented_control(
        "Compare at equal",
        list(AXES),
        default="epochs",
        key="overlay_axis",
        required=True,
    )
    st.plotly_chart(overlay_figure(runs, "accuracy", axis), key="overlay_accuracy")
    st.plotly_chart(overlay_figure(runs, "loss", axis), key="overlay_loss")
    order = sorted(runs, key=lambda run: run.best_accuracy or 0.0, reverse=True)
    rows = [
        {
            "Place": place,
            "Run": run.name,
            "State": run.state,
            "Epochs": f"{len(run.epochs)} / {run.recipe.epochs}",
            "Best validation accuracy": _percent(run.best_accuracy),
            "Trained for": clock(run.duration),
        }
        for place, run in enumerate(order, start=1)
    ]
    st.dataframe(rows, hide_index=True)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2%}"


def clock(seconds: float) -> str:
    """``75`` as ``1:15``, ``3700`` as ``1:01:40``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
