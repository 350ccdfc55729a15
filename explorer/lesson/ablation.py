"""Switching paths off: what the network then answers, and how often it is right.

A path is off when it adds nothing to its block's sum: its rows of the last 1x1 convolution
meet zeros. In the aggregated form (figure 3a) that is to leave one term of the sum out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.lesson.activations import check_block
from explorer.lesson.process import Answer, Arrays, run_apart
from explorer.lesson.trained import Trained, load_grouped
from explorer.training.batches import normalised
from resnext import Graph, ResNeXtSpec

SECONDS = 180.0
MAX_SETS = 400
MAX_IMAGES = 2000
PIXELS = 250 * 32 * 32  # of the images that are run at once


@dataclass(frozen=True)
class Ablation:
    """What a network gives with sets of paths switched off.

    Attributes:
        block: The block whose paths they are.
        off: The sets, each of path numbers counted from 1.
        probabilities: (sets, images, classes).
        accuracy: (sets,): share of the images whose label is the answer; NaN without labels.
        unchanged: (sets,): share of the images whose answer is that of the whole network.
    """

    block: str
    off: tuple[frozenset[int], ...]
    probabilities: NDArray[np.float32]
    accuracy: NDArray[np.float64]
    unchanged: NDArray[np.float64]


def switch_off(
    trained: Trained,
    block: str,
    off: Sequence[Iterable[int]],
    images: NDArray[np.uint8],
    labels: NDArray[np.int64] | None = None,
    *,
    seconds: float = SECONDS,
) -> Ablation:
    """Run images through a network with paths of one block switched off, apart from here.

    Args:
        trained: The network.
        block: One of ``trained.blocks``.
        off: Sets of path numbers, counted from 1; each is tried.
        images: (n, height, width, channels), 0 to 255.
        labels: (n,), if known.
        seconds: Most time it may take.

    Raises:
        ValueError: No such block or path, or too many sets or images.
        ProcessError: The process took too long or died.
    """
    check_block(trained, block)
    sets = tuple(frozenset(paths) for paths in off)
    paths = trained.spec.cardinality
    for number in sorted(frozenset().union(*sets)):
        if not 1 <= number <= paths:
            raise ValueError(f"A path must be from 1 to {paths}. Received {number}.")
    if not 1 <= len(sets) <= MAX_SETS or not 1 <= len(images) <= MAX_IMAGES:
        raise ValueError(
            f"There must be 1 to {MAX_SETS} sets and 1 to {MAX_IMAGES:,} images. "
            f"Received {len(sets)} and {len(images)}."
        )
    masks = np.array([[i + 1 not in chosen for i in range(paths)] for chosen in sets])
    request = {"model": str(trained.path.resolve()), "spec": trained.spec.to_dict(), "block": block}
    given = {"images": images, "masks": masks}
    arrays = run_apart("ablation", request, given, seconds=seconds).arrays
    answers = arrays["probabilities"].argmax(axis=-1)
    whole = arrays["whole"].argmax(axis=-1)
    right = np.full(len(sets), np.nan) if labels is None else (answers == labels).mean(axis=1)
    return Ablation(block, sets, arrays["probabilities"], right, (answers == whole).mean(axis=1))


def change_of_logits(found: Ablation) -> NDArray[np.float64]:
    """(sets,): length of the change of an image's logits over their own length, mean of images.

    Softmax forgets a constant that is added to all logits, so both are taken about their mean.
    One of the sets must be empty.
    """
    logs = np.log(found.probabilities.astype(np.float64))
    logits = logs - logs.mean(axis=-1, keepdims=True)
    whole = logits[found.off.index(frozenset())]
    change: NDArray[np.float64] = np.linalg.norm(logits - whole, axis=-1)
    return np.asarray((change / np.linalg.norm(whole, axis=-1)).mean(axis=-1))


def one_by_one(cardinality: int) -> list[frozenset[int]]:
    """Each path off alone, after none at all."""
    return [frozenset(), *(frozenset({i + 1}) for i in range(cardinality))]


def at_random(cardinality: int, count: int, seed: int) -> frozenset[int]:
    """So many paths by lot."""
    lots = np.random.default_rng([seed, count]).permutation(cardinality)[:count]
    return frozenset(int(i) + 1 for i in lots)


def compute(request: Mapping[str, Any], arrays: Arrays) -> Answer:
    """The calculation itself; it imports TensorFlow.

    The network up to the block's paths runs once; only what follows runs for every set.
    """
    spec = ResNeXtSpec.from_dict(request["spec"])
    path = Path(request["model"])
    front, answer = _halves(path, path.stat().st_mtime_ns, spec, request["block"])
    width = front.outputs[0].shape[-1] // spec.cardinality
    masks = np.repeat(arrays["masks"], width, axis=1).astype("float32")
    everything = np.ones_like(masks[:1])
    parts = []
    batch = max(1, PIXELS // math.prod(spec.input_shape[:2]))
    for start in range(0, len(arrays["images"]), batch):
        images = normalised(arrays["images"][start : start + batch])
        inside = front(images, training=False)
        parts.append([answer(*inside, mask).numpy() for mask in (*everything, *masks)])
    whole, *rest = (np.concatenate(batches) for batches in zip(*parts, strict=True))
    return Answer({}, {"probabilities": np.stack(rest), "whole": whole})


@lru_cache(maxsize=4)
def _halves(path: Path, changed: int, spec: ResNeXtSpec, block: str) -> tuple[Any, Any]:
    """The network up to a block's paths, and what follows as a function that takes a mask.

    Kept for the next question: tracing them takes longer than running them.
    """
    import keras
    import tensorflow as tf

    model, graph = load_grouped(path, spec)
    features, shortcut = _inputs_of_merge(model, graph, block)
    front = keras.Model(model.inputs, [features, shortcut])
    back = keras.Model([features, shortcut], model.output)
    answer = tf.function(
        lambda paths, beside, mask: back([paths * mask, beside], training=False),
        jit_compile=False,
    )
    return front, answer


def _inputs_of_merge(model: Any, graph: Graph, block: str) -> tuple[Any, Any]:
    """What the last 1x1 convolution reads, and what the shortcut brings."""
    from resnext.keras_builder import keras_name

    shortcut = next(name for name in graph[f"{block}/add"].inputs if name != f"{block}/bn3")
    features = model.get_layer(keras_name(f"{block}/relu2")).output
    return features, model.get_layer(keras_name(shortcut)).output
