"""The chart of accuracies: a line never joins two recipes, and every known point is drawn."""

import math
from dataclasses import replace

import pytest

from explorer.analysis.family import RELATIONS, members
from explorer.analysis.series import SERIES
from explorer.charts.accuracy_chart import FAMILIES, accuracy_chart, line_name, symbols_text

ROWS = [row for row in members() if row.recipe in ("paper", "torchvision-v1", "pycls")]
COSTS = [row.cost("macs") for row in ROWS]


def drawn(figure):
    """The traces that hold networks."""
    return [trace for trace in figure.data if trace.customdata is not None]


def test_every_network_is_a_point_at_its_cost_and_accuracy():
    figure = accuracy_chart(ROWS, COSTS, "MACs")
    found = {(x, y) for trace in drawn(figure) for x, y in zip(trace.x, trace.y)}
    assert found == {(cost, row.accuracy) for row, cost in zip(ROWS, COSTS)}
    low, high = figure.layout.xaxis.range
    assert all(low < math.log10(x) < high for x, _ in found)


def test_a_line_and_a_colour_are_of_one_recipe():
    colours = {}
    for trace in drawn(accuracy_chart(ROWS, COSTS, "MACs")):
        recipes = {words.split("<br>")[1].partition(":")[0] for _, _, words in trace.customdata}
        assert recipes == {trace.legendgroup}
        colours.setdefault(trace.line.color, set()).update(recipes)
        assert list(trace.x) == sorted(trace.x)
    assert sorted(map(len, colours.values())) == [1, 1, 1]


def test_the_legend_has_a_name_for_each_recipe():
    names = [trace.name for trace in accuracy_chart(ROWS, COSTS, "MACs").data if trace.showlegend
             is not False]  # fmt: skip
    assert sorted(names) == sorted({SERIES[row.recipe].label for row in ROWS})


def test_what_has_no_cost_is_left_out():
    costs = [12.5 if row.spec == "resnet50" else None for row in ROWS]
    (x, *rest) = [x for trace in drawn(accuracy_chart(ROWS, costs, "ms")) for x in trace.x]
    assert {x, *rest} == {12.5}
    assert drawn(accuracy_chart(ROWS, [None] * len(ROWS), "ms")) == []


@pytest.mark.slow
def test_hover_has_recipe_costs_source_and_whether_it_was_looked_up():
    rows = [replace(row, checked="") if row.recipe == "paper" else row for row in ROWS]
    words = [w for t in drawn(accuracy_chart(rows, COSTS, "MACs")) for *_, w in t.customdata]
    assert all("pixels" in text and "parameters" in text for text in words)
    heads = [
        head for t in drawn(accuracy_chart(rows, COSTS, "MACs")) for _, head, _ in t.customdata
    ]
    assert "ResNet-50, 76.1 %" in heads  # as the paper has it: 100 less 23.9
    assert any("(stated)" in text for text in words)
    assert sum("could not be looked up" in text for text in words) == sum(
        row.recipe == "paper" for row in rows
    )
    for row in ROWS:
        assert any(row.source in text for text in words)


def test_lines_are_named_by_what_their_networks_share():
    by_line = {}
    for row in members():
        by_line.setdefault(row.line, []).append(row)
    assert line_name(by_line["pycls resnext-32x4d"]) == "ResNeXt 32x4d"
    assert line_name(by_line["pycls regnetx"]) == "RegNetX"
    assert line_name(by_line["torchvision-v1-wide wide-resnet"]) == "Wide ResNet"
    assert line_name(by_line["wsl resnext-101"]) == "ResNeXt"
    assert line_name(by_line["paper resnext-64x4d"]) == "ResNeXt-101 64x4d"


def test_every_family_has_its_symbol_and_the_legend_names_those_that_are_drawn():
    assert set(FAMILIES) == set(RELATIONS)
    told = symbols_text(["ResNeXt", "SE-ResNeXt", "ResNet", "ResNeXt"])
    assert told == "Symbols: circle ResNet, diamond ResNeXt, open diamond SE-ResNeXt."
