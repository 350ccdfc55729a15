"""Widths at equal cost, against a search through all widths by full reports."""

import pytest

from explorer.analysis.equal_cost import block_params
from explorer.analysis.published import TABLE_2
from explorer.analysis.report import analyse
from explorer.sweeps.widths import (
    TOLERANCE,
    Costs,
    Family,
    at_budget,
    at_budget_by_stage,
    doubled,
)

CARDINALITIES = (1, 2, 4, 8, 16, 32)
SMALL = Family(20, channels=64)


def totals(spec):
    found = analyse(spec).totals
    return found.macs, found.params


@pytest.mark.parametrize(("at", "place"), [("equal-macs", 0), ("equal-params", 1)])
@pytest.mark.parametrize("family", [Family(29), SMALL], ids=["depth 29", "64 channels"])
def test_the_width_is_the_nearest_of_all(family, at, place):
    costs = Costs(at)
    reference = family.network(1, (family.channels // 4,))
    budget = totals(reference)[place]
    for cardinality in (2, 8, 32):
        found = at_budget(family, cardinality, budget, reference, costs)
        chosen = found.stages[0].width // cardinality
        off = {
            width: abs(totals(family.network(cardinality, (width,)))[place] - budget)
            for width in range(max(1, chosen - 3), chosen + 4)
        }
        assert off[chosen] == min(off.values())
        assert costs.of(found) == totals(found)[place]


@pytest.mark.slow
def test_table_2_of_the_paper_is_found_again():
    """Whole networks of depth 50: its blocks at other channels follow the same rule."""
    family = Family(50)
    reference = family.network(1, (64,))
    budget = totals(reference)[0]
    found = {
        cardinality: at_budget(family, cardinality, budget, reference, Costs()).width
        for cardinality in (row.cardinality for row in TABLE_2)
    }
    for row in TABLE_2:
        assert abs(found[row.cardinality] - row.width) <= 1
    assert [found[row.cardinality] for row in TABLE_2 if row.cardinality in (1, 2, 4, 32)] == [
        row.width for row in TABLE_2 if row.cardinality in (1, 2, 4, 32)
    ]


def test_widths_of_each_stage_come_within_the_tolerance_where_doubled_ones_do_not():
    reference = SMALL.network(1, (16,))
    budget, _ = totals(reference)
    worst = {"doubled": 0.0, "each": 0.0}
    for cardinality in CARDINALITIES:
        one = at_budget(SMALL, cardinality, budget, reference, Costs())
        each = at_budget_by_stage(SMALL, cardinality, budget, reference, Costs())
        worst["doubled"] = max(worst["doubled"], abs(totals(one)[0] / budget - 1))
        worst["each"] = max(worst["each"], abs(totals(each)[0] / budget - 1))
        assert each.cardinality == cardinality
        assert [stage.filters for stage in each.stages] == [64, 128, 256]
    assert worst["doubled"] > TOLERANCE >= worst["each"]


def test_the_reference_has_the_paper_s_widths_whatever_way_they_are_chosen():
    reference = SMALL.network(1, (16,))
    budget, _ = totals(reference)
    assert at_budget(SMALL, 1, budget, reference, Costs()) == reference
    assert at_budget_by_stage(SMALL, 1, budget, reference, Costs()) == reference
    assert tuple(stage.width for stage in reference.stages) == doubled(16, 3) == (16, 32, 64)


def test_a_family_of_the_paper_s_channels_has_the_networks_of_that_name():
    assert Family(29).network(8, (64,)).name == "resnext29_8x64d"
    assert Family(50).network(32, (4,)).name == "resnext50_32x4d"
    small = SMALL.network(8, (2,))
    # By hand: both blocks of stage 1 have 8 paths of width 2; the first begins at the stem's 64.
    assert block_params(8, 2, 64) == 8 * (64 * 2 + 9 * 4 + 2 * 64)
    convolutions = [row for row in analyse(small).rows if "stage1/block2/conv" in row.name]
    assert sum(row.params for row in convolutions) == block_params(8, 2, 64)
