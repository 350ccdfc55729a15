"""What cardinality gains: the same differences from the sources' own errors and accuracies."""

import re
from dataclasses import replace

import pytest

from explorer.analysis import gains as module
from explorer.analysis.family import members
from explorer.analysis.gains import all_gains, by_depth, by_recipe, gains_of


def points(label, attention="none"):
    return [gain.points for gain in all_gains()[label] if gain.attention == attention]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("the paper", [23.9 - 22.2, 22.0 - 21.2]),
        ("pycls", [23.2 - 21.9, 21.4 - 20.7, 20.9 - 20.4]),
        ("mmpretrain", [77.90 - 76.55, 78.61 - 77.97, 78.88 - 78.48]),
        ("torchvision V1", [77.618 - 76.130]),
        ("torchvision V2", [81.198 - 80.858]),
        ("timm A1", [80.526 - 80.382]),
        ("SWSL", [82.2 - 81.2]),
    ],
)
def test_the_gain_is_the_difference_of_two_rows(label, expected):
    assert points(label) == pytest.approx(expected)


def test_with_squeeze_and_excitation_both_have_it():
    assert points("SENet", "se") == pytest.approx([22.37 - 20.97, 21.75 - 19.81])
    assert points("SENet") == []


def test_a_pair_that_was_not_trained_alike_says_so():
    assert [gain.one_training for gain in all_gains()["torchvision V1"]] == [False]
    assert [gain.one_training for gain in all_gains()["torchvision V2"]] == [False]
    assert [gain.one_training for gain in all_gains()["torchvision V1 (timm)"]] == [False]
    assert [gain.one_training for gain in all_gains()["GluonCV (timm)"]] == [False, False]
    for label in ("pycls", "timm A1", "timm A2"):
        assert all(gain.one_training for gain in all_gains()[label])


@pytest.mark.parametrize("change", [{"crop": "1.0"}, {"resolution": "288"}])
def test_tests_on_other_images_are_not_compared(monkeypatch, change):
    rows = [
        replace(row, **change) if row.spec == "resnet50" and row.recipe == "pycls" else row
        for row in members()
    ]
    monkeypatch.setattr(module, "members", lambda: rows)
    assert [gain.depth for gain in gains_of(["pycls"])] == [101, 152]


def test_the_sentence_of_recipes_has_the_least_and_the_most(monkeypatch):
    text = by_recipe()
    assert "1.7 points (the paper), 1.49 (torchvision V1, not trained alike)" in text
    modern = [points(label)[0] for label in all_gains() if re.match(r"timm|torchvision V2", label)]
    assert f"{min(modern):.2f} (timm A1) to {max(modern):g} (timm A3)" in text


def test_the_sentence_of_depths_counts_what_shrinks():
    text = by_depth()
    several = [
        [gain.points for gain in gains if gain.attention == attention]
        for gains in all_gains().values()
        for attention in ("none", "se")
    ]
    several = [values for values in several if len(values) > 1]
    shrinking = [values for values in several if values == sorted(values, reverse=True)]
    assert f"in {len(shrinking)} of {len(several)} recipes" in text
    assert "SENet" in text


def test_the_sentences_follow_the_rows(monkeypatch):
    rows = [
        replace(row, error="21.9") if (row.spec, row.recipe) == ("resnet50", "paper") else row
        for row in members()
    ]
    monkeypatch.setattr(module, "members", lambda: rows)
    all_gains.cache_clear()
    try:
        assert "−0.3 points (the paper)" in by_recipe()
        assert "the paper: −0.3, +0.8 at 50, 101 layers" in by_depth()
    finally:
        all_gains.cache_clear()
