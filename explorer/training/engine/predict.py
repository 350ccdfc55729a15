"""The class probabilities that a trained network gives an image, from a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import file_stamp
from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress, Question
from explorer.jobs.queue import NOBODY, Asker, answer
from explorer.training.engine.batches import normalised
from resnext.errors import InputError

SECONDS = 180.0  # importing TensorFlow on a busy machine takes most of it


def predict(
    model: Path, image: NDArray[np.uint8], *, seconds: float = SECONDS, asker: Asker = NOBODY
) -> NDArray[np.float32]:
    """Run a saved network on one image in a worker process.

    Args:
        model: A ``.keras`` file that a run has written.
        image: (height, width, channels), 0 to 255, of the network's input shape.
        seconds: Time limit.
        asker: Who waits for the result.

    Returns:
        (classes,), the probability of each class.

    Raises:
        InputError: The file cannot be read, or the image has another shape.
        JobError: The process took too long or died.
    """
    request = {"model": str(model.resolve())}
    question = Question(f"{__name__}:compute", request, {"image": image}, seconds, reads=(model,))
    return answer(question, asker).arrays["probabilities"]


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Compute the probabilities; imports TensorFlow."""
    path, image = Path(request["model"]), arrays["image"]
    model = _load(path, file_stamp(path))
    expected = tuple(model.input_shape[1:])
    if image.shape != expected:
        raise InputError(f"The image must have the shape {expected}. Received {image.shape}.")
    probabilities = np.asarray(model(normalised(image[None]), training=False))[0]
    return Answer({}, {"probabilities": probabilities.astype(np.float32)})


@lru_cache(maxsize=2)
def _load(path: Path, stamp: str) -> Any:
    """The model; cached until its file changes."""
    import_keras()
    from resnext import load_model

    return load_model(path)
