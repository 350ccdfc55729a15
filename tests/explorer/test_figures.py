"""Charts: what they draw adds up to the tables, and only what was published is drawn."""

import pytest

from explorer.compare import compare
from explorer.figures import (
    METRICS,
    accuracy_scatter,
    cost_bars,
    cost_scatter,
    icicle,
    stage_bars,
    stage_colour,
    throughput_bars,
)
from explorer.published import PAPER, TIMM, TORCHVISION
from explorer.report import analyse
from resnext import ResNeXtSpec

FIFTY = ResNeXtSpec.from_depth(50)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", ["resnext50_32x4d", "mini_resnext", "resnext29_8x64d"])
def test_parts_of_the_icicle_fill_what_holds_them(name, metric):
    report = analyse(ResNeXtSpec.from_name(name))
    trace = icicle(report, metric).data[0]
    assert len(set(trace.ids)) == len(trace.ids)
    values = dict(zip(trace.ids, trace.values))
    inside = {}
    for part, parent in zip(trace.ids, trace.parents):
        inside.setdefault(parent, []).append(values[part])
    for parent, parts in inside.items():
        if parent:
            assert sum(parts) == values[parent], parent
    assert values["/"] == getattr(report.totals, metric)


def test_shares_of_the_stages_make_a_whole():
    figure = stage_bars(analyse(FIFTY))
    for place in range(len(figure.data[0].x)):
        assert sum(bar.x[place] for bar in figure.data) == pytest.approx(1)
    macs = list(figure.data[0].y).index("MACs")
    stage3 = next(bar for bar in figure.data if bar.name == "stage3")
    assert stage3.x[macs] == pytest.approx(1_525_350_400 / 4_230_479_872)


def test_a_stage_has_one_colour_in_every_chart():
    report, comparison = analyse(FIFTY), compare([FIFTY, ResNeXtSpec.from_depth(101)])
    bars = {bar.name: bar.marker.color for bar in stage_bars(report).data}
    stacked = {bar.name: bar.marker.color for bar in cost_bars(comparison, "macs").data}
    trace = icicle(report, "macs").data[0]
    parts = dict(zip(trace.ids, trace.marker.colors))
    assert bars == stacked == {name: parts[name] for name in bars}
    assert len(set(bars.values())) == len(bars)
    assert stage_colour("stage99") == stage_colour("stage6")


def test_stacked_bars_reach_the_total():
    comparison = compare([ResNeXtSpec.from_depth(depth) for depth in (50, 101, 152)])
    figure = cost_bars(comparison, "macs")
    totals = [sum(bar.x[place] for bar in figure.data) for place in range(3)]
    assert totals == [4_230_479_872, 7_969_996_800, 11_709_513_728]


def test_every_network_is_a_point_of_parameters_against_macs():
    points = cost_scatter(compare([FIFTY, ResNeXtSpec.from_name("resnet50")])).data
    assert [(point.x[0], point.y[0]) for point in points] == [
        (4_230_479_872, 25_028_904),
        (4_089_184_256, 25_557_032),
    ]


def test_a_point_tells_its_published_accuracies_and_who_says_so():
    points = cost_scatter(compare([FIFTY, ResNeXtSpec.from_name("zoo50")])).data
    assert f"77.618 % on ImageNet-1K, {TORCHVISION}, V1 weights" in points[0].customdata[0]
    assert f"77.8 % on ImageNet-1K, {PAPER}, table 3" in points[0].customdata[0]
    assert points[1].customdata[0] == ""


def test_only_published_accuracies_are_drawn():
    comparison = compare([FIFTY, ResNeXtSpec.from_name("resnext50_3x7d")])
    figure = accuracy_scatter(comparison, TORCHVISION)
    assert [trace.name for trace in figure.data] == ["resnext50_32x4d"]
    assert sorted(figure.data[0].y) == [77.618, 81.198]
    assert accuracy_scatter(compare([FIFTY]), f"{PAPER}, table 3").data[0].y == (77.8,)
    assert accuracy_scatter(compare([ResNeXtSpec.from_name("zoo50")]), TORCHVISION) is None


def test_throughput_is_timms():
    assert "timm" in TIMM
    bars = throughput_bars(["resnext50_32x4d", "resnext152_32x4d", "resnet50"]).data[0]
    assert dict(zip(bars.y, bars.x)) == {"resnext50_32x4d": 4220, "resnet50": 5088}
    assert throughput_bars(["mini_resnext"]) is None
