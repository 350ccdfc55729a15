from __future__ import annotations

import numpy as np
import pytest

from explorer.training.engine.batches import augmented, epoch_order, normalised
from explorer.training.engine.recipe import Recipe


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 256, (64, 8, 8, 3)).astype(np.uint8)


def test_every_crop_is_a_window_of_the_padded_image(images: np.ndarray) -> None:
    recipe = Recipe(crop_padding=2, flip=False)
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))
    seen = set()
    for before, after in zip(padded, augmented(images, recipe, 5)):
        places = [
            (y, x)
            for y in range(5)
            for x in range(5)
            if (before[y : y + 8, x : x + 8] == after).all()
        ]
        assert len(places) == 1
        seen |= set(places)
    assert len(seen) > 15


def test_about_half_are_mirrored_and_nothing_else_changes(images: np.ndarray) -> None:
    out = augmented(images, Recipe(crop_padding=0), 1)
    same = (out == images).all(axis=(1, 2, 3))
    mirrored = (out == images[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert 15 < mirrored.sum() < 49


def test_order_and_augmentation_follow_from_seed_and_step_alone(images: np.ndarray) -> None:
    recipe = Recipe(seed=7)
    first = augmented(images, recipe, 3)
    augmented(images, recipe, 4)
    assert (augmented(images, recipe, 3) == first).all()
    assert (augmented(images, recipe, 4) != first).any()
    assert (augmented(images, Recipe(seed=8), 3) != first).any()
    orders = [epoch_order(recipe, epoch, 100).tolist() for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[1]) == list(range(100))


def test_no_augmentation_leaves_images_alone(images: np.ndarray) -> None:
    assert (augmented(images, Recipe.from_name("zoo"), 0) == images).all()


@pytest.mark.parametrize("name", ["paper", "authors"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_authors_crops_are_padded_with_what_normalises_to_zero(
    name: str, channels: int
) -> None:
    recipe = Recipe.from_name(name, flip=False)
    white = np.full((64, 8, 8, channels), 255, np.uint8)
    out = augmented(white, recipe, 0)
    edges = normalised(out)[(out != 255).all(axis=-1)]
    assert len(edges) > 1000
    assert np.abs(edges).max() < 0.01


def test_normalised_pixels_have_the_published_mean_at_zero() -> None:
    image = np.broadcast_to(np.array([125, 123, 114], np.uint8), (1, 2, 2, 3))
    assert np.abs(normalised(image)).max() < 0.01
    assert normalised(np.zeros((1, 2, 2, 1), np.uint8)).shape == (1, 2, 2, 1)
