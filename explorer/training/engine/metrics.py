"""Loss and accuracy from logits, in NumPy, and the results of a validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISTAKES = 12
MAX_CONFUSION_CLASSES = 200

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Evaluation:
    """Results on images that the network does not learn from.

    Attributes:
        loss: Mean cross-entropy, smoothed as in training.
        accuracy: Share of correct predictions.
        arrays: `confusion`, counts by (true class, predicted class), and the `MISTAKES` most
            confident mistakes: `images`, `labels`, `predictions`, `confidences`.
    """

    loss: float
    accuracy: float
    arrays: dict[str, NDArray[Any]]


def softmax(logits: Logits) -> NDArray[np.float64]:
    """Return probabilities of the same shape, which sum to 1 over the last axis."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def cross_entropy(logits: Logits, labels: NDArray[np.int64], smoothing: float) -> float:
    """Return the mean cross-entropy against labels of which `smoothing` is spread evenly."""
    wide = logits.astype(np.float64)
    top = wide.max(axis=1, keepdims=True)
    logs = wide - top - np.log(np.exp(wide - top).sum(axis=1, keepdims=True))
    right = logs[np.arange(len(labels)), labels]
    return float(-((1 - smoothing) * right + smoothing * logs.mean(axis=1)).mean())


def count_right(logits: Logits, labels: NDArray[np.int64]) -> int:
    """Return how many rows have their largest logit at their label."""
    return int((logits.argmax(axis=1) == labels).sum())


def evaluation(
    images: NDArray[np.uint8], labels: NDArray[np.int64], logits: Logits, smoothing: float
) -> Evaluation:
    """Return the results for images (N, h, w, c), labels (N,) and logits (N, classes)."""
    probabilities = softmax(logits)
    predictions = probabilities.argmax(axis=1)
    confidences = probabilities.max(axis=1)
    wrong = np.flatnonzero(predictions != labels)
    worst = wrong[np.argsort(-confidences[wrong], kind="stable")][:MISTAKES]
    classes = logits.shape[1]
    arrays: dict[str, NDArray[Any]] = {
        "images": images[worst],
        "labels": labels[worst],
        "predictions": predictions[worst],
        "confidences": confidences[worst].astype(np.float32),
    }
    if classes <= MAX_CONFUSION_CLASSES:
        counts = np.bincount(labels * classes + predictions, minlength=classes**2)
        arrays["confusion"] = counts.reshape(classes, classes).astype(np.int32)
    accuracy = count_right(logits, labels) / len(labels)
    return Evaluation(cross_entropy(logits, labels, smoothing), accuracy, arrays)
