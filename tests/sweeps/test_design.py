"""Which networks a sweep has."""

import pytest

from explorer.analysis.report import analyse
from explorer.sweeps.design import Design, designed
from explorer.sweeps.errors import SweepError
from resnext import SpecError

SIX = {"depth": (29,), "cardinality": (1, 2, 4, 8, 16, 32)}


def test_a_grid_at_equal_macs():
    found = designed(Design(SIX, at="equal-macs"))
    assert [trial.spec.cardinality for trial in found.trials] == [1, 2, 4, 8, 16, 32]
    assert found.trials[0].label == "1x64d"
    assert found.reference == "1x64d at depth 29"
    assert found.budget == analyse("resnext29_1x64d").totals.macs
    for trial in found.trials:
        totals = analyse(trial.spec).totals
        assert (trial.macs, trial.params) == (totals.macs, totals.params)
        assert trial.deviation == trial.macs / found.budget - 1
    assert {trial.target for trial in found.trials} == {found.budget}


def test_another_reference_moves_the_budget():
    found = designed(Design(SIX, at="equal-params", reference="32x4d"))
    assert found.budget == analyse("resnext29_32x4d").totals.params
    assert found.trials[-1].label == "32x4d"
    assert found.trials[-1].deviation == 0


def test_rivals_are_wider_and_deeper_at_twice_the_cost():
    found = designed(Design(SIX, at="equal-macs", rivals=True))
    wider, deeper = found.trials[-2:]
    assert (wider.role, deeper.role) == ("wider", "deeper")
    assert wider.target == deeper.target == 2 * found.budget
    assert (wider.depth, wider.spec.cardinality) == (29, 1)
    assert (deeper.widths, deeper.spec.cardinality) == ((64, 128, 256), 1)
    assert deeper.depth > 29
    # No other depth of that kind is nearer.
    for depth in (deeper.depth - 9, deeper.depth + 9):
        other = analyse(f"resnext{depth}_1x64d").totals.macs
        assert abs(other - deeper.target) >= abs(deeper.macs - deeper.target)


@pytest.mark.slow
def test_several_depths_and_resolutions_are_in_the_labels():
    choices = {"depth": (20, 29), "cardinality": (1, 8), "resolution": (16, 32)}
    found = designed(Design(choices, at="equal-macs"))
    labels = [trial.label for trial in found.trials]
    assert len(set(labels)) == len(labels) == 8
    assert "depth 20" in labels[0]
    assert "16 pixels" in labels[0]
    assert found.trials[0].spec.input_shape == (16, 16, 3)


def test_without_a_budget_the_grid_names_the_width():
    found = designed(Design({"depth": (29,), "cardinality": (1, 8), "width": (4, 64)}))
    assert [trial.label for trial in found.trials] == ["1x4d", "1x64d", "8x4d", "8x64d"]
    assert {trial.deviation for trial in found.trials} == {None}
    assert found.budget is None


def test_a_random_sample_is_of_the_grid_without_repeats_and_the_same_for_a_seed():
    choices = {"depth": (20, 29, 38), "cardinality": (1, 2, 4, 8), "width": (4, 8, 16)}
    design = Design(choices, sample=10, sample_seed=3)
    points = design.points()
    assert design.sampler == "random"
    assert points == design.points()
    assert len({tuple(point.items()) for point in points}) == 10
    assert all(point[name] in choices[name] for point in points for name in choices)
    others = Design(choices, sample=10, sample_seed=4).points()
    assert others != points
    assert len(Design(choices, sample=99).points()) == 36
    # Each of the 36 is drawn about as often as any other: 10 of 36 in 400 samples are 111.
    seen = [str(p) for s in range(400) for p in Design(choices, sample=10, sample_seed=s).points()]
    assert all(70 < seen.count(point) < 155 for point in set(seen))
    assert len(set(seen)) == 36


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"at": "equal-joy"}, "must be one of equal-macs"),
        ({"at": "equal-macs", "choices": {"depth": (29,)}}, "at least one cardinality"),
        ({"at": "equal-macs", "choices": {"cardinality": (1,)}}, "at least one depth"),
        ({"choices": SIX}, "at least one width"),
        ({"at": "equal-macs", "choices": {**SIX, "width": (4,)}}, "the grid cannot name it"),
        ({"choices": {**SIX, "width": (4,)}, "rivals": True}, "need a budget"),
        ({"at": "equal-macs", "widths": "any"}, "must be one of doubling"),
        ({"at": "equal-step-time", "widths": "per-stage"}, "need --at equal-macs"),
        ({"at": "equal-step-time", "rivals": True}, "need --at equal-macs"),
        ({"at": "equal-step-time", "channels": 64}, "need --at equal-macs"),
        ({"at": "equal-macs", "tolerance": 0.0}, "above 0"),
        ({"at": "equal-macs", "channels": 0}, "1 to 4,096"),
        ({"at": "equal-macs", "sample": 0}, "1 to 500"),
        (
            {"choices": {"depth": (29,), "cardinality": (1,), "width": tuple(range(1, 600))}},
            "at most 500 networks",
        ),
    ],
)
def test_a_rule_that_is_broken_is_named(values, rule):
    with pytest.raises(SweepError, match=rule):
        Design(**{"choices": SIX, **values})


def test_a_network_that_cannot_be_is_refused():
    with pytest.raises(SpecError, match="depth must be"):
        designed(Design({"depth": (30,), "cardinality": (1,)}, at="equal-macs"))
    with pytest.raises(SweepError, match="such as 1x64d"):
        designed(Design(SIX, at="equal-macs", reference="64"))
    choices = {"depth": (20, 29), "cardinality": (1,)}
    with pytest.raises(SweepError, match="one depth and one resolution"):
        designed(Design(choices, at="equal-macs", widths="per-stage"))
