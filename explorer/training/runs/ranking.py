"""Runs ranked by accuracy, which is possible only among runs on the same images."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.training.runs.snapshot import RunSnapshot


def by_data(runs: Sequence[RunSnapshot]) -> list[list[RunSnapshot]]:
    """Return the runs in groups that learned from the same images, each in the given order."""
    groups: dict[tuple[object, ...], list[RunSnapshot]] = {}
    for run in runs:
        groups.setdefault(run.data, []).append(run)
    return list(groups.values())


def ranked(runs: Sequence[RunSnapshot]) -> list[tuple[int | None, RunSnapshot]]:
    """Return ranks and runs by validation accuracy, best first; without one the rank is None.

    Raises:
        ValueError: They learned from different images, so their accuracies are not comparable.
    """
    if len(by_data(runs)) > 1:
        raise ValueError("Only runs on the same images can be ranked.")
    known = [run.best_accuracy for run in runs if run.best_accuracy is not None]
    places = {best: 1 + sum(other > best for other in known) for best in known}
    order = sorted(runs, key=lambda run: -1.0 if run.best_accuracy is None else run.best_accuracy)
    return [
        (None if run.best_accuracy is None else places[run.best_accuracy], run)
        for run in reversed(order)
    ]
