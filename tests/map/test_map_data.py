"""The map's data against the graph that it was made of, read back by another road."""

import json

import pytest
from expansion import expand

from explorer.analysis.report import analyse
from explorer.map.data import form_data, map_data
from resnext import FORMS, Graph, GraphTracer, ResNeXtSpec, trace
from resnext.layers import Add, Conv2D, Input, Layer, ReLU

SPECS = {
    "50": ResNeXtSpec.from_name("resnext50_32x4d"),
    "resnet50": ResNeXtSpec.from_name("resnet50"),
    "cifar": ResNeXtSpec.from_name("resnext29_8x64d"),
    "mini": ResNeXtSpec.from_name("mini_resnext"),
    "headless": ResNeXtSpec.from_name("resnext26_2x40d", include_top=False),
}


def agree(graph):
    """The expanded data has the graph's layers, edges, shapes, costs and receptive fields."""
    report = analyse(graph)
    data = json.loads(json.dumps(form_data(graph, report)))
    leaves = expand(data)
    assert set(leaves) == {node.name for node in graph}
    rows = {row.name: row for row in report.rows}
    for node in graph:
        leaf = leaves[node.name]
        assert leaf.inputs == node.inputs
        assert leaf.template["out"] == list(node.output_shape)
        assert leaf.template["in"] == [list(shape) for shape in node.input_shapes]
        assert leaf.template["kind"] == node.kind
        row = rows.get(node.name)
        assert leaf.field == (row.receptive_field if row else 1)
        for key, column in (
            ("params", "trainable_params"),
            *((n, n) for n in ("macs", "activations")),
        ):
            assert leaf.template[key] == (getattr(row, column) if row else 0)
    assert data["layers"] == len(graph)
    return data


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SPECS)
def test_nothing_is_lost_in_any_form(name, form):
    agree(trace(SPECS[name].replace(form=form)))


@pytest.mark.slow
def test_eleven_thousand_layers_are_a_few_dozen_descriptions():
    graph = trace(ResNeXtSpec.from_depth(152, form="aggregated"))
    data = agree(graph)
    assert len(graph) == 11_415
    assert len(data["templates"]) < 120
    assert len(json.dumps(data)) < 60_000


@pytest.mark.slow
def test_sums_over_the_descriptions_are_the_published_counts():
    data = map_data([SPECS["50"]])["networks"][0]
    assert set(data["forms"]) == set(FORMS)
    for form in data["forms"].values():
        leaves = expand(form).values()
        assert sum(leaf.template["params"] for leaf in leaves) == 25_028_904
        assert sum(leaf.template["macs"] for leaf in leaves) == 4_230_479_872


def _children(data, place):
    """The (name, template) pairs of the box at a place, runs passed through."""
    template = data["templates"][data["root"]]
    for part in place:
        numbers = {name: number for name, number, *_ in template["children"]}
        template = data["templates"][numbers[part]]
    return template, [(c[0], data["templates"][c[1]]) for c in template["children"]]


def test_repetition_is_folded():
    graph = trace(SPECS["50"].replace(form="aggregated"))
    data = form_data(graph, analyse(graph))
    _, stage3 = _children(data, ["stage3"])
    assert [(name, t["role"]) for name, t in stage3] == [("block1", "block"), ("block2+", "run")]
    run, blocks = _children(data, ["stage3", "block2+"])
    assert [name for name, _ in blocks] == [f"block{i}" for i in range(2, 7)]
    assert len({c[1] for c in run["children"]}) == 1
    bundle, paths = _children(data, ["stage3", "block1", "path1+"])
    assert bundle["role"] == "bundle"
    assert [name for name, _ in paths] == [f"path{i}" for i in range(1, 33)]
    assert len(bundle["outs"]) == 32


def test_blocks_that_differ_are_not_a_run():
    data = map_data([ResNeXtSpec.from_name("zoo50")], forms=())["networks"][0]["forms"]
    _, stage1 = _children(data["grouped"], ["stage1"])
    first, rest = stage1
    assert (first[1]["role"], rest[1]["role"]) == ("block", "run")


def _graph(*steps):
    """A graph of (layer, names that it reads)."""
    tracer = GraphTracer()
    made = {}
    for layer, *sources in steps:
        made[layer.name] = tracer.add(layer, [made[source] for source in sources])
    return tracer.graph("made")


def test_a_flat_graph_that_is_not_series_parallel():
    agree(
        _graph(
            (Input("in", (8, 8, 4)),),
            (Conv2D("a", 4), "in"),
            (Conv2D("b", 4), "in"),
            (Add("c"), "a", "b"),
            (ReLU("d"), "b"),
            (Add("e"), "c", "d"),
            (Add("f"), "e", "a"),
        )
    )


def test_names_that_would_turn_the_flow_back_into_a_box():
    graph = _graph(
        (Input("in", (8, 8, 4)),),
        (ReLU("m/a"), "in"),
        (ReLU("middle"), "m/a"),
        (ReLU("m/b"), "middle"),
    )
    data = agree(graph)
    root = data["templates"][data["root"]]
    assert [child[0] for child in root["children"]] == ["in", "m/a", "middle", "m/b"]


def test_a_layer_and_a_box_of_one_name():
    data = agree(_graph((Input("in", (8, 8, 4)),), (ReLU("x"), "in"), (ReLU("x/y"), "x")))
    root = data["templates"][data["root"]]
    assert [child[0] for child in root["children"]] == ["in", "x", "x/"]


def test_two_outputs_of_one_box():
    agree(
        _graph(
            (Input("in", (8, 8, 4)),),
            (ReLU("box/a"), "in"),
            (ReLU("box/b"), "box/a"),
            (Add("sum"), "box/a", "box/b"),
        )
    )


def test_unknown_layers_stay_unknown():
    class Odd(Layer):
        known = False

    graph = _graph((Input("in", (8, 8, 4)),), (Odd("odd"), "in"), (ReLU("after"), "odd"))
    assert isinstance(graph, Graph)
    leaves = expand(form_data(graph, analyse(graph)))
    assert leaves["odd"].template["params"] is None
    assert leaves["odd"].template["macs"] is None
    assert leaves["after"].field is None


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_networks(count):
    with pytest.raises(ValueError, match=f"1 to 4 networks. Received {count}"):
        map_data([SPECS["mini"]] * count)


@pytest.mark.slow
def test_colours_for_every_kind():
    data = map_data([SPECS["mini"]])
    kinds = {
        template.get("kind") or template["role"]
        for form in data["networks"][0]["forms"].values()
        for template in form["templates"]
    }
    assert set(data["palette"]["kinds"]) == kinds
    assert set(data["palette"]["kinds"].values()) <= set(data["palette"]["families"])


def test_one_form_where_there_is_one_path():
    assert list(map_data([SPECS["resnet50"]])["networks"][0]["forms"]) == ["grouped"]


def test_an_inner_box_of_a_dissolved_one_keeps_its_place():
    graph = _graph(
        (Input("in", (8, 8, 4)),),
        (ReLU("m/k/a"), "in"),
        (ReLU("m/k/b"), "m/k/a"),
        (ReLU("middle"), "m/k/b"),
        (ReLU("m/c"), "middle"),
    )
    data = agree(graph)
    root = data["templates"][data["root"]]
    assert [child[0] for child in root["children"]] == ["in", "m/k", "middle", "m/c"]


def test_only_the_forms_that_are_asked_for_are_described_and_all_are_named():
    (network,) = map_data([ResNeXtSpec(blocks=(1,), form="split")], forms=("grouped",))["networks"]
    assert set(network["forms"]) == {"grouped", "split"}
    assert set(network["choices"]) == set(FORMS)


@pytest.mark.slow
def test_measured_times_are_of_each_layer_and_named_only_where_they_are():
    spec = SPECS["50"]
    times = {node.name: float(i) for i, node in enumerate(trace(spec)) if node.kind == "Conv2D"}
    graph = trace(spec)
    alike = {graph.nodes[i].name for i in graph.alike}
    times = {name: ms for name, ms in times.items() if name in alike}
    found = map_data([spec], times=lambda source: times)
    (network,) = found["networks"]
    leaves = expand(network["forms"]["grouped"])
    for name, ms in times.items():
        assert leaves[name].template["time"] == ms
    assert "time" not in leaves["stem/pool"].template
    assert "time" in found["vocabulary"]["metrics"]
    assert "time" not in map_data([spec])["vocabulary"]["metrics"]
