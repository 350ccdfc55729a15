"""Curves made fit to be drawn; this imports no library of charts."""

from __future__ import annotations

from collections.abc import Sequence

MOST_POINTS = 800


def smooth(values: Sequence[float], weight: float = 0.9) -> list[float]:
    """Exponential moving average, corrected for its start at zero; as long as ``values``."""
    smoothed, mean = [], 0.0
    for count, value in enumerate(values, start=1):
        mean = weight * mean + (1 - weight) * value
        smoothed.append(mean / (1 - weight**count))
    return smoothed


def thin(count: int, most: int = MOST_POINTS) -> list[int]:
    """Indices of at most ``most`` of ``count`` points, evenly spread, the last included."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})
