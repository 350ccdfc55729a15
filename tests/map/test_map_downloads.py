"""The row of files under the map: what it offers, and the graph's files read again."""

import io
import shutil
import xml.etree.ElementTree as ET

import pydot
import pytest
from streamlit.testing.v1 import AppTest

from explorer.drawing import LEVELS
from explorer.views.map_downloads import graph_file
from resnext import ResNeXtSpec, trace

SPEC = ResNeXtSpec.from_name("mini_resnext", form="split")
# pydot's parser uses names that pyparsing has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning")
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")


def _nodes(graph):
    found = [node for node in graph.get_nodes() if node.get_name() not in ("node", "edge", "graph")]
    return found + [node for inner in graph.get_subgraphs() for node in _nodes(inner)]


def test_dot_down_to_the_paths_is_the_graph():
    graph = trace(SPEC)
    (dot,) = pydot.graph_from_dot_data(graph_file(graph, "full", "dot").decode())
    assert len(_nodes(dot)) == len(graph)
    assert len(dot.get_edges()) == len(graph.edges)


@needs_graphviz
@pytest.mark.parametrize("level", LEVELS[:3])
def test_svg_draws_every_box_of_dot(level):
    graph = trace(SPEC)
    (dot,) = pydot.graph_from_dot_data(graph_file(graph, level, "dot").decode())
    root = ET.fromstring(graph_file(graph, level, "svg"))
    groups = [e.get("class") for e in root.iter("{http://www.w3.org/2000/svg}g")]
    assert groups.count("node") == len(_nodes(dot))
    assert groups.count("edge") == len(dot.get_edges())


@needs_graphviz
def test_png_is_a_picture():
    from PIL import Image

    with Image.open(io.BytesIO(graph_file(trace(SPEC), "model", "png"))) as picture:
        assert picture.format == "PNG"
        assert picture.width > picture.height


def _page():
    import streamlit as st

    from explorer.views.map_downloads import map_downloads
    from resnext import ResNeXtSpec

    form = st.session_state.get("form", "grouped")
    map_downloads([ResNeXtSpec.from_name("resnext152_32x4d", form=form)], key="files")


def _buttons(app):
    return [button.proto.label for button in app.get("download_button")]


def test_the_row_offers_page_model_explorer_and_graph():
    app = AppTest.from_function(_page, default_timeout=60).run()
    assert not app.exception
    labels = ["Map as a page", "JSON for Model Explorer"]
    graphviz = shutil.which("dot") is not None
    assert _buttons(app) == labels + ["Graph as SVG"] * graphviz
    app.session_state["files-format"] = "dot"
    assert _buttons(app.run()) == [*labels, "Graph as DOT"]


@needs_graphviz
def test_what_graphviz_could_not_draw_in_time_is_refused():
    app = AppTest.from_function(_page, default_timeout=60)
    app.session_state["form"] = "aggregated"
    app.session_state["files-level"] = "full"
    app.run()
    assert "at most 700 boxes in good time. Received 11,415;" in app.info[0].value
    app.session_state["files-level"] = "stage"
    app.run()
    assert not app.info
