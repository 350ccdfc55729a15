"""What breaks the equality of the forms, against values worked out another way."""

import numpy as np
import pytest

from explorer.lesson.counterexamples import cases


def by_key(**chosen):
    return {case.key: case for case in cases(**chosen)}


def test_convolutions_alone_are_equal():
    assert by_key()["nothing"].relative < 1e-13


@pytest.mark.parametrize("cardinality", [2, 8, 32])
def test_a_bias_is_counted_once_too_often_for_every_further_path(cardinality):
    difference = by_key(cardinality=cardinality, seed=3)["bias"].difference
    # The same bias with another number of paths: the surplus is (C - 1) of its largest value.
    rng = np.random.default_rng(3)
    rng.normal(size=(cardinality, 196, 4))
    rng.normal(size=(cardinality, 4, 256))
    largest = np.abs(rng.normal(scale=0.1, size=256)).max()
    assert difference == pytest.approx((cardinality - 1) * largest)


def test_normalisation_and_relu_inside_break_it_too():
    found = by_key()
    assert found["normalisation"].relative > 0.5
    assert found["relu"].relative > 0.5


def test_one_path_is_the_sum():
    assert all(case.relative < 1e-13 for case in cases(cardinality=1, width=64))


def test_no_paths_are_refused():
    with pytest.raises(ValueError, match="Received 0 and 4"):
        cases(cardinality=0)
