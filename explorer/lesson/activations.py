"""What the paths of a block do with one image: activations before and after, and strength."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.lesson.process import Answer, Arrays, run_apart
from explorer.lesson.trained import Trained, load_grouped
from explorer.training.batches import normalised
from resnext import ResNeXtSpec

SECONDS = 90.0


@dataclass(frozen=True)
class Activations:
    """One block at work on one image.

    Attributes:
        block: Its place, such as ``stage1/block2``.
        before: (h, w, C, d): what goes into each path's 3x3 convolution.
        after: (h', w', C, d): what comes out of it, normalised and rectified.
        strength: (C,): root mean square of what each path adds to the block's sum, over all
            positions and channels, after the last normalisation's scale.
        probabilities: (classes,): the network's answer.
    """

    block: str
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    strength: NDArray[np.float32]
    probabilities: NDArray[np.float32]


def look_inside(trained: Trained, block: str, image: NDArray[np.uint8]) -> Activations:
    """Run a trained network on an image, in a process of its own, and look at one block.

    Args:
        trained: The network.
        block: One of ``trained.blocks``.
        image: (height, width, channels), 0 to 255, of the network's input shape.

    Raises:
        ValueError: No such block, or the image does not fit.
        ProcessError: The process took too long or died.
    """
    check_block(trained, block)
    if image.shape != trained.spec.input_shape:
        raise ValueError(f"The image must be {trained.spec.input_shape}. Received {image.shape}.")
    request = {
        "model": str(trained.path.resolve()),
        "spec": trained.spec.to_dict(),
        "block": block,
    }
    answer = run_apart("activations", request, {"image": image}, seconds=SECONDS)
    return Activations(block=block, **answer.arrays)


def check_block(trained: Trained, block: str) -> None:
    """See that a network has a block with paths under this name.

    Raises:
        ValueError: It has not.
    """
    if block not in trained.blocks:
        raise ValueError(
            f"The block must be one of {', '.join(trained.blocks) or 'none'}. Received {block!r}."
        )


def compute(request: Mapping[str, Any], arrays: Arrays) -> Answer:
    """The calculation itself; it imports TensorFlow."""
    import keras

    from resnext.keras_builder import keras_name

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
        after: (..., C d): features after the 3x3 convolutions.
        kernel: (C d, filters): the last 1x1 convolution, scaled as its normalisation scales.
        cardinality: C.

    Returns:
        (C,)
    """
    features = after.reshape(-1, cardinality, after.shape[-1] // cardinality)
    rows = kernel.reshape(cardinality, -1, kernel.shape[-1])
    # |a K|^2 = a (K K^T) a^T: the d x d products spare the wide sums.
    products = np.einsum("cdf,cef->cde", rows, rows)
    squares = np.einsum("pcd,cde,pce->c", features, products, features)
    mean = squares / (len(features) * kernel.shape[-1])
    return np.asarray(np.sqrt(np.maximum(mean, 0)), np.float32)


def _last_kernel(model: Any, block: str) -> NDArray[Any]:
    """The kernel of a block's last convolution times the scale of the normalisation after it."""
    from resnext.keras_builder import keras_name

    kernel = np.asarray(model.get_layer(keras_name(f"{block}/conv3")).kernel)[0, 0]
    norm = model.get_layer(keras_name(f"{block}/bn3"))
    variance = np.asarray(norm.moving_variance) + norm.epsilon
    scaled: NDArray[Any] = kernel * (np.asarray(norm.gamma) / np.sqrt(variance))
    return scaled
