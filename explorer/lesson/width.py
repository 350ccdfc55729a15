"""Cardinality against width at one complexity (paper, section 3.4 and table 2).

One block on 256 channels with C paths of width d has C (256 d + 9 d^2 + 256 d) weights: each
path is a 1x1 convolution down to d channels, a 3x3 one among them, and a 1x1 back up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CHANNELS = 256
# ResNet's bottleneck, C = 1 and d = 64: what table 2 keeps the others close to.
BUDGET = 69_632
MAX_CARDINALITY = 65_536
MAX_BUDGET = 10**12


@dataclass(frozen=True)
class Solution:
    """The width that a budget buys at a cardinality.

    Attributes:
        cardinality: Number of paths, C.
        width: Channels of one path, d.
        params: Weights of the block's three convolutions.
        budget: What ``params`` was to come near to.
    """

    cardinality: int
    width: int
    params: int
    budget: int

    @property
    def grouped_width(self) -> int:
        """Channels of the 3x3 convolution over all paths: C x d."""
        return self.cardinality * self.width

    @property
    def excess(self) -> float:
        """Weights over the budget, as a share of it; negative if under."""
        return self.params / self.budget - 1


def block_params(cardinality: int, width: int, channels: int = CHANNELS) -> int:
    """Weights of a block's convolutions, C (256 d + 9 d^2 + 256 d), with no biases."""
    return cardinality * (channels * width + 9 * width**2 + width * channels)


def solve(cardinality: int, budget: int = BUDGET) -> Solution:
    """The width whose block comes nearest to the budget in parameters.

    Of two equally near ones the narrower is taken. A path has at least one channel.

    Raises:
        ValueError: The cardinality or the budget is not a positive whole number in bounds.
    """
    _check("cardinality", cardinality, MAX_CARDINALITY)
    _check("budget", budget, MAX_BUDGET)
    # The positive root of 9 d^2 + 512 d = budget / C lies between two whole widths.
    root = math.isqrt((cardinality * CHANNELS) ** 2 + 9 * cardinality * budget)
    below = max(1, (root - cardinality * CHANNELS) // (9 * cardinality))
    width = min((below, below + 1), key=lambda d: (abs(block_params(cardinality, d) - budget), d))
    return Solution(cardinality, width, block_params(cardinality, width), budget)


def _check(name: str, value: object, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ValueError(
            f"The {name} must be a whole number from 1 to {most:,}. Received {value!r}."
        )
