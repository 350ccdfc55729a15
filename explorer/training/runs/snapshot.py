"""A run at one moment, as plain data for pages and the command line."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from typing import Any

from explorer.formatting.numbers import percent
from explorer.jobs.text import printable
from explorer.training.data.sources import source_name
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.checks import Seconds1970, checked
from explorer.training.runs.history import Epoch, Facts, History, Point
from explorer.training.runs.state import ACTIVE, NO_CONTACT, RunState
from resnext import ResNeXtSpec

MAX_NAME = 100  # characters in a run's name, and in its folder's name


@dataclass(frozen=True)
class About:
    """What `run.json` holds.

    Attributes:
        name: A person's text: escape it wherever it is shown.
        source: Where the data come from.
        created: Seconds since 1970, by the clock of then.
        owner: The visitor of a hosted app who started the run; else "".
        address: Code of the network address that the owner came from, or "".
        share: Token of the link that lets others see the run, or "". Show it only to its owner.
    """

    name: str
    source: str
    created: Seconds1970
    owner: str = ""
    address: str = ""
    share: str = ""


@dataclass(frozen=True, kw_only=True)
class RunSnapshot(Facts, About):
    """A run at one moment: what was asked for, what it has recorded, and these.

    Attributes:
        id: Name of the run's folder, by which the store and links know it.
        state: One of `explorer.training.runs.state.STATES`, or `NO_CONTACT` from there.
        asked: What an active run was asked and has not done yet: `pause`, `stop` or "".
        reason: Why it failed, stopped by itself or is not heard of, a sentence; else "".
        spec: The network.
        recipe: How it is trained.
        points: The curve of training.
        epochs: Training and validation, epoch by epoch.
        progress: From 0 to 1.
        eta: Seconds left, or None while that is unknown.
        duration: Seconds trained, without pauses.
        speed: Images per second at the last point, or None.
        best_accuracy: Best validation accuracy so far, or None.
        best_epoch: Its epoch, counted from 1.
        attempts: How often it was started or resumed.
        has_model: Whether the `.keras` file is there.
        pid: The process that trains, or None.
        host: Name of the host where it trained last, or "" if that is not known.
    """

    id: str
    state: str
    asked: str
    reason: str
    spec: ResNeXtSpec
    recipe: Recipe
    points: tuple[Point, ...]
    epochs: tuple[Epoch, ...]
    progress: float
    eta: float | None
    duration: float
    speed: float | None
    best_accuracy: float | None
    best_epoch: int | None
    attempts: int
    has_model: bool
    pid: int | None
    host: str = ""

    @property
    def is_active(self) -> bool:
        """Whether a process is at work on it."""
        return self.state in ACTIVE

    @property
    def is_resumable(self) -> bool:
        """Whether `resume` would continue it."""
        return self.state in ("paused", "stopped", "failed", NO_CONTACT)

    @property
    def data(self) -> tuple[str, int | None, float, int | None]:
        """Source, images, share of validation, test images: runs are comparable if equal here."""
        recipe = self.recipe
        return self.source, recipe.limit, recipe.validation, recipe.test_limit

    @property
    def data_name(self) -> str:
        """The images that it learns from, in words, without a path."""
        used = f", {self.recipe.limit:,} images" if self.recipe.limit else ""
        kept = self.recipe.validation
        validation = f", {percent(kept, digits=0)} validation" if kept != 0.1 else ""
        return source_name(self.source) + used + validation


def snapshot_of(
    run: str,
    about: dict[str, Any],
    spec: ResNeXtSpec,
    recipe: Recipe,
    state: RunState,
    control: dict[str, Any],
    history: History,
    has_model: bool,
) -> RunSnapshot:
    """Put together what a run's files say, and its state as it is seen.

    Raises:
        ValueError: A value of `about`, the content of `run.json`, is missing or wrong.
    """
    name, reason = state.state, state.reason
    if name == "starting" and history.started and history.attempts > state.attempts:
        name = "running"
    facts = replace(
        history.facts,
        batch_size=history.facts.batch_size or recipe.batch_size,
        test_notes=(),
        notes=history.facts.notes + history.facts.test_notes,
    )
    total = recipe.epochs * facts.steps_per_epoch
    step = history.points[-1].step if history.points else 0
    best = max(history.epochs, key=lambda epoch: epoch.val_accuracy, default=None)
    rows: list[Point | Epoch] = [*history.points[-1:], *history.epochs[-1:]]
    want = control.get("want")
    request = vars(About(**checked(about, About)))
    return RunSnapshot(
        **request | {"name": printable(request["name"], MAX_NAME)},
        **vars(facts),
        id=run,
        state=name,
        asked=want if name in ACTIVE and want in ("pause", "stop") else "",
        reason=reason,
        spec=spec,
        recipe=recipe,
        points=history.points,
        epochs=history.epochs,
        progress=1.0 if name == "finished" else min(1.0, step / total) if total else 0.0,
        eta=_time_left(history, recipe, total - step) if name in ACTIVE else None,
        duration=max((row.elapsed for row in rows), default=0.0),
        speed=history.points[-1].speed if history.points else None,
        best_accuracy=best.val_accuracy if best else None,
        best_epoch=best.epoch if best else None,
        attempts=history.attempts,
        has_model=has_model,
        pid=state.trainer if name in ACTIVE else None,
        host="" if name == "queued" else state.host,  # there it is to train, and may never have
    )


def _time_left(history: History, recipe: Recipe, steps: int) -> float | None:
    speeds = [point.speed for point in history.points[-10:] if point.speed > 1e-6]
    if not speeds:
        return None
    batch = history.facts.batch_size or recipe.batch_size
    validation = history.epochs[-1].seconds if history.epochs else 0.0
    epochs = recipe.epochs - len(history.epochs)
    return max(0.0, steps * batch / statistics.median(speeds) + epochs * validation)
