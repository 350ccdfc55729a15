"""Initialising the first convolution from the data: principal directions of small patches.

Neighbouring pixels are nearly equal, so a random first layer passes on one strong signal and many
faint ones. The principal directions, scaled to equal strength and each with its opposite because
of ReLU, are useful from the first step. (An idea of short CIFAR-10 schedules: Page, "How to train
your ResNet", 2019; Jordan, arXiv 2404.00498.)
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

PATCH_IMAGES = 2000
FLOOR = 5e-4  # a direction below this share of the variance is noise, and is not amplified


def whitening_kernel(
    images: NDArray[np.float32], size: int, filters: int
) -> NDArray[np.float32] | None:
    """Return the first filters of a kernel, or None if not even one pair can be made.

    Args:
        images: Normalised images, shape (N, height, width, channels).
        size: Side of the kernel.
        filters: Of the whole kernel. If a patch has fewer values than half of them, the caller
            initialises the other filters.

    Returns:
        Shape (size, size, channels, n), n at most `filters`: n/2 directions, strongest first,
        then their opposites.
    """
    channels = images.shape[-1]
    values = size * size * channels
    count = min(filters // 2, values)
    if count < 1 or min(images.shape[1:3]) < size:
        return None
    windows = sliding_window_view(images[:PATCH_IMAGES], (size, size), axis=(1, 2))
    patches = windows[:, ::2, ::2].transpose(0, 1, 2, 4, 5, 3).reshape(-1, values)
    patches = patches.astype(np.float64)
    strengths, directions = np.linalg.eigh(patches.T @ patches / len(patches))
    strengths, directions = strengths[::-1][:count], directions[:, ::-1][:, :count]
    # The solver's sign of a direction is arbitrary: let its largest value be positive.
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(count)])
    scaled = directions / np.sqrt(strengths + FLOOR * strengths.sum())
    kernel = np.concatenate([scaled, -scaled], axis=1).reshape(size, size, channels, 2 * count)
    return kernel.astype(np.float32)
