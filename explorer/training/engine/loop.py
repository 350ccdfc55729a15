"""The training loop: steps, points of the curve, epochs, checkpoints, and stop requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.engine.batches import augmented, epoch_order
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


class Halted(Exception):
    """The run was asked to pause or stop, and has written a checkpoint."""


class Loop:
    """Trains a network from a position to the end.

    All measurements except `speed`, `seconds` and `elapsed` depend on spec, recipe and data alone.
    Points are recorded at steps that are known beforehand: 1, 2, 4, ... and then evenly.

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
        while position.step < end:
            self._step(order)
            if position.step < end:
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

    def _step(self, order: NDArray[np.int64]) -> None:
        if self.halt():
            self._checkpoint()
            raise Halted
        self._check_time()
        began = time.monotonic()
        position = self.position
        inside = position.step - position.epochs * self.steps_per_epoch
        rows = order[inside * self.batch_size : (inside + 1) * self.batch_size]
        images = augmented(self.data.x_train[rows], self.recipe, position.step)
        labels = self.data.y_train[rows]
        rate = self.recipe.rate_at(position.step, self.steps_per_epoch)
        loss, logits = self.network.step(images, labels, rate, position.step)
        if not math.isfinite(loss):
            raise NotANumber(
                f"the loss became {loss} in epoch {position.epochs + 1}, step {inside + 1} of "
                f"{self.steps_per_epoch}, at learning rate {rate:.4g}; try a lower one"
            )
        right = count_right(logits, labels)
        for sums in (position.interval, position.epoch):
            sums.add(loss, right, len(rows))
        position.step += 1
        self._busy += time.monotonic() - began
        if self._is_point(inside + 1):
            self._point(rate)
            self.recorder.batch(position.step, images, labels, logits)

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
            if self.halt():
                self._checkpoint()
                raise Halted
            logits.append(self.network.logits(images[start : start + PREDICT_BATCH]))
        return evaluation(images, labels, np.concatenate(logits), self.recipe.label_smoothing)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _checkpoint_if_due(self) -> None:
        if time.monotonic() - self._saved > self._pause:
            self._checkpoint()

    def _checkpoint(self) -> None:
        began = time.monotonic()
        self.position.elapsed = self._elapsed()
        self.recorder.checkpoint(self.position, self.network.state())
        self._saved = time.monotonic()
        self._pause = max(CHECKPOINT_SECONDS, CHECKPOINT_SHARE * (self._saved - began))
