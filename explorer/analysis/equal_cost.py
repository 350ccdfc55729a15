"""Cardinality against width at one cost of a block (paper, section 3.4 and table 2).

One block on c channels with C paths of width d has C (c d + 9 d^2 + c d) weights: each path is a
1x1 convolution down to d channels, a 3x3 one among them, and a 1x1 back up. The paper's is on 256.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from resnext.errors import InputError

CHANNELS = 256
# ResNet's bottleneck, C = 1 and d = 64; the reference of table 2.
BUDGET = 69_632
MAX_CARDINALITY = 65_536
MAX_BUDGET = 10**12
NEAR = 1 / 8  # relative difference of costs that are about the same
BOTTLENECK = 4  # a ResNet block's output has this many times the channels of its 3x3 convolution


@dataclass(frozen=True)
class Solution:
    """The width at a cardinality and a budget.

    Attributes:
        cardinality: Number of paths, C.
        width: Channels of one path, d.
        params: Weights of the block's three convolutions.
        budget: Target of ``params``.
        channels: Of the block's input and output.
    """

    cardinality: int
    width: int
    params: int
    budget: int
    channels: int = CHANNELS

    @property
    def grouped_width(self) -> int:
        """Channels of the 3x3 convolution over all paths: C x d."""
        return self.cardinality * self.width

    @property
    def block_params(self) -> int:
        """``params`` with scale and shift of the batch norms, as on the map and in the tables."""
        return self.params + 2 * (2 * self.grouped_width + self.channels)

    @property
    def excess(self) -> float:
        """Relative difference of ``params`` from the budget."""
        return self.params / self.budget - 1


def block_params(cardinality: int, width: int, channels: int = CHANNELS) -> int:
    """Weights of a block's convolutions, C (c d + 9 d^2 + c d), with no biases."""
    return cardinality * (channels * width + 9 * width**2 + width * channels)


def solve(cardinality: int, budget: int = BUDGET, channels: int = CHANNELS) -> Solution:
    """The width d >= 1 whose block comes nearest to the budget; the narrower one of two as near.

    Raises:
        ValueError: The cardinality, the budget or the number of channels is not a positive whole
            number in bounds.
    """
    _check("cardinality", cardinality, MAX_CARDINALITY)
    _check("budget", budget, MAX_BUDGET)
    _check("number of channels", channels, MAX_CARDINALITY)
    # The positive root of 9 d^2 + 2 c d = budget / C is between two whole widths.
    root = math.isqrt((cardinality * channels) ** 2 + 9 * cardinality * budget)
    below = max(1, (root - cardinality * channels) // (9 * cardinality))
    width = min(
        (below, below + 1),
        key=lambda d: (abs(block_params(cardinality, d, channels) - budget), d),
    )
    params = block_params(cardinality, width, channels)
    return Solution(cardinality, width, params, budget, channels)


def resnet_width(cardinality: int, width: int, channels: int = CHANNELS, usual: int = 0) -> int:
    """The width of the ResNet block (one path) that costs about as much as C paths of width d.

    It is ``usual``, else ResNet's own, a quarter of the channels, if the rule of equal cost leads
    from there to this width and the costs are near; else the nearest. So all points of the
    paper's table 2 have one ResNet block, although they differ from it by up to 3 %.
    """
    params = block_params(cardinality, width, channels)
    for one in (usual, channels // BOTTLENECK):
        if one:
            found = solve(cardinality, block_params(1, one, channels), channels)
            if found.width == width and abs(found.excess) <= NEAR:
                return one
    return solve(1, params, channels).width


def _check(name: str, value: object, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InputError(
            f"The {name} must be a whole number from 1 to {most:,}. Received {value!r}."
        )
