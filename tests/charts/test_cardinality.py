"""A block for each choice: table 2, whole networks, and what each channel reads, by other roads."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.report import analyse
from explorer.charts.cardinality import cardinality_data, words
from explorer.charts.cardinality.choices import CARDINALITIES, changed, offer, usual_width
from explorer.charts.cardinality.figures import block_of, network_cost
from explorer.formatting import numbers
from resnext import PRESETS, ResNeXtSpec, SpecError, trace

TABLE_2 = {1: (64, 69_632), 2: (40, 69_760), 4: (24, 69_888), 8: (14, 71_456), 32: (4, 70_144)}
RESNEXT_50 = ResNeXtSpec.from_name("resnext50_32x4d")


def by_cardinality(data, rule="equal"):
    return {choice["cardinality"]: choice for choice in data["rules"][rule]}


def test_the_rule_of_equal_cost_passes_through_the_papers_five_points():
    data = by_cardinality(cardinality_data(offer(RESNEXT_50)))
    for cardinality, (width, params) in TABLE_2.items():
        assert cardinality * (256 * width + 9 * width**2 + 256 * width) == params
        assert data[cardinality]["width"] == width
        macs = params * 56 * 56
        block = data[cardinality]["block"]
        assert block["costs"] == f"{params:,} weights, {macs / 1e6:.0f} M MACs"
        assert block["kind"] == ("ResNet block" if cardinality == 1 else "ResNeXt block")


@pytest.mark.parametrize("point", [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)])
def test_every_point_of_table_2_is_next_to_the_same_resnet(point):
    spec = ResNeXtSpec(cardinality=point[0], width=point[1])
    data = cardinality_data(offer(spec))
    resnet = data["resnets"][by_cardinality(data)[point[0]]["resnet"]]
    assert resnet["title"] == "1 path of width 64"
    assert resnet["costs"] == "69,632 weights, 218 M MACs"


def test_wide_networks_stand_next_to_a_wider_resnet():
    """The paper's own pair: 64x4d and 1x100d cost the same (table 4)."""
    assert usual_width(ResNeXtSpec.from_name("resnext101_64x4d")) == 100


@pytest.mark.parametrize("name", [*PRESETS, "seresnext50_32x4d", "resnext29_3x10d"])
def test_a_networks_cost_is_that_of_its_report(name):
    spec = ResNeXtSpec.from_name(name)
    totals = analyse(spec).totals
    assert network_cost(spec, spec.blocks) == (totals.params, totals.macs)


@pytest.mark.parametrize("form", ["aggregated", "split"])
def test_the_form_of_the_paths_changes_no_figure(form):
    spec = ResNeXtSpec.from_name("mini_resnext", form=form)
    totals = analyse(spec).totals
    assert network_cost(spec, spec.blocks) == (totals.params, totals.macs)


@pytest.mark.parametrize("blocks", [(1,), (2,), (5, 1), (1, 1, 3), (2, 3, 1, 4)])
def test_any_number_of_blocks_is_counted(blocks):
    spec = ResNeXtSpec(blocks=blocks, cardinality=2, width=3, stem="cifar", classes=7)
    totals = analyse(spec).totals
    assert network_cost(spec, blocks) == (totals.params, totals.macs)
    assert block_of(spec).place in {row.block for row in analyse(spec).rows}
    assert block_of(spec).projects == (blocks[0] == 1)


@pytest.mark.slow
def test_every_choice_of_depth_is_the_network_that_it_names():
    offered = offer(ResNeXtSpec.from_name("resnext50_8x14d"))
    data = cardinality_data(offered)
    assert [depth["label"] for depth in data["depths"]] == ["50", "101", "152"]
    seen = set()
    for choices in data["rules"].values():
        for choice in choices[::4]:
            for network in choice["networks"]:
                for one in (network, network["resnet"]):
                    totals = analyse(one["name"]).totals
                    params, macs = numbers.short(totals.params), numbers.short(totals.macs)
                    assert one["costs"] == f"{params} parameters, {macs} MACs"
                    seen.add(one["name"])
    assert {"resnet50", "resnet101", "resnet152"} <= seen


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), st.integers(1, 70))
def test_what_the_channels_read_sums_to_the_blocks_weights(cardinality, width):
    spec = ResNeXtSpec(blocks=(2,), cardinality=cardinality, width=width)
    block = block_of(spec)
    assert sum(row.channels * row.weights for row in block.rows) == block.cost.params
    assert block.cost.params == cardinality * (2 * 256 * width + 9 * width**2)
    assert block.rows[2].reads == width
    assert block.rows[2].groups == cardinality


def test_grouped_and_dense_in_words():
    data = cardinality_data(offer(RESNEXT_50))
    here = by_cardinality(data)[32]
    grouped, dense = here["block"], data["resnets"][here["resnet"]]
    assert grouped["rows"][2]["reads"] == 4
    assert dense["rows"][2]["reads"] == 64
    assert "4 channels: 4 × 3 × 3 = 36 weights." in grouped["rows"][2]["reading"]
    assert "all 64 channels: 64 × 3 × 3 = 576 weights." in dense["rows"][2]["reading"]
    assert "256 weights" in grouped["rows"][1]["reading"]
    assert "128 channels, 4 of each path: 128 weights" in grouped["rows"][3]["reading"]
    assert here["why"] == (
        "At about the same cost (0.7 % more weights), the 3×3 convolution has 128 channels instead "
        "of 64, because each of them reads only 4 channels instead of all 64."
    )


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.integers(1, 128), st.integers(1, 60))
def test_the_slider_moved_there_and_back_leads_to_the_same_network(cardinality, width):
    spec = ResNeXtSpec(cardinality=cardinality, width=width, blocks=(2, 2))
    offered = offer(spec)
    pairs = dict(offered.rules["equal"])
    assert pairs[cardinality] == width
    for stop in (1, 8, 64):
        there = changed(spec, stop, pairs[stop])
        moved = offer(there, usual=offered.resnet, more=cardinality)
        assert moved.resnet == offered.resnet
        assert dict(moved.rules["equal"])[cardinality] == width


def test_next_to_what_costs_more_than_the_rule_allows_is_its_own_resnet():
    """A path has one channel at least: 512 of them cost 266,752, nearly four times the budget."""
    spec = ResNeXtSpec(cardinality=512, width=1)
    assert usual_width(spec) == 146
    assert usual_width(spec, 64) == 64  # as the slider came from there
    data = cardinality_data(offer(spec, usual=64))
    resnet = data["resnets"][by_cardinality(data)[512]["resnet"]]
    assert resnet["title"] == "1 path of width 146"
    assert by_cardinality(data)[32]["width"] == 4


def test_a_kept_width_is_kept():
    assert {width for _, width in offer(RESNEXT_50).rules["keep"]} == {4}


def test_custom_groups_keep_their_channels():
    offered = offer(ResNeXtSpec.from_name("mini_resnext"))
    assert list(offered.rules) == ["fixed"]
    assert offered.depths == ((3, 1, 1),)
    assert [c for c, _ in offered.rules["fixed"]] == [1, 2, 4, 8, 16, 32, 64]  # what divides 64
    assert {c * d for c, d in offered.rules["fixed"]} == {64}
    data = cardinality_data(offered)
    assert "does not change" in data["words"]["keep_help"]
    assert all(
        network["resnet"] is None for c in data["rules"]["fixed"] for network in c["networks"]
    )


@pytest.mark.parametrize(
    ("name", "depths"),
    [
        ("resnext29_8x64d", [(2,) * 3, (3,) * 3, (4,) * 3, (6,) * 3]),
        ("resnext26_32x4d", [(2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)]),
        ("zoo101", [(4, 5, 6, 4), (4, 5, 23, 4), (4, 9, 36, 4)]),
    ],
)
def test_the_depths_are_those_of_the_kind_of_network(name, depths):
    assert list(offer(ResNeXtSpec.from_name(name)).depths) == depths


def test_only_what_can_be_shown_is_offered():
    def at_most_eight(spec):
        if spec.cardinality > 8:
            raise SpecError("too many")

    spec = ResNeXtSpec(cardinality=32)
    offered = offer(spec, at_most_eight)
    assert [c for c, _ in offered.rules["keep"]] == [c for c in CARDINALITIES if c <= 8] + [32]
    small = ResNeXtSpec(blocks=(2,), input_shape=(4, 4, 3), cardinality=2)
    assert offer(small).depths == ((2,),)  # four stages need 32 pixels


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("resnext50_32x4d", "50 layers): 22.2 %, against 23.9 % with 1 path."),
        ("resnext101_8x14d", "101 layers): 21.3 %, against 22.0 % with 1 path."),
        ("resnet50", "50 layers): 23.9 %, against 22.2 % with 32 paths."),
    ],
)
def test_the_papers_errors_are_shown_where_it_has_them(name, error):
    assert words.measured(ResNeXtSpec.from_name(name)).endswith(error)


@pytest.mark.parametrize(
    "changes", [{"cardinality": 16}, {"classes": 10}, {"attention": "se"}, {"shortcut_bias": True}]
)
def test_no_error_is_shown_of_a_network_that_the_paper_did_not_measure(changes):
    assert words.measured(RESNEXT_50.replace(**changes)) == ""


@pytest.mark.parametrize("name", ["mini_resnext", "resnext29_8x64d", "resnext50_32x4d"])
def test_the_data_are_plain_and_their_sentences_are_whole(name):
    data = json.loads(json.dumps(cardinality_data(offer(ResNeXtSpec.from_name(name)))))
    for choices in data["rules"].values():
        for choice in choices:
            assert choice["why"].endswith(".")
            assert len(choice["networks"]) == len(data["depths"])
            assert "{" not in choice["why"]
    for block in data["resnets"]:
        assert block["rows"][2]["groups"] == 1


def test_the_block_is_the_one_of_the_whole_network():
    graph = trace(RESNEXT_50)
    block = block_of(RESNEXT_50)
    layers = [graph[f"{block.place}/conv{number}"] for number in (1, 2, 3)]
    assert block.cost == (sum(n.params for n in layers), sum(n.multiply_adds for n in layers))
    assert block.shape == layers[-1].output_shape[:2]
