"""The trained networks that the lesson can look into."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from explorer.lesson.samples import at_hand
from explorer.lesson.trained import Trained, read_trained
from explorer.training import RunStore, TrainingError, default_runs
from explorer.training.data.pickles import CIFAR10_NAMES
from explorer.training.data.sources import CIFAR10, SYNTHETIC

ASSETS = Path(__file__).parents[2] / "assets"
MOST_RUNS = 20


def trained_networks() -> list[Trained]:
    """The networks with paths: those whose images are here first, so that they can be scored.

    Among them the ones in ``assets/`` come before the runs, finished ones and newest first.
    """
    runs = _of_runs()
    copies = [run.source for run in runs if run.class_names == CIFAR10_NAMES]
    source = next(filter(at_hand, copies), CIFAR10)
    files = [_of_file(path, source) for path in sorted(ASSETS.glob("*.keras"))]
    found = [net for net in (*files, *runs) if net is not None and net.spec.cardinality > 1]
    return sorted(found, key=lambda net: not at_hand(net.source))


def _of_file(path: Path, source: str) -> Trained | None:
    """A file of ours, trained on CIFAR-10 as its card says; None if it is something else.

    Args:
        path: The file.
        source: Where CIFAR-10 is: Keras's cache, or a copy that somebody has trained on here.
    """
    found = _read(path, path.stat().st_mtime_ns)
    return found and replace(found, source=source, class_names=CIFAR10_NAMES)


@st.cache_data(max_entries=20, show_spinner=False)
def _read(path: Path, stamp: int) -> Trained | None:
    try:
        return read_trained(path, f"{path.stem} (comes with the explorer)")
    except ValueError:
        return None


def _of_runs() -> list[Trained]:
    store = RunStore(default_runs())
    found = []
    try:
        newest = store.list()[:MOST_RUNS]
        for run in sorted(newest, key=lambda run: run.state != "finished"):
            path = store.model_path(run.id)
            if path is not None:
                accuracy = run.test_accuracy or run.best_accuracy or 0.0
                title = f"{run.name}: {run.spec.name}, {accuracy:.0%}"
                source = run.source or SYNTHETIC
                found.append(Trained(path, run.spec, title, source, run.class_names))
    except (TrainingError, OSError) as error:
        st.caption(f"The runs could not be read: {error}")
    return found
