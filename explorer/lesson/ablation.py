"""Switch paths off and measure predictions and accuracy.

A path that is off adds nothing to its block's sum: its inputs to the last 1x1 convolution are
zero. In the aggregated form (figure 3a) this leaves out one term of the sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import file_stamp
from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress
from explorer.jobs.queue import NOBODY, Asker
from explorer.lesson.activations import ask_network
from explorer.lesson.saved_models import Trained, load_grouped
from explorer.training.engine.batches import normalised
from explorer.training.engine.metrics import softmax
from resnext import Graph, ResNeXtSpec
from resnext.errors import InputError
from resnext.layer import keras_name

SECONDS = 180.0
MAX_SETS = 400
MAX_IMAGES = 2000
PIXELS = 250 * 32 * 32  # in one batch


@dataclass(frozen=True)
class Ablation:
    """Outputs of a network with sets of paths switched off.

    Attributes:
        block: Name of the block, such as ``stage1/block2``.
        off: The sets of path numbers, counted from 1.
        logits: (sets, images, classes), before softmax.
        accuracy: (sets,), share of images predicted correctly; NaN without labels.
        unchanged: (sets,), share of images predicted as by the whole network.
    """

    block: str
    off: tuple[frozenset[int], ...]
    logits: NDArray[np.float32]
    accuracy: NDArray[np.float64]
    unchanged: NDArray[np.float64]

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """(sets, images, classes)."""
        return softmax(self.logits)


def switch_off(
    trained: Trained,
    block: str,
    off: Sequence[Iterable[int]],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64] | None = None,
    *,
    seconds: float = SECONDS,
    asker: Asker = NOBODY,
) -> Ablation:
    """Run images through a network with paths of one block switched off, in a worker process.

    Args:
        trained: The network.
        block: One of ``trained.blocks``.
        off: Sets of path numbers, counted from 1.
        images: (n, height, width, channels), 0 to 255.
        labels: (n,), if known.
        seconds: Time limit.
        asker: Who waits for the result.

    Raises:
        ValueError: No such block or path, or too many sets or images.
        JobError: The process took too long or died.
    """
    sets = tuple(frozenset(paths) for paths in off)
    paths = trained.spec.cardinality
    for number in sorted(frozenset().union(*sets)):
        if not 1 <= number <= paths:
            raise InputError(f"A path must be from 1 to {paths}. Received {number}.")
    if not 1 <= len(sets) <= MAX_SETS or not 1 <= len(images) <= MAX_IMAGES:
        raise InputError(
            f"There must be 1 to {MAX_SETS} sets and 1 to {MAX_IMAGES:,} images. "
            f"Received {len(sets)} and {len(images)}."
        )
    masks = np.array([[i + 1 not in chosen for i in range(paths)] for chosen in sets])
    given = {"images": images, "masks": masks}
    arrays = ask_network(trained, block, f"{__name__}:compute", given, seconds, asker)
    answers = arrays["logits"].argmax(axis=-1)
    whole = arrays["whole"].argmax(axis=-1)
    right = np.full(len(sets), np.nan) if labels is None else (answers == labels).mean(axis=1)
    return Ablation(block, sets, arrays["logits"], right, (answers == whole).mean(axis=1))


def change_of_logits(found: Ablation) -> NDArray[np.float64]:
    """(sets,): norm of the change of the logits, relative to their norm, mean over images.

    Softmax ignores a constant added to all logits, so each image's mean logit is subtracted.
    One of the sets must be empty.
    """
    logits = found.logits - found.logits.mean(axis=-1, keepdims=True, dtype=np.float64)
    whole = logits[found.off.index(frozenset())]
    change: NDArray[np.float64] = np.linalg.norm(logits - whole, axis=-1)
    return np.asarray((change / np.linalg.norm(whole, axis=-1)).mean(axis=-1))


def one_by_one(cardinality: int) -> list[frozenset[int]]:
    """The empty set, then each path alone."""
    return [frozenset(), *(frozenset({i + 1}) for i in range(cardinality))]


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Compute the logits; imports TensorFlow.

    The network up to the block's paths runs once; only the layers after them run for every set.
    """
    spec = ResNeXtSpec.from_dict(request["spec"])
    path = Path(request["model"])
    front, back = _halves(path, file_stamp(path), spec, request["block"])
    width = front.outputs[0].shape[-1] // spec.cardinality
    masks = np.repeat(arrays["masks"], width, axis=1).astype("float32")
    everything = np.ones_like(masks[:1])
    parts = []
    batch = max(1, PIXELS // math.prod(spec.input_shape[:2]))
    for start in range(0, len(arrays["images"]), batch):
        images = normalised(arrays["images"][start : start + batch])
        inside = front(images, training=False)
        parts.append([back(*inside, mask).numpy() for mask in (*everything, *masks)])
    whole, *rest = (np.concatenate(batches) for batches in zip(*parts, strict=True))
    return Answer({}, {"logits": np.stack(rest), "whole": whole})


@lru_cache(maxsize=4)
def _halves(path: Path, stamp: str, spec: ResNeXtSpec, block: str) -> tuple[Any, Any]:
    """The network up to a block's paths, and from there, given a mask, to the logits.

    Cached, because tracing takes longer than running.
    """
    keras = import_keras()
    import tensorflow as tf

    model, graph = load_grouped(path, spec)
    features, shortcut = _inputs_of_merge(model, graph, block)
    front = keras.Model(model.inputs, [features, shortcut])
    head = model.layers[-1]
    back = keras.Model([features, shortcut], head.input)

    def logits(paths: Any, identity: Any, mask: Any) -> Any:
        # Not the model's softmax, which rounds small probabilities to zero.
        return tf.matmul(back([paths * mask, identity], training=False), head.kernel) + head.bias

    return front, tf.function(logits, autograph=False, jit_compile=False)


def _inputs_of_merge(model: Any, graph: Graph, block: str) -> tuple[Any, Any]:
    """Inputs of the last 1x1 convolution and output of the shortcut."""
    shortcut = next(name for name in graph[f"{block}/add"].inputs if name != f"{block}/bn3")
    features = model.get_layer(keras_name(f"{block}/relu2")).output
    return features, model.get_layer(keras_name(shortcut)).output
