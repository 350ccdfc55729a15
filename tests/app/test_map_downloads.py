"""The row of files under the map: what it offers, and the graph's files read again."""

import io
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pydot
import pytest
from PIL import Image, ImageColor
from streamlit.testing.v1 import AppTest

from explorer.analysis.palette import FAMILIES
from explorer.app.components import map_downloads
from explorer.app.components.map_downloads import file_name, graph_file
from explorer.graphviz.collapsed_graph import LEVELS, levels
from explorer.graphviz.dot import render, to_dot
from resnext import FORMS, ResNeXtSpec, trace

SPEC = ResNeXtSpec.from_name("mini_resnext", form="split")
# pydot's parser uses names that pyparsing has renamed.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*deprecated - use:DeprecationWarning"),
]
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")


def _nodes(graph):
    found = [node for node in graph.get_nodes() if node.get_name() not in ("node", "edge", "graph")]
    return found + [node for inner in graph.get_subgraphs() for node in _nodes(inner)]


def test_dot_down_to_the_paths_is_the_graph():
    graph = trace(SPEC.replace(cardinality=4))  # pydot reads slowly
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
    with Image.open(io.BytesIO(graph_file(trace(SPEC), "model", "png"))) as picture:
        assert picture.format == "PNG"
        assert picture.width > picture.height


@needs_graphviz
@pytest.mark.parametrize("level", ["stage", "block"])
def test_a_tall_png_is_set_in_columns_like_a_page(level):
    """As one strip, the layers of this network are 30 times as high as wide."""
    dot = to_dot(trace(ResNeXtSpec.from_name("resnext50_32x4d")), level)
    strip = subprocess.run(["dot", "-Tpng"], input=dot.to_string().encode(), stdout=-1, check=True)
    with (
        Image.open(io.BytesIO(strip.stdout)) as tall,
        Image.open(io.BytesIO(render(dot, "png"))) as page,
    ):
        assert tall.height > 5 * tall.width
        assert page.height < 1.7 * page.width
        # Nothing is lost, and no box is cut: its colour touches no end of a column.
        assert page.getchannel("A").histogram()[1:] == tall.getchannel("A").histogram()[1:]
        fills = {ImageColor.getrgb(colour.fill) for colour in FAMILIES.values()}
        step = tall.width + 24
        for left in range(0, page.width, step):
            column = page.crop((left, 0, left + tall.width, page.height))
            _, top, _, bottom = column.getbbox()
            for y in (top, bottom - 1):
                row = column.crop((0, y, tall.width, y + 1)).getcolors(10_000)
                assert not fills & {colour[:3] for _, colour in row}


@needs_graphviz
def test_a_wide_png_is_left_as_it_is():
    dot = to_dot(trace(SPEC), "model")
    strip = subprocess.run(["dot", "-Tpng"], input=dot.to_string().encode(), stdout=-1, check=True)
    assert render(dot, "png") == strip.stdout


def test_files_say_network_level_and_form():
    graph = trace(SPEC)
    names = [file_name(graph, level, "split", "svg") for level in LEVELS]
    assert names == [
        "mini_resnext-stages-split-form.svg",
        "mini_resnext-blocks-split-form.svg",
        "mini_resnext-layers-split-form.svg",
        "mini_resnext-layers-and-paths-split-form.svg",
    ]
    assert file_name(graph, "stage", "", "png") == "mini_resnext-blocks.png"
    parts = {file_name(graph, "block", "", "svg", f"stage1/block{n}") for n in (1, 2)}
    assert parts == {f"mini_resnext-stage1-block{n}-layers.svg" for n in (1, 2)}


def _page():
    import streamlit as st

    from explorer.app.components.map_downloads import map_downloads
    from resnext import ResNeXtSpec

    form = st.session_state.get("form", "grouped")
    map_downloads([ResNeXtSpec.from_name("resnext152_32x4d", form=form)], key="files")


def _opened(form="grouped"):
    """The page with its menu open, which a person opens by a click."""
    app = AppTest.from_function(_page, default_timeout=120)
    app.session_state["form"] = form
    app.session_state["files-menu"] = True
    return app


def _buttons(app):
    return [button.proto.label for button in app.get("download_button")]


def test_the_row_offers_page_model_explorer_and_graph():
    app = _opened().run()
    assert not app.exception
    labels = ["Download interactive map (HTML)", "JSON for Model Explorer"]
    graphviz = shutil.which("dot") is not None
    assert _buttons(app) == labels + ["Graph as SVG"] * graphviz
    app.session_state["files-format"] = "dot"
    assert _buttons(app.run()) == [*labels, "Graph as DOT"]


def test_a_closed_menu_costs_nothing(monkeypatch):
    """Its boxes were counted for every visitor: half a second for the largest networks."""

    def never(*_):
        raise AssertionError("the graph was folded")

    monkeypatch.setattr(map_downloads, "draw", never)
    monkeypatch.setattr(map_downloads, "levels", never)
    app = AppTest.from_function(_page, default_timeout=120)
    app.session_state["form"] = "aggregated"
    app.run()
    assert not app.exception
    assert _buttons(app) == ["Download interactive map (HTML)", "JSON for Model Explorer"]


@needs_graphviz
def test_what_graphviz_could_not_draw_in_time_is_refused():
    app = _opened("aggregated")
    app.session_state["files-level-4"] = "full"
    app.run()
    assert "at most 700 boxes in reasonable time. Received 11,415;" in app.info[0].value
    app.session_state["files-level-4"] = "stage"
    app.run()
    assert not app.info


def test_paths_are_a_level_only_where_there_are_some():
    app = _opened().run()
    (level, _) = app.get("button_group")
    assert [option.content for option in level.proto.options] == ["Stages", "Blocks", "Layers"]
    assert "in one grouped convolution" in app.caption[0].value
    app.session_state["form"] = "split"
    app.run()
    assert len(app.get("button_group")[0].proto.options) == len(LEVELS)
    assert not app.caption


@pytest.mark.parametrize("form", FORMS)
def test_each_level_that_is_offered_draws_something_else(form):
    graph = trace(SPEC.replace(form=form))
    drawn = [graph_file(graph, level, "dot") for level in levels(graph)]
    assert len(set(drawn)) == len(drawn)
    assert ("full" in levels(graph)) == (form != "grouped")
