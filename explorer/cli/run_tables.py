"""Runs as text, JSON, CSV and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from explorer.analysis.formats import Answer, Block, Grid, text
from explorer.formatting.json_text import json_text
from explorer.formatting.numbers import duration
from explorer.jobs.text import printable

if TYPE_CHECKING:
    from explorer.training.runs.snapshot import RunSnapshot

_HEADER = ("id", "name", "state", "network", "data", "epochs", "best accuracy", "time")


def listing(snapshots: Sequence[RunSnapshot]) -> Answer:
    """One line for each run."""
    rows = [_cells(snapshot) for snapshot in snapshots]

    def blocks(wide: bool) -> list[Block]:
        if rows or wide:
            return [Grid(_HEADER, rows, words=5)]
        return ["There are no runs yet. To start one: python -m explorer train mini_resnext"]

    def plain() -> list[dict[str, Any]]:
        return [_brief(snapshot) for snapshot in snapshots]

    return Answer(blocks, lambda: (_HEADER, rows), plain, lambda: json_text(plain()))


def details(snapshot: RunSnapshot, format: str = "table") -> str:
    """One run with its recipe and its epochs."""
    if format == "json":
        plain = _brief(snapshot)
        plain["spec"] = snapshot.spec.to_dict()
        plain["recipe"] = snapshot.recipe.to_dict()
        plain["epochs"] = [asdict(epoch) for epoch in snapshot.epochs]
        plain["notes"] = list(snapshot.notes)
        return json_text(plain)
    facts = dict(zip(_HEADER, _cells(snapshot)))
    facts["recipe"] = ", ".join(
        printable(f"{key} {value}")
        for key, value in snapshot.recipe.to_dict().items()
        if value not in ([], None)
    )
    if snapshot.reason:
        facts["reason"] = printable(snapshot.reason)
    if snapshot.test_accuracy is not None:
        facts["test accuracy"] = f"{snapshot.test_accuracy:.4f}"
    for number, note in enumerate(snapshot.notes, start=1):
        facts[f"note {number}"] = printable(note)
    lines = [f"{key:<15} {value}" for key, value in facts.items()]
    if snapshot.epochs:
        header = ("epoch", "loss", "accuracy", "val loss", "val accuracy")
        rows = [
            [
                str(epoch.epoch),
                *(
                    f"{value:.4f}"
                    for value in (epoch.loss, epoch.accuracy, epoch.val_loss, epoch.val_accuracy)
                ),
            ]
            for epoch in snapshot.epochs
        ]
        lines += ["", text(header, rows, words=0, totals=False)]
    return "\n".join(lines)


def _cells(snapshot: RunSnapshot) -> list[str]:
    best = snapshot.best_accuracy
    return [
        snapshot.id,
        _short(snapshot.name),
        snapshot.state,
        snapshot.spec.name,
        _short(snapshot.data_name),
        f"{len(snapshot.epochs)}/{snapshot.recipe.epochs}",
        "–" if best is None else f"{best:.4f}",
        duration(snapshot.duration),
    ]


def _brief(snapshot: RunSnapshot) -> dict[str, Any]:
    fields = (
        "id",
        "name",
        "state",
        "asked",
        "reason",
        "source",
        "created",
        "progress",
        "eta",
        "duration",
        "speed",
        "best_accuracy",
        "best_epoch",
        "test_accuracy",
        "has_model",
    )
    plain = {name: getattr(snapshot, name) for name in fields}
    return {
        **plain,
        "network": snapshot.spec.name,
        "data": snapshot.data_name,
        "epochs_done": len(snapshot.epochs),
    }


def _short(text: str) -> str:
    return printable(text, 40)
