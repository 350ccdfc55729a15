"""Layers that break the equality of the forms when added inside the paths; measured.

Each case adds one operation to every path of the aggregated form (figure 3a), before the sum,
and once to the grouped form (3c), after its last convolution. A convolution commutes with the
sum; these operations do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnext.errors import InputError

Array = NDArray[np.float64]
CHANNELS = 256
POSITIONS = 14 * 14


@dataclass(frozen=True)
class Case:
    """One operation added inside the paths, and how much it changes the output.

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
        """The difference relative to the largest output value."""
        return self.difference / self.scale


def cases(cardinality: int = 32, width: int = 4, seed: int = 0) -> tuple[Case, ...]:
    """The four cases for C paths of width d, on random features and kernels.

    Raises:
        ValueError: The cardinality or the width is less than 1.
    """
    if min(cardinality, width) < 1:
        raise InputError(
            f"The cardinality and the width must be 1 or more. Received {cardinality} and {width}."
        )
    rng = np.random.default_rng(seed)
    features = np.maximum(rng.normal(size=(cardinality, POSITIONS, width)), 0)
    kernels = rng.normal(
        scale=(2 / (cardinality * width)) ** 0.5, size=(cardinality, width, CHANNELS)
    )
    bias = rng.normal(scale=0.1, size=CHANNELS)
    paths = np.einsum("cpd,cdf->cpf", features, kernels)
    found = []
    for key, title, reason, add in _CASES:
        aggregated = add(paths, bias).sum(axis=0)
        grouped = add(paths.sum(axis=0)[None], bias)[0]
        difference = float(np.max(np.abs(aggregated - grouped)))
        found.append(Case(key, title, reason, difference, float(np.max(np.abs(grouped)))))
    return tuple(found)


def _normalise(paths: Array, bias: Array) -> Array:
    """Each channel to mean 0 and deviation 1 over all positions, as in training."""
    deviation = np.sqrt(paths.var(axis=1, keepdims=True) + 1e-5)
    return np.asarray((paths - paths.mean(axis=1, keepdims=True)) / deviation)


_CASES: tuple[tuple[str, str, str, Callable[[Array, Array], Array]], ...] = (
    (
        "nothing",
        "Nothing added (convolutions only)",
        "A sum of convolutions is one convolution with the kernels side by side.",
        lambda paths, bias: paths,
    ),
    (
        "bias",
        "A bias in the last 1x1 of each path",
        "The sum adds it C times, the grouped convolution once.",
        lambda paths, bias: paths + bias,
    ),
    (
        "normalisation",
        "A normalisation of the 256 channels of each path",
        "Each path is divided by its own standard deviation, not by that of the sum.",
        _normalise,
    ),
    (
        "relu",
        "A ReLU after the last 1x1 of each path",
        "A negative value in one path no longer cancels a positive one in another.",
        lambda paths, bias: np.maximum(paths, 0),
    ),
)
