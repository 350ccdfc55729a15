from __future__ import annotations

import numpy as np
import pytest

from explorer.training.engine.metrics import cross_entropy, evaluation, softmax


def test_cross_entropy_of_even_chances_is_the_logarithm_of_the_classes() -> None:
    logits, labels = np.zeros((5, 10), np.float32), np.arange(5)
    for smoothing in (0.0, 0.1):
        assert cross_entropy(logits, labels, smoothing) == pytest.approx(np.log(10))


def test_cross_entropy_by_hand() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1]], np.float32))
    smooth = -(0.9 * np.log(0.7) + 0.1 * np.mean(np.log([0.7, 0.2, 0.1])))
    assert cross_entropy(logits, np.array([0]), 0.1) == pytest.approx(smooth, rel=1e-5)
    assert softmax(logits)[0] == pytest.approx([0.7, 0.2, 0.1])


def test_huge_logits_overflow_nothing() -> None:
    assert cross_entropy(np.array([[1e4, -1e4]], np.float32), np.array([1]), 0) == 2e4


def test_an_evaluation_counts_confusions_and_ranks_mistakes() -> None:
    labels = np.array([0, 0, 1, 2, 2])
    predicted = np.array([0, 1, 1, 0, 1])
    sure = np.array([9.0, 1.0, 9.0, 5.0, 3.0])
    logits = (np.eye(3)[predicted] * sure[:, None]).astype(np.float32)
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1)
    result = evaluation(images, labels, logits, 0.0)
    assert result.accuracy == 0.4
    assert result.arrays["confusion"].tolist() == [[1, 1, 0], [0, 1, 0], [1, 1, 0]]
    assert result.arrays["images"].ravel().tolist() == [3, 4, 1]
    assert result.arrays["predictions"].tolist() == [0, 1, 1]
