"""Batches as NumPy arrays: shuffled, cropped and flipped as the seed says.

Nothing here keeps state: order and augmentation follow from (seed, epoch) and (seed, step), so
that a resumed run gets the same images.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from explorer.training.engine.recipe import Recipe

# CIFAR-10's training set, as in the authors' code; red, green, blue, 0 to 255.
PIXEL_MEAN = (125.3, 123.0, 113.9)
PIXEL_STD = (63.0, 62.1, 66.7)
AHEAD = 1  # batches that are made before they are asked for

Images = NDArray[np.uint8]
T = TypeVar("T")


def normalised(images: Images) -> NDArray[np.float32]:
    """Return images as the networks take them, of about mean 0 and standard deviation 1."""
    mean, std = pixel_statistics(images.shape[-1])
    return np.asarray((images - mean) / std, np.float32)


def pixel_statistics(channels: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and standard deviation for each of 1 or 3 channels."""
    mean, std = np.array(PIXEL_MEAN, np.float32), np.array(PIXEL_STD, np.float32)
    return (mean, std) if channels == 3 else (mean.mean(keepdims=True), std.mean(keepdims=True))


def mean_colour(channels: int) -> Images:
    """Return `PIXEL_MEAN` rounded, for each of 1 or 3 channels."""
    return np.rint(pixel_statistics(channels)[0]).astype(np.uint8)


def epoch_order(recipe: Recipe, epoch: int, count: int) -> NDArray[np.int64]:
    """Return the order of `count` images in an epoch, counted from 0; shape (count,)."""
    return np.random.default_rng([recipe.seed, 0, epoch]).permutation(count)


def augmented(images: Images, recipe: Recipe, step: int) -> Images:
    """Return a batch cropped and flipped as `recipe` says; `step` counts from 0.

    Its shape stays (count, height, width, channels).
    """
    rng = np.random.default_rng([recipe.seed, 1, step])
    count, height, width = images.shape[:3]
    pad = recipe.crop_padding
    if pad:
        fill = mean_colour(images.shape[-1]) if recipe.crop_fill == "mean" else 0
        padded = np.empty((count, height + 2 * pad, width + 2 * pad, images.shape[-1]), np.uint8)
        padded[:] = fill
        padded[:, pad:-pad, pad:-pad] = images
        windows = sliding_window_view(padded, (height, width), axis=(1, 2))
        down, across = rng.integers(0, 2 * pad + 1, (2, count))
        images = windows[np.arange(count), down, across].transpose(0, 2, 3, 1)
    if recipe.flip:
        mirrored = rng.random((count, 1, 1, 1)) < 0.5
        images = np.where(mirrored, images[:, :, ::-1], images)
    return np.ascontiguousarray(images)


def ahead(make: Callable[[int], T], numbers: Iterable[int]) -> Generator[T]:
    """Yield what `make` gives for each number, made in a thread while the one before is used."""
    with ThreadPoolExecutor(1, "batches") as maker:
        coming: deque[Future[T]] = deque()
        for number in numbers:
            coming.append(maker.submit(make, number))
            if len(coming) > AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
