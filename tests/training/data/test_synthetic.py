from __future__ import annotations

import numpy as np
import pytest

from explorer.training.data import load_dataset, open_source
from explorer.training.data.synthetic import synthetic_images


def test_a_seed_gives_the_same_images_and_another_seed_others() -> None:
    first, second, other = (synthetic_images(40, seed)[0] for seed in (3, 3, 4))
    assert (first == second).all()
    assert (first != other).mean() > 0.5


@pytest.mark.slow
def test_more_images_begin_with_the_same_ones() -> None:
    assert (synthetic_images(1000)[0][:500] == synthetic_images(500)[0]).all()


@pytest.mark.slow
def test_colour_tells_something_and_less_than_half() -> None:
    images, labels = synthetic_images(3000)
    means = images.mean(axis=(1, 2))
    means -= means.mean(axis=1, keepdims=True)  # hue, whatever the light
    centres = np.array([means[labels == label].mean(axis=0) for label in range(10)])
    nearest = ((means[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert 0.15 < (nearest == labels).mean() < 0.5
    assert (nearest % 5 == labels % 5).mean() > 0.3


@pytest.mark.slow
def test_the_data_set_is_balanced_split_and_honestly_named() -> None:
    data = load_dataset("synthetic", limit=1000)
    assert np.bincount(data.y_train).tolist() == [90] * 10
    assert np.bincount(data.y_val).tolist() == [10] * 10
    assert len(data.test.labels) == 200
    assert "not CIFAR-10" in open_source("synthetic").title


@pytest.mark.parametrize(
    ("limit", "test_limit", "tests"),
    [(100, None, 20), (100, 300, 300), pytest.param(None, 50, 50, marks=pytest.mark.slow)],
)
def test_few_images_to_learn_from_can_be_tested_on_many(
    limit: int | None, test_limit: int | None, tests: int
) -> None:
    data = load_dataset("synthetic", limit=limit, test_limit=test_limit)
    assert np.bincount(data.test.labels).tolist() == [tests // 10] * 10
    if limit:
        assert len(data.y_train) + len(data.y_val) == limit
