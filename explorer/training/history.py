"""A run's curve: what its `metrics.jsonl` says after every crash and resume in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Point:
    """Training over the steps since the point before it.

    Attributes:
        step: Steps taken so far, over the whole training.
        epoch: The same in epochs, a fraction.
        loss: Mean loss of the images in between.
        accuracy: Share of them that was right.
        rate: Learning rate of the last of the steps.
        speed: Images per second; the one figure that differs from run to run.
        elapsed: Seconds of training so far, pauses left out.
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    rate: float
    speed: float
    elapsed: float


@dataclass(frozen=True)
class Epoch:
    """A finished epoch, counted from 1: training over all of it, validation at its end.

    Attributes:
        seconds: What the validation took.
    """

    epoch: int
    step: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    rate: float
    seconds: float
    elapsed: float


@dataclass(frozen=True)
class History:
    """Everything measured, oldest first.

    Attributes:
        batch_size: Images of a step; 0 until the data were read, as the recipe's may be too many.
        steps_per_epoch: 0 until the data were read.
        test_loss: On the test set, after the last epoch; None until then or without one.
        test_accuracy: Likewise.
        notes: What was left out of the data or changed in them.
    """

    points: tuple[Point, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    batch_size: int = 0
    steps_per_epoch: int = 0
    train_images: int = 0
    class_names: tuple[str, ...] = ()
    test_loss: float | None = None
    test_accuracy: float | None = None
    notes: tuple[str, ...] = ()
    attempts: int = field(default=0, compare=False)
    started: bool = field(default=False, compare=False)


def read_history(records: Iterable[dict[str, Any]]) -> History:
    """Return the curve that records tell; a `resume` record takes back what came after its step.

    Records that are incomplete or of an unknown kind are passed over.
    """
    points: list[Point] = []
    epochs: list[Epoch] = []
    facts: dict[str, Any] = {}
    attempts, started = 0, False
    for record in records:
        try:
            kind = record.get("kind")
            if kind == "point":
                points.append(Point(**_only(record, Point)))
                started = True
            elif kind == "epoch":
                epochs.append(Epoch(**_only(record, Epoch)))
            elif kind == "resume":
                points = [point for point in points if point.step <= record["step"]]
                epochs = epochs[: record["epochs"]]
                attempts, started = attempts + 1, False
                for name in _FACTS["test"]:
                    facts.pop(name, None)
            elif kind in ("data", "test"):
                facts |= {name: record[name] for name in _FACTS[kind] if name in record}
        except (KeyError, TypeError):
            continue
    facts["class_names"] = tuple(facts.get("class_names", ()))
    facts["notes"] = (*facts.get("notes", ()), *facts.pop("test_notes", ()))
    return History(tuple(points), tuple(epochs), attempts=attempts, started=started, **facts)


def history_csv(history: History) -> str:
    """Return points and epochs as CSV, one row each, in the order of training."""
    text = io.StringIO()
    names = ["kind", *dict.fromkeys(f.name for kind in (Point, Epoch) for f in fields(kind))]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    rows: list[Point | Epoch] = [*history.points, *history.epochs]
    for row in sorted(rows, key=lambda row: (row.step, isinstance(row, Epoch))):
        writer.writerow({"kind": type(row).__name__.lower(), **asdict(row)})
    return text.getvalue()


_FACTS = {
    "data": ("batch_size", "steps_per_epoch", "train_images", "class_names", "notes"),
    "test": ("test_loss", "test_accuracy", "test_notes"),
}


def _only(record: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    return {field.name: record[field.name] for field in fields(kind)}
