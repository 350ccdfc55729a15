"""Where a run stands, as plain data for pages and the command line."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any

from explorer.training import processes
from explorer.training.history import Epoch, History, Point
from explorer.training.recipe import Recipe
from resnext import ResNeXtSpec

STATES = ("queued", "starting", "running", "paused", "finished", "stopped", "failed")
ACTIVE = ("starting", "running")
VANISHED = "its process ended without a word: it was killed, or the machine went down"


@dataclass(frozen=True)
class RunState:
    """What `state.json` holds.

    Attributes:
        state: One of `STATES`.
        reason: Why it failed, or stopped of itself, a sentence; else "".
        place: Place in the queue; the lowest is next.
        worker: Process id of the run's supervisor.
        worker_identity: What tells it from another process of that number.
        trainer: Process id of the one that trains.
        trainer_identity: Likewise.
        attempts: How often it had been taken up before this start.
    """

    state: str
    reason: str = ""
    place: int = 0
    worker: int | None = None
    worker_identity: str | None = None
    trainer: int | None = None
    trainer_identity: str | None = None
    attempts: int = 0

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunState:
        """Return the state that `to_dict` described."""
        state = cls(**values)
        numbers = (state.place, state.worker or 0, state.trainer or 0, state.attempts)
        if not all(isinstance(number, int) for number in numbers):
            raise ValueError(f"places and processes are whole numbers; received {numbers}")
        if state.state not in STATES:
            raise ValueError(f"a run's state must be one of {STATES}; received {state.state!r}")
        return state

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return asdict(self)

    def is_dead(self) -> bool:
        """Tell whether the state says that it runs while its supervisor is gone."""
        return self.state in ACTIVE and not processes.is_alive(self.worker, self.worker_identity)


@dataclass(frozen=True)
class RunSnapshot:
    """A run at one moment.

    Attributes:
        id: Names it in the store and in links.
        name: Free text by a person: escape it wherever it is shown.
        source: Where the data come from.
        owner: Who started it, on a host for many; else "".
        created: Seconds since 1970, by the clock of then.
        state: One of `STATES`.
        asked: What an active run was asked and has not done yet: `pause`, `stop` or "".
        reason: Why it failed, or stopped of itself, a sentence; else "".
        spec: The network.
        recipe: How it is trained.
        points: The curve of training.
        epochs: Training and validation, epoch by epoch.
        class_names: In label order; empty until the data were read.
        notes: What the reader of the figures should know about the data.
        batch_size: Images of a step: the recipe's, or all there are.
        progress: From 0 to 1.
        eta: Seconds left, or None while nobody can tell.
        duration: Seconds trained, pauses left out.
        speed: Images per second of late, or None.
        best_accuracy: Best validation accuracy so far, or None.
        best_epoch: When that was, counted from 1.
        test_accuracy: On the test set after the last epoch, or None.
        test_loss: Likewise.
        attempts: How often it was started or resumed.
        has_model: Whether the `.keras` file is there.
        pid: The process that trains, or None.
    """

    id: str
    name: str
    source: str
    owner: str
    created: float
    state: str
    asked: str
    reason: str
    spec: ResNeXtSpec
    recipe: Recipe
    points: tuple[Point, ...]
    epochs: tuple[Epoch, ...]
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    batch_size: int
    progress: float
    eta: float | None
    duration: float
    speed: float | None
    best_accuracy: float | None
    best_epoch: int | None
    test_accuracy: float | None
    test_loss: float | None
    attempts: int
    has_model: bool
    pid: int | None

    @property
    def is_active(self) -> bool:
        """Whether a process is at work on it."""
        return self.state in ACTIVE

    @property
    def is_resumable(self) -> bool:
        """Whether `resume` would take it up again."""
        return self.state in ("paused", "stopped", "failed")


def snapshot_of(
    about: dict[str, Any],
    spec: ResNeXtSpec,
    recipe: Recipe,
    state: RunState,
    control: dict[str, Any],
    history: History,
    has_model: bool,
) -> RunSnapshot:
    """Put together what a run's files say, and check that a running one is alive."""
    name, reason = state.state, state.reason
    if state.is_dead():
        name, reason = "failed", VANISHED
    elif name == "starting" and history.started and history.attempts > state.attempts:
        name = "running"
    total = recipe.epochs * history.steps_per_epoch
    step = history.points[-1].step if history.points else 0
    best = max(history.epochs, key=lambda epoch: epoch.val_accuracy, default=None)
    rows: list[Point | Epoch] = [*history.points[-1:], *history.epochs[-1:]]
    want = str(control.get("want", "run"))
    return RunSnapshot(
        id=str(about["id"]),
        name=str(about["name"]),
        source=str(about["source"]),
        owner=str(about.get("owner", "")),
        created=float(about["created"]),
        state=name,
        asked=want if name in ACTIVE and want != "run" else "",
        reason=reason,
        spec=spec,
        recipe=recipe,
        points=history.points,
        epochs=history.epochs,
        class_names=history.class_names,
        notes=history.notes,
        batch_size=history.batch_size or recipe.batch_size,
        progress=1.0 if name == "finished" else step / total if total else 0.0,
        eta=_time_left(history, recipe, total - step) if name in ACTIVE else None,
        duration=max((row.elapsed for row in rows), default=0.0),
        speed=history.points[-1].speed if history.points else None,
        best_accuracy=best.val_accuracy if best else None,
        best_epoch=best.epoch if best else None,
        test_accuracy=history.test_accuracy,
        test_loss=history.test_loss,
        attempts=history.attempts,
        has_model=has_model,
        pid=state.trainer if name in ACTIVE else None,
    )


def _time_left(history: History, recipe: Recipe, steps: int) -> float | None:
    speeds = [point.speed for point in history.points[-10:] if point.speed > 0]
    if not speeds:
        return None
    batch = history.batch_size or recipe.batch_size
    validation = history.epochs[-1].seconds if history.epochs else 0.0
    epochs = recipe.epochs - len(history.epochs)
    return steps * batch / statistics.median(speeds) + epochs * validation
