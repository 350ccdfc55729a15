"""Model Explorer's format: parsed again and compared with the graph."""

import json

import pytest

from explorer.analysis.report import analyse
from explorer.map.model_explorer import to_model_explorer, to_node_data
from resnext import FORMS, ResNeXtSpec, trace

# Field names of its dataclasses (graph_builder.py, 0.1.34).
GRAPH = {"id", "nodes", "groupNodeAttributes", "groupNodeConfigs", "nodeLabelsToHide"}
NODE = {"id", "label", "namespace", "attrs", "incomingEdges", "outputsMetadata", "style"}
EDGE = {"sourceNodeId", "sourceNodeOutputId", "targetNodeInputId"}


def parsed(spec):
    graph = trace(spec)
    text = json.dumps(to_model_explorer(graph, analyse(graph)))
    return graph, json.loads(text)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_it_holds_the_graph(form):
    graph, collection = parsed(ResNeXtSpec.from_name("resnext50_32x4d", form=form))
    assert set(collection) == {"label", "graphs"}
    (plain,) = collection["graphs"]
    assert set(plain) <= GRAPH
    assert [node["id"] for node in plain["nodes"]] == [node.name for node in graph]
    for node, ours in zip(plain["nodes"], graph, strict=True):
        assert set(node) <= NODE
        joined = f"{node['namespace']}/{node['label']}" if node["namespace"] else node["label"]
        assert joined == ours.name
        assert all(set(edge) <= EDGE for edge in node["incomingEdges"])
        assert tuple(edge["sourceNodeId"] for edge in node["incomingEdges"]) == ours.inputs
        places = [edge["targetNodeInputId"] for edge in node["incomingEdges"]]
        assert places == [str(i) for i in range(len(ours.inputs))]
        (output,) = node["outputsMetadata"]
        assert output["attrs"] == [
            {"key": "shape", "value": " x ".join(map(str, ours.output_shape))}
        ]
        assert all(isinstance(attr["value"], str) for attr in node["attrs"])


def test_attributes_sum_to_the_published_counts():
    _, collection = parsed(ResNeXtSpec.from_name("resnext50_32x4d"))
    (plain,) = collection["graphs"]
    values = [{a["key"]: a["value"] for a in node["attrs"]} for node in plain["nodes"]]
    number = lambda text: int(text.replace(",", ""))  # noqa: E731
    assert sum(number(v["macs"]) for v in values if "macs" in v) == 4_230_479_872
    assert plain["groupNodeAttributes"][""]["params"] == "25,028,904"
    assert number(plain["groupNodeAttributes"]["stage4"]["macs"]) == 865_435_648
    spaces = {node["namespace"] for node in plain["nodes"]}
    groups = {"/".join(s.split("/")[:i]) for s in spaces for i in range(4)}
    assert set(plain["groupNodeAttributes"]) <= groups


def test_values_for_colours():
    report = analyse(ResNeXtSpec.from_name("resnext50_32x4d"))
    data = json.loads(json.dumps(to_node_data(report, "macs")))
    results = data[report.name]["results"]
    assert sum(result["value"] for result in results.values()) == 4_230_479_872
    assert [stop["stop"] for stop in data[report.name]["gradient"]] == [0, 0.5, 1]
    with pytest.raises(ValueError, match="Received 'colour'"):
        to_node_data(report, "colour")
