"""Details of a run, below its curves."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.app.state import address
from explorer.app.state.visitor import said
from explorer.charts.training_charts import confusion_figure, rate_figure, speed_figure
from explorer.training.data.image_grid import tiles
from explorer.training.runs.pictures import BatchView, EpochView
from explorer.training.runs.quotas import limits
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.visitors import VisitorRuns
from resnext.errors import UserError

POLL_SECONDS = 1.0
DETAILS = (
    "Current batch",
    "Confusion and mistakes",
    "Learning rate and speed",
    "Settings",
    "Log",
)


def closer_look(store: VisitorRuns, run: RunSnapshot) -> None:
    """Details of a run, below its curves; redrawn every second while it trains."""

    @st.fragment(run_every=POLL_SECONDS if run.is_active else None)
    def live() -> None:
        try:
            details(store, store.snapshot(run.id))
        except (UserError, OSError) as error:
            st.error(said(error))

    live()


def details(store: VisitorRuns, run: RunSnapshot) -> None:
    """One of several views; only the open one is computed."""
    choice = st.segmented_control(
        "Details", DETAILS, default=DETAILS[0], key=f"look_{run.id}", required=True
    )
    if choice == DETAILS[0]:
        batch = store.batch(run.id)
        if batch is None:
            st.caption(
                "Images of the current batch appear here with the predictions of the network."
            )
            return
        st.caption(f"Some images of the batch at step {batch.step:,}, with its augmentation.")
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
        # Visitors of a hosted app must not see paths of the server.
        source = Path(run.source).name if limits().hosted else run.source
        left.json({"source": source, **run.spec.to_dict()})
        right.json(run.recipe.to_dict())
        for note in run.notes:
            st.caption(address.plain(note))
    elif not store.is_mine(run):
        st.caption("Only the person who started a run can read its log.")
    else:
        st.code(store.log(run.id) or "The log is empty.", language=None, height=300)


def pictures(view: BatchView | EpochView, run: RunSnapshot) -> str:
    """HTML of a view's images with labels and predictions."""
    return tiles(
        view.images,
        view.labels.tolist(),
        view.predictions.tolist(),
        view.confidences.tolist(),
        run.class_names,
    )


def mistakes(store: VisitorRuns, run: RunSnapshot) -> None:
    """Confusion matrix and the most confident mistakes of an epoch."""
    if not run.epochs:
        st.caption("Results on the validation images appear here after the first epoch.")
        return
    last = len(run.epochs)
    number = last
    if last > 1 and not run.is_active:
        number = st.slider("After epoch", 1, last, last, key=f"epoch_{run.id}")
    view = store.epoch(run.id, number)
    if view is None:
        st.caption("No images of this epoch were saved.")
        return
    left, right = st.columns(2)
    with left:
        if view.confusion is not None:
            st.caption(
                f"Validation images after epoch {number}: actual class (rows) by predicted class."
            )
            st.plotly_chart(confusion_figure(view, run.class_names), key=f"confusion_{run.id}")
    with right:
        st.caption("The most confident mistakes.")
        st.html(pictures(view, run))
