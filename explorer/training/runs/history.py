"""A run's curve: what `metrics.jsonl` says after every crash and resume."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from explorer.training.runs.checks import Loss, checked


@dataclass(frozen=True)
class Point:
    """Training over the steps since the previous point.

    Attributes:
        step: Steps taken so far, over the whole training.
        epoch: The same in epochs, a fraction.
        loss: Mean loss of the images since the previous point.
        accuracy: Share of them that was predicted correctly.
        rate: Learning rate of the last of the steps.
        speed: Images per second; the one figure that differs from run to run.
        elapsed: Seconds of training so far, without pauses.
    """

    step: int
    epoch: float
    loss: Loss
    accuracy: float
    rate: float
    speed: float
    elapsed: float


@dataclass(frozen=True)
class Epoch:
    """A finished epoch, counted from 1: training over all of it, validation at its end.

    Attributes:
        seconds: Duration of the validation.
    """

    epoch: int
    step: int
    loss: Loss
    accuracy: float
    val_loss: Loss
    val_accuracy: float
    rate: float
    seconds: float
    elapsed: float


@dataclass(frozen=True)
class Facts:
    """What a run records once: about its data at the start, about the test set at the end.

    Attributes:
        batch_size: Images in a step; 0 until the data were read, as the recipe's may be too many.
        steps_per_epoch: 0 until the data were read.
        class_names: In label order; empty until the data were read.
        notes: What was left out of the data or changed in them.
        machine: What it was last trained on, as `explorer.training.engine.machine` says.
        precision: What its steps compute in; this and `machine` are "" if not recorded.
        test_loss: On the test set, after the last epoch; None until then or without one.
        test_accuracy: Likewise.
        test_notes: As `notes`, of the test set.
    """

    batch_size: int = 0
    steps_per_epoch: int = 0
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    machine: str = ""
    precision: str = ""
    test_loss: Loss | None = None
    test_accuracy: float | None = None
    test_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """All measurements, oldest first.

    Attributes:
        attempts: How often the run was started or resumed.
        started: Whether it has trained since the last of these.
    """

    points: tuple[Point, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    facts: Facts = Facts()
    attempts: int = field(default=0, compare=False)
    started: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class _Resume:
    step: int
    epochs: int


def read_history(records: Iterable[dict[str, Any]]) -> History:
    """Return the curve in these records; a `resume` record removes what came after its step.

    Records that are incomplete, wrong or of an unknown kind are skipped.
    """
    points: list[Point] = []
    epochs: list[Epoch] = []
    facts, attempts, started = Facts(), 0, False
    for record in records:
        try:
            match record.get("kind"):
                case "point":
                    points.append(Point(**checked(record, Point)))
                    started = True
                case "epoch":
                    epochs.append(Epoch(**checked(record, Epoch)))
                case "data" | "test":
                    facts = replace(facts, **checked(record, Facts))
                case "resume":
                    resumed = _Resume(**checked(record, _Resume))
                    points = [point for point in points if point.step <= resumed.step]
                    epochs = epochs[: resumed.epochs]
                    facts = replace(facts, test_loss=None, test_accuracy=None, test_notes=())
                    attempts, started = attempts + 1, False
        except ValueError:
            continue
    return History(tuple(points), tuple(epochs), facts, attempts, started)


def history_csv(history: History, data: str) -> str:
    """Return points and epochs as CSV, one row each, in the order of training.

    Args:
        history: The curve.
        data: Name of the images, in every row: curves on different images are not comparable.
    """
    text = io.StringIO()
    names = ["kind", *dict.fromkeys(f.name for kind in (Point, Epoch) for f in fields(kind))]
    writer = csv.DictWriter(text, [*names, "data"], lineterminator="\n")
    writer.writeheader()
    rows: list[Point | Epoch] = [*history.points, *history.epochs]
    for row in sorted(rows, key=lambda row: (row.step, isinstance(row, Epoch))):
        writer.writerow({"kind": type(row).__name__.lower(), **asdict(row), "data": data})
    return text.getvalue()
