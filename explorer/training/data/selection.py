"""Which images are used, in which order, and which of them are kept for validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
BAND = 128  # bytes of every image that are moved at a time


def choose(labels: Labels, limit: int | None, seed: int) -> NDArray[np.int64]:
    """Return the rows to use, in random order, with the classes in turn.

    The first rows of the result are balanced like all of it, so a smaller `limit` gives a subset.
    """
    rng = np.random.default_rng([seed, 1])
    shuffled = rng.permutation(len(labels))
    order = np.argsort(labels[shuffled], kind="stable")
    ranks = np.empty(len(labels))
    sizes = np.bincount(labels)
    ends = np.cumsum(sizes)
    for label, size in enumerate(sizes):
        rows = order[ends[label] - size : ends[label]]
        ranks[rows] = (np.arange(size) + 0.5) / size  # spread evenly over the whole
    rows = np.asarray(shuffled[np.argsort(ranks, kind="stable")], np.int64)
    return rows if limit is None else rows[:limit]


def split(labels: Labels, validation: float, seed: int) -> tuple[Labels, Labels]:
    """Return the rows of training and of validation; each has at least one."""
    rows = choose(labels, None, seed)
    count = min(len(rows) - 1, max(1, round(len(rows) * validation)))
    return np.sort(rows[count:]), np.sort(rows[:count])


def taken(images: Images, rows: NDArray[np.int64]) -> Images:
    """Return these rows in this order, in the memory of `images`, which a copy would double."""
    if len(rows) < len(images) / 2 or not len(rows):
        return images[rows]
    rest = np.ones(len(images), bool)
    rest[rows] = False
    order = np.concatenate([rows, np.flatnonzero(rest)])
    flat = images.reshape(len(images), -1)
    for start in range(0, flat.shape[1], BAND):
        flat[:, start : start + BAND] = flat[order, start : start + BAND]
    return images[: len(rows)]
