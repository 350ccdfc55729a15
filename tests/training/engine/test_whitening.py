from __future__ import annotations

import numpy as np
import pytest

from explorer.training.engine.whitening import whitening_kernel


def smooth_images() -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal((300, 18, 18, 3))
    mixed = noise + np.roll(noise, 1, 1) + np.roll(noise, 1, 2) + np.roll(noise, (1, 1), (1, 2))
    return (mixed @ np.array([[1, 0.9, 0.8], [0, 0.5, 0.3], [0, 0, 0.4]])).astype(np.float32)


def test_the_answers_to_patches_are_of_like_strength_and_unrelated() -> None:
    images = smooth_images()
    kernel = whitening_kernel(images, 3, 32)
    assert kernel is not None
    assert kernel.shape == (3, 3, 3, 32)
    assert (kernel[..., :16] == -kernel[..., 16:]).all()
    answers = np.zeros((300, 16, 16, 16))
    for y in range(3):
        for x in range(3):
            answers += images[:, y : y + 16, x : x + 16] @ kernel[y, x, :, :16]
    flat = answers.reshape(-1, 16)
    second = flat.T @ flat / len(flat)
    power = np.diag(second)
    assert 0.5 < power.min() <= power.max() < 1.1
    assert np.abs(second - np.diag(power)).max() < 0.1
    raw = np.var(images)
    assert not 0.5 < raw < 1.1  # so that the test could fail


@pytest.mark.parametrize(("filters", "made"), [(31, 30), (54, 54), (64, 54)])
def test_a_patch_has_no_more_directions_than_values(filters: int, made: int) -> None:
    kernel = whitening_kernel(smooth_images(), 3, filters)
    assert kernel is not None
    assert kernel.shape[-1] == made


@pytest.mark.parametrize(("size", "filters"), [(3, 1), (19, 32)])
def test_shapes_that_cannot_be_filled_are_left_alone(size: int, filters: int) -> None:
    assert whitening_kernel(smooth_images(), size, filters) is None
