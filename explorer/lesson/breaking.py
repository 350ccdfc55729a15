"""What must not stand inside the paths, or the forms are different functions; measured.

Each case adds one thing to every path of the aggregated form (figure 3a), before the sum, and
the same thing once to the grouped form (3c), after its last convolution. Sums and
convolutions may change places; these may not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CHANNELS = 256
POSITIONS = 14 * 14


@dataclass(frozen=True)
class Case:
    """One thing put inside the paths, and how far that moves the output.

    Attributes:
        key: ``nothing``, ``bias``, ``normalisation`` or ``relu``.
        title: What was added.
        reason: Why it does, or does not, break the equality.
        difference: Largest difference of the two outputs.
        scale: Largest value of the grouped form's output.
    """

    key: str
    title: str
    reason: str
    difference: float
    scale: float

    @property
    def relative(self) -> float:
        """The difference as a part of the output's largest value."""
        return self.difference / self.scale


def cases(cardinality: int = 32, width: int = 4, seed: int = 0) -> tuple[Case, ...]:
    """The four cases for C paths of width d, on random features and kernels.

    Raises:
        ValueError: The cardinality or the width is no positive whole number.
    """
    if min(cardinality, width) < 1:
        raise ValueError(
            f"The cardinality and the width must be 1 or more. Received {cardinality} and {width}."
        )
    rng = np.random.default_rng(seed)
    features = np.maximum(rng.normal(size=(cardinality, POSITIONS, width)), 0)
    kernels = rng.normal(
        scale=(2 / (cardinality * width)) ** 0.5, size=(cardinality, width, CHANNELS)
    )
    bias = rng.normal(scale=0.1, size=CHANNELS)
    paths = np.einsum("cpd,cdf->cpf", features, kernels)
    return tuple(
        _case(key, title, reason, inside(bias), paths) for key, title, reason, inside in _CASES
    )


def _case(
    key: str, title: str, reason: str, inside: Callable[[Array], Array], paths: Array
) -> Case:
    aggregated = inside(paths).sum(axis=0)
    grouped = inside(paths.sum(axis=0)[None])[0]
    difference = float(np.max(np.abs(aggregated - grouped)))
    return Case(key, title, reason, difference, float(np.max(np.abs(grouped))))


def _nothing(bias: Array) -> Callable[[Array], Array]:
    return lambda paths: paths


def _bias(bias: Array) -> Callable[[Array], Array]:
    return lambda paths: paths + bias


def _normalise(bias: Array) -> Callable[[Array], Array]:
    """Each channel to mean 0 and deviation 1 over all positions, as when training."""

    def normalise(paths: Array) -> Array:
        deviation = np.sqrt(paths.var(axis=1, keepdims=True) + 1e-5)
        normal: Array = (paths - paths.mean(axis=1, keepdims=True)) / deviation
        return normal

    return normalise


def _relu(bias: Array) -> Callable[[Array], Array]:
    return lambda paths: np.maximum(paths, 0)


_CASES: tuple[tuple[str, str, str, Any], ...] = (
    (
        "nothing",
        "Nothing: convolutions alone",
        "A sum of convolutions is one convolution with the kernels side by side.",
        _nothing,
    ),
    (
        "bias",
        "A bias in the last 1x1 of each path",
        "The sum adds it C times, the grouped form once.",
        _bias,
    ),
    (
        "normalisation",
        "A normalisation of each path's 256 channels",
        "Each path is divided by its own deviation; the deviation of a sum is not their sum.",
        _normalise,
    ),
    (
        "relu",
        "A ReLU after the last 1x1 of each path",
        "What is negative in one path no longer cancels what is positive in another.",
        _relu,
    ),
)
