"""DOT is parsed again and compared with the graph; Graphviz draws it where it is installed."""

import itertools
import json
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pydot
import pytest
from waiting import until

from explorer.graphviz import dot
from explorer.graphviz.collapsed_graph import LEVELS, draw, groups
from explorer.graphviz.dot import GraphvizFailed, GraphvizMissing, render, to_dot
from resnext import FORMS, GraphTracer, ResNeXtSpec, trace
from resnext.layers import Conv2D, Input

GRAPH = trace(ResNeXtSpec())
# pydot's parser still calls pyparsing by its old names.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning")
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is missing")


def parsed(dot):
    (again,) = pydot.graph_from_dot_data(dot.to_string())
    return again


def nodes_of(dot):
    found = [n.get_name().strip('"') for n in dot.get_nodes()]
    for cluster in dot.get_subgraphs():
        found += nodes_of(cluster)
    return [name for name in found if name not in ("node", "edge", "graph")]


def clusters_of(dot):
    found = []
    for cluster in dot.get_subgraphs():
        found += [cluster.get_label().strip('"'), *clusters_of(cluster)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_full_level_has_every_layer_and_every_connection(form):
    graph = trace(ResNeXtSpec(blocks=(2, 1), cardinality=2, form=form))
    dot = parsed(to_dot(graph, "full"))
    assert sorted(nodes_of(dot)) == sorted(node.name for node in graph)
    edges = sorted(
        (e.get_source().strip('"'), e.get_destination().strip('"')) for e in dot.get_edges()
    )
    assert edges == sorted(graph.edges)


def test_the_model_level_is_a_chain_of_stages():
    drawing = draw(GRAPH, "model")
    names = ["input", "stem", "stage1", "stage2", "stage3", "stage4", "classifier"]
    assert [box.name for box in drawing.boxes] == names
    assert [(a.source, a.target) for a in drawing.arrows] == list(itertools.pairwise(names))
    assert not any(arrow.shortcut for arrow in drawing.arrows)


@pytest.mark.slow
def test_the_stage_level_has_one_box_a_block_and_one_cluster_a_stage():
    dot = parsed(to_dot(GRAPH, "stage"))
    assert len(nodes_of(dot)) == 16 + 3
    assert clusters_of(dot) == ["stage1", "stage2", "stage3", "stage4"]


def test_the_block_level_folds_paths():
    graph = trace(ResNeXtSpec(form="split"))
    drawing = draw(graph, "block", "stage1/block2")
    paths = [box for box in drawing.boxes if box.kind == "paths"]
    assert [(box.name, box.layers) for box in paths] == [("stage1/block2/paths", 64)]
    assert paths[0].detail == "32 paths of 3×3 conv, 4"


def test_parameters_of_all_boxes_are_the_network_s():
    for level in LEVELS:
        drawing = draw(GRAPH, level)
        assert sum(box.total_params for box in drawing.boxes) == 25_097_128
        assert sum(box.params for box in drawing.boxes) == 25_028_904
        assert sum(box.layers for box in drawing.boxes) == len(GRAPH)


def test_shortcuts_are_marked():
    arrows = [a for a in draw(GRAPH, "full", "stage1").arrows if a.shortcut]
    ends = [(a.source, a.target) for a in arrows]
    assert ("stage1/block1/shortcut/bn", "stage1/block1/add") in ends
    assert ("stage1/block1/relu", "stage1/block2/add") in ends
    assert ("stage1/block1/bn3", "stage1/block1/add") not in ends


def test_focus_shows_the_part_and_its_neighbours():
    drawing = draw(GRAPH, "block", "stage2/block1")
    outside = [box.name for box in drawing.boxes if box.outside]
    assert outside == ["stage1", "stage2/block2"]
    assert all(box.name.startswith("stage2/block1/") for box in drawing.boxes if not box.outside)


def test_groups_are_what_can_be_focused():
    names = groups(GRAPH)
    assert names[:4] == ("stem", "stage1", "stage1/block1", "stage1/block2")
    assert len(names) == 6 + 16
    for name in names:
        for level in LEVELS:
            assert draw(GRAPH, level, name).boxes


@pytest.mark.slow
def test_the_same_graph_gives_the_same_text_in_another_process():
    code = (
        "from explorer.graphviz.dot import to_dot; from resnext import *;"
        "print(to_dot(trace(ResNeXtSpec()), 'block').to_string())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == to_dot(GRAPH, "block").to_string().strip()


def test_what_is_none():
    with pytest.raises(ValueError, match=r"model, stage, block, full\. Received 'layer'"):
        to_dot(GRAPH, "layer")
    with pytest.raises(ValueError, match="Received 'stage9'"):
        to_dot(GRAPH, "stage", "stage9")
    with pytest.raises(ValueError, match="svg, png, pdf"):
        render(to_dot(GRAPH, "model"), "gif")


def test_json_has_nodes_and_edges():
    plain = json.loads(draw(GRAPH, "stage").to_json())
    assert len(plain["nodes"]) == 19
    assert len(plain["edges"]) == 18
    assert plain["nodes"][1]["output_shape"] == [56, 56, 64]


def hostile():
    tracer = GraphTracer()
    x = tracer.add(Input("in", (4, 4, 2)), ())
    for name in ('a"];evil[label="x', "<b>&\x07<script>", "a\\", "a_", "a "):
        x = Conv2D(name, 2)(x)
    return tracer.graph('x"} digraph evil {"')


@pytest.mark.slow
def test_names_cannot_break_out():
    dot = parsed(to_dot(hostile(), "full"))
    assert len(nodes_of(dot)) == 6
    assert len(set(nodes_of(dot))) == 6
    assert not any("evil" in name for name in (n.get_name() for n in dot.get_subgraphs()))


@pytest.mark.slow
@needs_graphviz
def test_graphviz_draws_each_level():
    for level in LEVELS:
        svg = render(to_dot(GRAPH, level, "stage1" if level != "model" else None)).decode()
        assert svg.rstrip().endswith("</svg>")
        assert not re.search(r"<polygon[^>]*fill=\"white\"", svg)
    assert render(to_dot(GRAPH, "model"), "png").startswith(b"\x89PNG")
    svg = render(to_dot(hostile(), "full"))
    assert b"</svg>" in svg
    assert b"<script" not in svg


@needs_graphviz
def test_too_long_is_refused():
    with pytest.raises(GraphvizFailed, match="did not finish"):
        render(to_dot(GRAPH, "full"), "svg", seconds=0.001)


def test_without_graphviz_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphvizMissing, match="apt-get install graphviz"):
        render(to_dot(GRAPH, "model"), "svg")


@needs_graphviz
def test_however_many_ask_few_programs_draw_at_once(monkeypatch):
    running, most = [], []

    def run(*_, **__):
        running.append(1)
        most.append(len(running))
        until(lambda: len(running) == 2 or len(most) > 2)  # both places are taken
        running.pop()
        return subprocess.CompletedProcess([], 0, b"<svg/>", b"")

    monkeypatch.setattr(dot, "PLACES", threading.BoundedSemaphore(2))
    monkeypatch.setattr(dot.subprocess, "run", run)
    graph = to_dot(GRAPH, "stage")
    with ThreadPoolExecutor(6) as visitors:
        assert list(visitors.map(lambda _: render(graph), range(6))) == [b"<svg/>"] * 6
    assert max(most) == 2


@needs_graphviz
def test_a_wait_for_the_graphs_of_others_has_an_end(monkeypatch):
    places = threading.BoundedSemaphore(1)
    monkeypatch.setattr(dot, "PLACES", places)
    with places, pytest.raises(GraphvizFailed, match=r"drawing other graphs for 0\.01 seconds"):
        render(to_dot(GRAPH, "stage"), seconds=0.01)
