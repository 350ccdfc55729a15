from __future__ import annotations

import csv
import io
from typing import Any

from explorer.training.runs.history import history_csv, read_history


def point(step: int, loss: float = 1.0) -> dict[str, Any]:
    return {
        "kind": "point", "step": step, "epoch": step / 10, "loss": loss, "accuracy": 0.5,
        "rate": 0.1, "speed": 100.0, "elapsed": float(step),
    }  # fmt: skip


def epoch(number: int) -> dict[str, Any]:
    return {
        "kind": "epoch", "epoch": number, "step": number * 10, "loss": 1.0, "accuracy": 0.5,
        "val_loss": 1.1, "val_accuracy": 0.4, "rate": 0.1, "seconds": 1.0, "elapsed": 9.0,
    }  # fmt: skip


def test_a_resume_takes_back_what_came_after_its_step() -> None:
    records = [
        {"kind": "resume", "step": 0, "epochs": 0},
        point(5), point(10), epoch(1), point(15), point(20), epoch(2), point(25),
        {"kind": "resume", "step": 15, "epochs": 1},
        point(20, loss=0.7),
    ]  # fmt: skip
    history = read_history(records)
    assert [(p.step, p.loss) for p in history.points] == [(5, 1), (10, 1), (15, 1), (20, 0.7)]
    assert [e.epoch for e in history.epochs] == [1]
    assert history.attempts == 2


def test_damaged_records_are_passed_over() -> None:
    history = read_history([{"kind": "point", "step": 1}, {"kind": 3}, {}, point(2)])
    assert [p.step for p in history.points] == [2]


def test_csv_has_one_row_for_each_point_and_epoch_in_order() -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(history_csv(read_history([point(5), point(10), epoch(1)]), "shapes"))
        )
    )
    assert [row["kind"] for row in rows] == ["point", "point", "epoch"]
    assert [row["val_accuracy"] for row in rows] == ["", "", "0.4"]
    assert float(rows[0]["loss"]) == 1.0
