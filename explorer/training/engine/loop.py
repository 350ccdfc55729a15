"""The training loop: steps, points of the curve, epochs, checkpoints, and stop requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.engine.batches import ahead, augmented, epoch_order
from explorer.training.engine.checkpoint import Position, Sums
from explorer.training.engine.errors import NotANumber, TimeUp
from explorer.training.engine.interfaces import Data, Recorder
from explorer.training.engine.metrics import Evaluation, count_right, evaluation
from explorer.training.engine.recipe import Recipe
from resnext.errors import UserError

if TYPE_CHECKING:
    from explorer.training.engine.network import Network

POINTS_PER_EPOCH = 40
CHECKPOINT_SECONDS = 30.0
CHECKPOINT_SHARE = 20  # at most a twentieth of the time is spent on writing checkpoints
PREDICT_BATCH = 250
Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]


class Halted(Exception):
    """The run was asked to pause or stop, and has written a checkpoint."""


@dataclass(frozen=True)
class _Started:
    """A step whose result was not fetched yet.

    Attributes:
        number: Steps taken before it.
        labels: Of its images.
        rate: Its learning rate.
        result: Waits for its loss and its logits.
    """

    number: int
    labels: NDArray[np.int64]
    rate: float
    result: Callable[[], tuple[float, NDArray[np.float32]]]


class Loop:
    """Trains a network from a position to the end.

    All measurements except `speed`, `seconds` and `elapsed` depend on spec, recipe and data alone.
    Points are recorded at steps that are known beforehand: 1, 2, 4, ... and then evenly.

    So that a GPU need not wait, a batch is made while the step before it computes, and a step is
    started before the result of the last one is fetched, except where it is recorded.

    Args:
        network: Its step is compiled for the batch size of recipe and data.
        recipe: How to train.
        data: What to train on.
        position: Where to start; it is changed in place.
        recorder: Where to write.
        halt: Returns whether the run is asked to end.
        check_time: Raises `TimeUp` once so many seconds of training are too many.
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        data: Data,
        position: Position,
        recorder: Recorder,
        halt: Callable[[], bool],
        check_time: Callable[[float], None] = lambda elapsed: None,
    ) -> None:
        self.network, self.recipe, self.data = network, recipe, data
        self.position, self.recorder, self.halt = position, recorder, halt
        self.check_time = check_time
        self.batch_size = min(recipe.batch_size, len(data.y_train))
        self.steps_per_epoch = recipe.steps_per_epoch(len(data.y_train))
        self._every = max(1, self.steps_per_epoch // POINTS_PER_EPOCH)
        self._began = time.monotonic() - position.elapsed
        self._busy = 0.0  # seconds of stepping since the last point
        self._started: _Started | None = None
        self._saved = time.monotonic()
        self._pause = CHECKPOINT_SECONDS

    def run(self) -> None:
        """Train and validate all epochs that are left, then test.

        Raises:
            Halted: It was asked to end; a checkpoint is written.
            TimeUp: It has trained for as long as a host allows; likewise.
            NotANumber: The loss became NaN or infinite.
        """
        while self.position.epochs < self.recipe.epochs:
            self._epoch()
        self._test()

    def _epoch(self) -> None:
        position, number = self.position, self.position.epochs
        end = (number + 1) * self.steps_per_epoch
        order = epoch_order(self.recipe, number, len(self.data.y_train))
        numbers = range(position.step, end)
        with closing(ahead(lambda step: self._batch(order, step), numbers)) as batches:
            for step in numbers:
                self._check_halt()
                self._check_time()
                self._step(step, batches)
                if step + 1 < end:
                    self._checkpoint_if_due()
        began = time.monotonic()
        result = self._evaluate(self.data.x_val, self.data.y_val)
        self.recorder.epoch(number + 1, result.arrays)
        position.elapsed = self._elapsed()
        self.recorder.record(
            "epoch",
            {
                "epoch": number + 1,
                "step": position.step,
                "loss": position.epoch.mean_loss,
                "accuracy": position.epoch.accuracy,
                "val_loss": result.loss,
                "val_accuracy": result.accuracy,
                "rate": self.recipe.rate_at(position.step - 1, self.steps_per_epoch),
                "seconds": time.monotonic() - began,
                "elapsed": position.elapsed,
            },
        )
        position.epochs, position.epoch = number + 1, Sums()
        self._checkpoint()

    def _test(self) -> None:
        try:
            test = self.data.test
        except (UserError, OSError) as error:  # without its source the run still has its model
            note = f"The test set could not be read: {error}."
            self.recorder.record("test", {"test_notes": [note]})
            return
        figures: dict[str, Any] = {"test_notes": list(test.notes)}
        if len(test.labels):
            result = self._evaluate(test.images, test.labels)
            figures |= {"test_loss": result.loss, "test_accuracy": result.accuracy}
        self.recorder.record("test", figures)

    def _batch(self, order: NDArray[np.int64], step: int) -> Batch:
        """Images and labels of a step."""
        inside = step % self.steps_per_epoch
        rows = order[inside * self.batch_size : (inside + 1) * self.batch_size]
        return augmented(self.data.x_train[rows], self.recipe, step), self.data.y_train[rows]

    def _step(self, step: int, batches: Iterator[Batch]) -> None:
        began = time.monotonic()
        images, labels = next(batches)
        rate = self.recipe.rate_at(step, self.steps_per_epoch)
        result = self.network.start(images, labels, rate, step)
        self._settle()
        self._started = _Started(step, labels, rate, result)
        point = self._is_point(step % self.steps_per_epoch + 1)
        logits = self._settle() if point else None
        self._busy += time.monotonic() - began
        if logits is not None:
            self._point(rate)
            self.recorder.batch(self.position.step, images, labels, logits)

    def _settle(self) -> NDArray[np.float32] | None:
        """Count the step that was started last; return its logits, or None if none was."""
        if self._started is None:
            return None
        started, self._started = self._started, None
        loss, logits = started.result()
        position = self.position
        if not math.isfinite(loss):
            raise NotANumber(
                f"the loss became {loss} in epoch {position.epochs + 1}, step "
                f"{started.number % self.steps_per_epoch + 1} of {self.steps_per_epoch}, at "
                f"learning rate {started.rate:.4g}; try a lower one"
            )
        right = count_right(logits, started.labels)
        for sums in (position.interval, position.epoch):
            sums.add(loss, right, len(started.labels))
        position.step = started.number + 1
        return logits

    def _check_halt(self) -> None:
        if self.halt():
            self._checkpoint()
            raise Halted

    def _check_time(self) -> None:
        try:
            self.check_time(self._elapsed())
        except TimeUp:
            self._checkpoint()
            raise

    def _is_point(self, inside: int) -> bool:
        early = inside < self._every and inside & (inside - 1) == 0 and self.position.epochs == 0
        return early or inside % self._every == 0 or inside == self.steps_per_epoch

    def _point(self, rate: float) -> None:
        sums, position = self.position.interval, self.position
        self.recorder.record(
            "point",
            {
                "step": position.step,
                "epoch": position.step / self.steps_per_epoch,
                "loss": sums.mean_loss,
                "accuracy": sums.accuracy,
                "rate": rate,
                "speed": sums.images / max(self._busy, 1e-9),
                "elapsed": self._elapsed(),
            },
        )
        position.interval, self._busy = Sums(), 0.0

    def _evaluate(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Evaluation:
        logits = []
        for start in range(0, len(labels), PREDICT_BATCH):
            self._check_halt()
            logits.append(self.network.logits(images[start : start + PREDICT_BATCH]))
        return evaluation(images, labels, np.concatenate(logits), self.recipe.label_smoothing)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _checkpoint_if_due(self) -> None:
        if time.monotonic() - self._saved > self._pause:
            self._checkpoint()

    def _checkpoint(self) -> None:
        self._settle()
        began = time.monotonic()
        self.position.elapsed = self._elapsed()
        self.recorder.checkpoint(self.position, self.network.state())
        self._saved = time.monotonic()
        self._pause = max(CHECKPOINT_SECONDS, CHECKPOINT_SHARE * (self._saved - began))
