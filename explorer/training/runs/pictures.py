"""Images of a run to look at: a recent batch, an epoch's confusion matrix and mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import read_arrays

_SHOWN = ("images", "labels", "predictions", "confidences")


@dataclass(frozen=True)
class BatchView:
    """Images of a recent training batch as the network saw them.

    Attributes:
        step: The step they were part of.
        images: uint8, shape (N, height, width, channels), before normalisation.
        labels: True classes, shape (N,).
        predictions: Predicted classes.
        confidences: Probability of the predicted class.
    """

    step: int
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    confidences: NDArray[np.float32]


@dataclass(frozen=True)
class EpochView:
    """What validation showed after an epoch.

    Attributes:
        confusion: Counts, shape (classes, classes), true class by predicted class; None for
            very many classes.
        images: The most confident mistakes, most confident first; uint8.
        labels: Their true classes.
        predictions: Predicted classes.
        confidences: Probability of the predicted class.
    """

    confusion: NDArray[np.int32] | None
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    confidences: NDArray[np.float32]


def read_batch(path: Path) -> BatchView | None:
    """Return the batch kept at `path`, or None if there is none that can be read."""
    arrays = _read(path)
    step = _array(arrays, "step", "iu", 0)
    if arrays is None or step is None:
        return None
    return BatchView(int(step), *(arrays[name] for name in _SHOWN))


def read_epoch(path: Path) -> EpochView | None:
    """Return the epoch kept at `path`, or None if there is none that can be read."""
    arrays = _read(path)
    if arrays is None:
        return None
    confusion = _array(arrays, "confusion", "iu", 2)
    square = confusion is not None and confusion.size and len({*confusion.shape}) == 1
    if not square:
        confusion = None
    return EpochView(confusion, *(arrays[name] for name in _SHOWN))


def _read(path: Path) -> dict[str, Any] | None:
    """Return the arrays if the images can be shown, each with a label and a prediction."""
    try:
        arrays = read_arrays(path)
    except (OSError, ValueError):
        return None
    images = _array(arrays, "images", "u", 4)
    rows = [_array(arrays, name, kind, 1) for name, kind in zip(_SHOWN[1:], ("iu", "iu", "f"))]
    if images is None or images.dtype != np.uint8 or images.shape[3] not in (1, 3):
        return None
    if not min(images.shape[1:3]) or any(row is None or len(row) != len(images) for row in rows):
        return None
    return arrays


def _array(
    arrays: dict[str, Any] | None, name: str, kinds: str, dimensions: int
) -> NDArray[Any] | None:
    """Return an array if it is there and of this kind."""
    array = (arrays or {}).get(name)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in kinds:
        return None
    return array if array.ndim == dimensions else None
