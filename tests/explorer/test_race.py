"""The race's networks cost nearly the same, as Table 2 promises."""

import pytest

from explorer.race import cost_spread, equal_cost_names
from explorer.report import analyse
from resnext import ResNeXtSpec


def test_the_five_points_cost_nearly_the_same():
    macs = [analyse(ResNeXtSpec.from_name(name)).totals.macs for name in equal_cost_names()]
    assert len(macs) == 5
    assert 0 < cost_spread(macs) < 0.06


def test_spread_by_hand():
    assert cost_spread([100, 110, 105]) == pytest.approx(0.1)
    assert cost_spread([]) == 0.0
