"""The curve for TensorBoard as well, where a recipe asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from explorer.training.checkpoint import Position
from explorer.training.loop import Recorder

_TRAIN = {"loss": "loss", "accuracy": "accuracy", "rate": "learning_rate", "speed": "speed"}
_VALIDATION = {"val_loss": "loss", "val_accuracy": "accuracy"}


class TensorBoardRecorder:
    """Passes everything on, and writes points and epochs as event files by the way."""

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self._next = recorder
        self._train = tf.summary.create_file_writer(str(folder / "train"))
        self._validation = tf.summary.create_file_writer(str(folder / "validation"))

    def record(self, kind: str, values: dict[str, Any]) -> None:
        self._next.record(kind, values)
        writer, names = {
            "point": (self._train, _TRAIN),
            "epoch": (self._validation, _VALIDATION),
        }.get(kind, (None, {}))
        if writer is not None:
            with writer.as_default(step=values["step"]):
                for name, tag in names.items():
                    tf.summary.scalar(tag, values[name])

    def batch(
        self,
        step: int,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        logits: NDArray[np.float32],
    ) -> None:
        self._next.batch(step, images, labels, logits)

    def epoch(self, number: int, arrays: dict[str, NDArray[Any]]) -> None:
        self._next.epoch(number, arrays)

    def checkpoint(self, position: Position, arrays: dict[str, NDArray[Any]]) -> None:
        self._train.flush()
        self._validation.flush()
        self._next.checkpoint(position, arrays)
