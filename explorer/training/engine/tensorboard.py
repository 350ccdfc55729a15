"""Event files for TensorBoard, if a recipe asks for them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.engine.checkpoint import Position
from explorer.training.engine.errors import RunError
from explorer.training.engine.interfaces import Recorder

_POINT = {"loss": "loss", "accuracy": "accuracy", "rate": "learning_rate", "speed": "speed"}
_EPOCH = {
    "loss": "loss",
    "accuracy": "accuracy",
    "rate": "learning_rate",
    "val_loss": "val_loss",
    "val_accuracy": "val_accuracy",
}


def check_tensorboard() -> None:
    """Raise `RunError` where event files cannot be written."""
    if importlib.util.find_spec("tensorboard") is None:
        raise RunError(
            "event files need the package tensorboard, which is not installed: "
            "pip install tensorboard, or train without them"
        )


class TensorBoardRecorder:
    """Passes everything to another recorder, and writes event files.

    Epochs and the network's graph go through Keras's own callback, called when `fit` would call
    it. It has no points between epochs, so these are written here.

    Args:
        recorder: What everything is passed to.
        folder: For the event files.
        model: A Keras model; it is not changed.
    """

    def __init__(self, recorder: Recorder, folder: Path, model: Any) -> None:
        import keras
        import tensorflow as tf

        self._next = recorder
        self._points = tf.summary.create_file_writer(str(folder / "points"))
        # Another model of the same layers: the callback needs an optimizer, which our step does
        # not have and the saved model should not get.
        seen = keras.Model(model.inputs, model.outputs, name=model.name)
        seen.optimizer = None
        self._callback = keras.callbacks.TensorBoard(str(folder), write_graph=True)
        self._callback.set_model(seen)
        self._callback.on_train_begin()

    def record(self, kind: str, values: dict[str, Any]) -> None:
        import tensorflow as tf

        self._next.record(kind, values)
        if kind == "epoch":
            logs = {tag: values[name] for name, tag in _EPOCH.items()}
            self._callback.on_epoch_end(values["epoch"] - 1, logs)
        elif kind == "point":
            with self._points.as_default(step=values["step"]):
                for name, tag in _POINT.items():
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
        self._points.flush()
        self._next.checkpoint(position, arrays)

    def close(self) -> None:
        """Write the rest."""
        self._points.close()
        self._callback.on_train_end()
