"""Activations of a block's paths for one image, and the strength of each path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress, Question
from explorer.jobs.queue import NOBODY, Asker, answer
from explorer.lesson.saved_models import Trained, load_grouped
from explorer.training.engine.batches import normalised
from resnext import ResNeXtSpec
from resnext.errors import InputError
from resnext.layer import keras_name

SECONDS = 90.0


@dataclass(frozen=True)
class Activations:
    """Activations of one block for one image.

    Attributes:
        block: Its name, such as ``stage1/block2``.
        before: (h, w, C, d), input of each path's 3x3 convolution.
        after: (h', w', C, d), its output after batch norm and ReLU.
        strength: (C,), root mean square of what each path adds to the block's sum, over all
            positions and channels, after the last normalisation's scale.
        probabilities: (classes,), the network's prediction.
    """

    block: str
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    strength: NDArray[np.float32]
    probabilities: NDArray[np.float32]


def look_inside(
    trained: Trained, block: str, image: NDArray[np.uint8], asker: Asker = NOBODY
) -> Activations:
    """Run a trained network on an image in a worker process and return one block's activations.

    Args:
        trained: The network.
        block: One of ``trained.blocks``.
        image: (height, width, channels), 0 to 255, of the network's input shape.
        asker: Who waits for the result.

    Raises:
        ValueError: No such block, or the image does not fit.
        JobError: The process took too long or died.
    """
    if image.shape != trained.spec.input_shape:
        raise InputError(f"The image must be {trained.spec.input_shape}. Received {image.shape}.")
    found = ask_network(trained, block, f"{__name__}:compute", {"image": image}, SECONDS, asker)
    return Activations(block=block, **found)


def ask_network(
    trained: Trained, block: str, task: str, arrays: Arrays, seconds: float, asker: Asker
) -> Arrays:
    """Run ``task`` on one block of a trained network in a worker process; return its arrays.

    Raises:
        ValueError: The network has no block with paths under this name.
        JobError: The process took too long or died.
    """
    if block not in trained.blocks:
        raise InputError(
            f"The block must be one of {', '.join(trained.blocks) or 'none'}. Received {block!r}."
        )
    request = {"model": str(trained.path.resolve()), "spec": trained.spec.to_dict(), "block": block}
    return answer(Question(task, request, arrays, seconds, reads=(trained.path,)), asker).arrays


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Compute the activations; imports TensorFlow."""
    keras = import_keras()

    spec = ResNeXtSpec.from_dict(request["spec"])
    model, _ = load_grouped(Path(request["model"]), spec)
    block = request["block"]
    outputs = [model.get_layer(keras_name(f"{block}/{name}")).output for name in ("relu1", "relu2")]
    look = keras.Model(model.inputs, [*outputs, model.output])
    before, after, probabilities = (
        np.asarray(value)[0] for value in look(normalised(arrays["image"][None]), training=False)
    )
    paths = spec.cardinality
    return Answer(
        {},
        {
            "before": before.reshape(*before.shape[:2], paths, -1),
            "after": after.reshape(*after.shape[:2], paths, -1),
            "strength": path_strength(after, _last_kernel(model, block), paths),
            "probabilities": probabilities,
        },
    )


def path_strength(
    after: NDArray[Any], kernel: NDArray[Any], cardinality: int
) -> NDArray[np.float32]:
    """Root mean square of what each path adds to the sum.

    Args:
        after: (..., C d), features after the 3x3 convolutions.
        kernel: (C d, filters), of the last 1x1 convolution, times its normalisation's scale.
        cardinality: C.

    Returns:
        (C,)
    """
    features = after.reshape(-1, cardinality, after.shape[-1] // cardinality)
    rows = kernel.reshape(cardinality, -1, kernel.shape[-1])
    # |a K|^2 = a (K K^T) a^T: d x d products are smaller than the (positions, filters) sums.
    products = np.einsum("cdf,cef->cde", rows, rows)
    squares = np.einsum("pcd,cde,pce->c", features, products, features)
    mean = squares / (len(features) * kernel.shape[-1])
    return np.asarray(np.sqrt(np.maximum(mean, 0)), np.float32)


def _last_kernel(model: Any, block: str) -> NDArray[Any]:
    """Kernel of a block's last convolution times the scale of its normalisation."""
    kernel = np.asarray(model.get_layer(keras_name(f"{block}/conv3")).kernel)[0, 0]
    norm = model.get_layer(keras_name(f"{block}/bn3"))
    variance = np.asarray(norm.moving_variance) + norm.epsilon
    scaled: NDArray[Any] = kernel * (np.asarray(norm.gamma) / np.sqrt(variance))
    return scaled
