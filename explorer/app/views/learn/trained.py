"""The trained networks that the lesson offers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from explorer.app.state.visitor import runs_here, said
from explorer.formatting.numbers import percent
from explorer.jobs.files import file_stamp
from explorer.lesson.samples import at_hand
from explorer.lesson.saved_models import Trained, read_trained
from explorer.training.data.pickles import CIFAR10_NAMES
from explorer.training.data.sources import CIFAR10
from resnext.errors import UserError

ASSETS = Path(__file__).parents[4] / "assets"
MOST_RUNS = 20


def trained_networks() -> list[Trained]:
    """The networks with paths; those whose images are on this machine, and can be scored, first.

    Networks in ``assets/`` come before runs, and finished and newer runs first.
    """
    runs = _of_runs()
    copies = [run.source for run in runs if run.class_names == CIFAR10_NAMES]
    source = next(filter(at_hand, copies), CIFAR10)
    files = [_of_file(path, source) for path in sorted(ASSETS.glob("*.keras"))]
    found = [net for net in (*files, *runs) if net is not None and net.spec.cardinality > 1]
    return sorted(found, key=lambda net: not at_hand(net.source))


def _of_file(path: Path, source: str) -> Trained | None:
    """A file in ``assets/``, trained on CIFAR-10; None if it is another kind of file.

    Args:
        path: The file.
        source: Where CIFAR-10 is: Keras's cache, or a copy that a run used.
    """
    found = _read(path, file_stamp(path))
    return found and replace(found, source=source, class_names=CIFAR10_NAMES)


@st.cache_data(max_entries=20, show_spinner=False)
def _read(path: Path, stamp: str) -> Trained | None:
    try:
        return read_trained(path, f"{path.stem} (included with the explorer)")
    except UserError:
        return None


def _of_runs() -> list[Trained]:
    found = []
    try:
        store = runs_here()
        newest = store.list()[:MOST_RUNS]
        for run in sorted(newest, key=lambda run: run.state != "finished"):
            path = store.model_path(run.id) if run.has_model else None
            if path is not None:
                accuracy = run.test_accuracy or run.best_accuracy or 0.0
                title = (
                    f"{run.name}: {run.spec.name}, {percent(accuracy, digits=0)} on {run.data_name}"
                )
                found.append(Trained(path, run.spec, title, run.source, run.class_names))
    except (UserError, OSError) as error:
        st.caption(f"The runs could not be read: {said(error)}")
    return found
