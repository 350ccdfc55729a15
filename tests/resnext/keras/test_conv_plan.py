import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnext.keras.conv_plan import STRATEGIES, VARIABLE, Plan, forced_strategy, make_plan


@pytest.mark.parametrize(
    ("groups", "group_channels", "strategy", "plan"),
    [
        (32, 4, "native", Plan("native", 16)),
        (32, 2, "native", Plan("native", 8)),
        (32, 3, "native", Plan("native", 16)),
        (32, 8, "native", Plan("native", 32)),
        (64, 1, "native", Plan("native", 64)),
        (32, 64, "native", Plan("native", 32)),
        (32, 4, "supergroups", Plan("supergroups", 8)),
        (32, 64, "supergroups", Plan("split", 32)),
        (32, 4, "split", Plan("split", 32)),
        (7, 5, "native", Plan("native", 7)),
    ],
)
def test_narrow_groups_are_merged_and_wide_ones_are_not(groups, group_channels, strategy, plan):
    assert make_plan(groups, group_channels, strategy) == plan


@given(st.integers(1, 200), st.integers(1, 200), st.sampled_from(STRATEGIES))
def test_merged_groups_divide_the_groups_and_stay_narrow(groups, group_channels, strategy):
    plan = make_plan(groups, group_channels, strategy)
    assert groups % plan.groups == 0
    assert plan.groups == groups or group_channels * groups // plan.groups <= 32


@pytest.mark.parametrize("value", ["", " ", *STRATEGIES])
def test_the_environment_can_force_a_strategy(monkeypatch, value):
    monkeypatch.setenv(VARIABLE, value)
    assert forced_strategy() == (value.strip() or None)


def test_an_unknown_strategy_is_refused_with_the_allowed_ones(monkeypatch):
    monkeypatch.setenv(VARIABLE, "fastest")
    with pytest.raises(ValueError, match=r"native, supergroups, split\. Received 'fastest'"):
        forced_strategy()
