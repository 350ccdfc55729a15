"""Charts: what they draw adds up to the tables, and only what was published is drawn."""

import pytest

from explorer.analysis.compare import compare
from explorer.analysis.palette import NETWORKS, network_colours, stage_colour
from explorer.analysis.report import analyse
from explorer.charts.analysis_charts import METRICS, icicle, stage_bars
from explorer.charts.comparison_charts import (
    accuracy_scatter,
    cost_bars,
    cost_scatter,
    throughput_bars,
)
from resnext import ResNeXtSpec

FIFTY = ResNeXtSpec.from_depth(50)


def coloured(*specs):
    """A comparison, and the colours of its networks."""
    comparison = compare(specs)
    return comparison, network_colours(comparison.names)


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
    points = cost_scatter(*coloured(FIFTY, ResNeXtSpec.from_name("resnet50"))).data
    assert [(point.x[0], point.y[0]) for point in points] == [
        (4_230_479_872, 25_028_904),
        (4_089_184_256, 25_557_032),
    ]


def test_only_accuracies_of_one_recipe_are_drawn():
    comparison, colours = coloured(FIFTY, ResNeXtSpec.from_name("resnext50_3x7d"))
    for series, accuracy in (("torchvision-v1", 77.618), ("torchvision-v2", 81.198)):
        (point,) = accuracy_scatter(comparison, series, colours).data
        assert (point.name, point.x, point.y) == (
            "resnext50_32x4d",
            (4_230_479_872,),
            (accuracy,),
        )
    comparison, colours = coloured(ResNeXtSpec.from_name("zoo50"))
    assert not accuracy_scatter(comparison, "torchvision-v1", colours).data


def test_dotted_lines_go_through_the_baseline():
    comparison, colours = coloured(ResNeXtSpec.from_name("resnet50"), FIFTY)
    across, up = accuracy_scatter(comparison, "paper", colours).layout.shapes
    assert across.y0 == across.y1 == 76.1
    assert up.x0 == up.x1 == 4_089_184_256
    unknown, colours = coloured(ResNeXtSpec.from_name("zoo50"), FIFTY)
    assert not accuracy_scatter(unknown, "paper", colours).layout.shapes


def test_throughput_is_that_of_one_machine():
    names = ["resnext50_32x4d", "resnext152_32x4d", "resnet50"]
    bars = throughput_bars(names, "timm-4090", network_colours(names)).data[0]
    assert dict(zip(bars.y, bars.x)) == {"resnext50_32x4d": 4220, "resnet50": 5088}
    bars = throughput_bars(names, "pycls-v100", network_colours(names)).data[0]
    assert dict(zip(bars.y, bars.x)) == {
        "resnext50_32x4d": 821,  # 64 images in 78 ms
        "resnext152_32x4d": 325,
        "resnet50": 1208,
    }


def test_a_network_has_one_colour_in_every_chart():
    """Points that a source says nothing of must not shift the colours of the others."""
    names = [
        "resnext50_3x7d",
        "resnet50",
        "resnext50_32x4d",
        "resnext101_32x8d",
        "resnext101_32x4d",
    ]
    comparison, colours = coloured(*map(ResNeXtSpec.from_name, names))
    assert len(set(colours.values())) == len(names)
    costs = {trace.name: trace.marker.color for trace in cost_scatter(comparison, colours).data}
    assert costs == colours
    for series in ("torchvision-v1", "paper"):
        for trace in accuracy_scatter(comparison, series, colours).data:
            assert trace.marker.color == colours[trace.name]
    bars = throughput_bars(names, "timm-4090", colours).data[0]
    assert list(bars.marker.color) == [colours[name] for name in bars.y]


def test_colours_stay_and_are_never_shared():
    taken = {}
    first = network_colours(["resnext50_32x4d", "resnet50"], taken)
    assert first == network_colours(["resnext50_32x4d", "resnet50"])  # in another session
    many = network_colours([f"resnext50_{c}x4d" for c in range(1, 80)], taken)
    assert network_colours(["resnet50", "resnext50_32x4d"], taken) == first
    assert many["resnext50_32x4d"] == first["resnext50_32x4d"]
    assert len(set(taken.values())) == len(taken) == 80
    assert set(first.values()) <= set(NETWORKS)


def test_no_labels_lie_at_the_points():
    """Networks of nearly equal cost would write their names over each other."""
    comparison, colours = coloured(*[ResNeXtSpec(cardinality=c) for c in range(28, 36)])
    figure = cost_scatter(comparison, colours)
    assert {trace.mode for trace in figure.data} == {"markers"}
    assert figure.layout.showlegend
    assert [trace.name for trace in figure.data] == list(comparison.names)


def test_equal_layers_of_the_paths_are_one_part_of_the_icicle():
    split, grouped = (
        icicle(analyse(ResNeXtSpec.from_name("resnext50_32x4d", form=form)), "macs").data[0]
        for form in ("aggregated", "grouped")
    )
    labels = dict(zip(split.ids, split.labels))
    assert labels["stage1/block1/paths/conv2"] == "conv2 × 32"
    values = dict(zip(split.ids, split.values))
    assert (
        values["stage1/block1/paths/conv2"]
        == dict(zip(grouped.ids, grouped.values))["stage1/block1/conv2"]
    )
    assert len(split.ids) < 2 * len(grouped.ids)
