"""The trained networks that the lesson can look into."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.lesson.trained import Trained, read_trained
from explorer.training import RunStore, TrainingError, default_runs
from explorer.training.data.sources import SYNTHETIC

ASSETS = Path(__file__).parents[2] / "assets"
MOST_RUNS = 20


def trained_networks() -> list[Trained]:
    """The networks in ``assets/`` and the finished runs, newest first, that have paths."""
    found = [trained for path in sorted(ASSETS.glob("*.keras")) if (trained := _of_file(path))]
    return [trained for trained in [*found, *_of_runs()] if trained.spec.cardinality > 1]


def _of_file(path: Path) -> Trained | None:
    """A file of ours, trained on CIFAR-10 as its card says; None if it is something else."""
    return _read(path, path.stat().st_mtime_ns)


@st.cache_data(max_entries=20, show_spinner=False)
def _read(path: Path, stamp: int) -> Trained | None:
    try:
        return read_trained(path, f"{path.stem} (comes with the explorer)", "cifar10")
    except ValueError:
        return None


def _of_runs() -> list[Trained]:
    store = RunStore(default_runs())
    found = []
    try:
        for run in store.list()[:MOST_RUNS]:
            path = store.model_path(run.id)
            if path is not None:
                accuracy = run.test_accuracy or run.best_accuracy or 0.0
                title = f"{run.name}: {run.spec.name}, {accuracy:.0%}"
                source = run.source or SYNTHETIC
                found.append(Trained(path, run.spec, title, source, run.class_names))
    except (TrainingError, OSError) as error:
        st.caption(f"The runs could not be read: {error}")
    return found
