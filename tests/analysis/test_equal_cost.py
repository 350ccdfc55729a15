"""The width solver against the paper's table 2, a search by brute force, and a real block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.equal_cost import BUDGET, Solution, block_params, solve
from explorer.analysis.report import analyse
from resnext import ResNeXtSpec, trace


@pytest.mark.parametrize(
    ("cardinality", "width", "params"),
    [(1, 64, 69_632), (2, 40, 69_760), (4, 24, 69_888), (8, 14, 71_456), (32, 4, 70_144)],
)
def test_the_papers_five_points(cardinality, width, params):
    solution = solve(cardinality)
    assert solution == Solution(cardinality, width, params, BUDGET)


@given(st.integers(1, 300), st.integers(1, 2_000_000))
def test_no_other_width_is_nearer(cardinality, budget):
    solution = solve(cardinality, budget)
    distance = abs(solution.params - budget)
    for width in range(1, 2 * solution.width + 50):
        other = abs(block_params(cardinality, width) - budget)
        assert (other, width) >= (distance, solution.width)


@given(st.integers(1, 64), st.integers(1, 64))
def test_the_formula_is_what_the_graph_counts(cardinality, width):
    spec = ResNeXtSpec(
        blocks=(2,), cardinality=cardinality, width=width, input_shape=(8, 8, 3), stem="cifar"
    )
    counted = sum(node.params for node in trace(spec) if node.name.startswith("stage1/block2/conv"))
    assert block_params(cardinality, width) == counted


@pytest.mark.parametrize("cardinality", [1, 3, 32])
def test_a_block_on_the_map_has_its_batch_norms_too(cardinality):
    found = solve(cardinality)
    spec = ResNeXtSpec(blocks=(2,), cardinality=cardinality, width=found.width)
    block = next(row for row in analyse(spec).blocks if row.name == "stage1/block2")
    assert found.block_params == block.params


@pytest.mark.parametrize("cardinality", [0, -1, True, 2.5, "8", 10**9])
def test_a_wrong_cardinality_states_the_rule(cardinality):
    with pytest.raises(ValueError, match="cardinality must be a whole number"):
        solve(cardinality)


def test_a_wrong_budget_states_the_rule():
    with pytest.raises(ValueError, match=r"budget .* Received 0"):
        solve(8, 0)


def test_excess_has_the_sign_of_the_difference():
    assert solve(8).excess == pytest.approx(1824 / 69_632)
    assert solve(16).excess == pytest.approx((block_params(16, 8) - BUDGET) / BUDGET)
    assert solve(16).grouped_width == 16 * solve(16).width
