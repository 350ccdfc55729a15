"""Small pictures of a run for people: a recent batch, an epoch's confusion and mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.files import read_arrays

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
        predictions: What the network took them for.
        confidences: How sure it was.
    """

    confusion: NDArray[np.int32] | None
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    confidences: NDArray[np.float32]


def read_batch(path: Path) -> BatchView | None:
    """Return the batch kept at `path`, or None if there is none that can be read."""
    arrays = _read(path, "step")
    if arrays is None:
        return None
    return BatchView(int(arrays["step"]), *(arrays[name] for name in _SHOWN))


def read_epoch(path: Path) -> EpochView | None:
    """Return the epoch kept at `path`, or None if there is none that can be read."""
    arrays = _read(path)
    if arrays is None:
        return None
    return EpochView(arrays.get("confusion"), *(arrays[name] for name in _SHOWN))


def _read(path: Path, *names: str) -> dict[str, Any] | None:
    try:
        arrays = read_arrays(path)
    except (OSError, ValueError):
        return None
    return arrays if {*_SHOWN, *names} <= arrays.keys() else None
