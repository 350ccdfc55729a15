"""Downloads of the map: an HTML page, JSON for Model Explorer, and the graph through Graphviz."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import streamlit as st

from explorer.analysis.conventions import DEFAULT
from explorer.analysis.report import analyse
from explorer.app.components.report_menu import report_menu
from explorer.app.components.widgets import download
from explorer.app.state.network import graph_of
from explorer.graphviz.collapsed_graph import LEVELS, draw, levels
from explorer.graphviz.dot import MOST_DRAWN, render, to_dot
from explorer.map.export import to_html
from explorer.map.model_explorer import to_model_explorer
from resnext import Graph

_LEVELS = {"model": "Stages", "stage": "Blocks", "block": "Layers", "full": "Layers and paths"}
_FILE_LEVELS = {
    "model": "stages",
    "stage": "blocks",
    "block": "layers",
    "full": "layers-and-paths",
}
_MIME_TYPES = {"svg": "image/svg+xml", "png": "image/png", "dot": "text/vnd.graphviz"}

NO_PATHS = "No separate paths: this network computes them in one grouped convolution."


def map_downloads(networks: Sequence[Any], *, key: str, count: str = DEFAULT) -> None:
    """A row of download buttons.

    Args:
        networks: Those on the map; the page has all of them, the other files the first.
        key: Prefix of the buttons' keys.
        count: Counting convention of the MACs.
    """
    first = networks[0]
    with st.container(horizontal=True):
        download(
            "Download interactive map (HTML)",
            lambda: to_html(*networks, count=count),
            f"{first.name}.html",
            "text/html",
            key=f"{key}-html",
            icon=":material/html:",
            help="One file that works without a server: open parts, zoom, search.",
        )
        download(
            "JSON for Model Explorer",
            lambda: model_explorer_file(first, count),
            f"{first.name}.json",
            "application/json",
            key=f"{key}-json",
            icon=":material/data_object:",
            help="For Google's Model Explorer, with stages, blocks and paths to open.",
        )
        with st.container(width="content"):  # a fragment would take all the width
            report_menu(networks, key=f"{key}-report", count=count)
        _graph_menu(first, key)


def model_explorer_file(network: Any, count: str) -> str:
    """The network for Google's Model Explorer."""
    graph = graph_of(network)
    return json.dumps(to_model_explorer(graph, analyse(graph, count)))


@st.fragment
def _graph_menu(network: Any, key: str) -> None:
    """What is in the menu is made when a person opens it, and the rest of the page stays."""
    menu = st.popover(
        "Download graph", icon=":material/account_tree:", key=f"{key}-menu", on_change="rerun"
    )
    if menu.open:
        with menu:
            _graph_file(network, key)


def _graph_file(network: Any, key: str) -> None:
    """The graph at a level of detail, as DOT, or drawn by Graphviz."""
    graph = graph_of(network)
    level = st.segmented_control(
        "Level of detail",
        levels(graph),
        default="stage",
        format_func=_LEVELS.__getitem__,
        key=f"{key}-level-{len(levels(graph))}",
        required=True,
    )
    if levels(graph) != LEVELS:
        st.caption(NO_PATHS)
    ending = st.segmented_control(
        "Format",
        _MIME_TYPES,
        default="svg",
        format_func=str.upper,
        key=f"{key}-format",
        required=True,
    )
    if reason := _why_not(network, level, ending):
        st.info(reason, icon=":material/account_tree:")
        return
    download(
        f"Graph as {ending.upper()}",
        lambda: graph_file(graph, level, ending),
        file_name(graph, level, getattr(network, "form", ""), ending),
        _MIME_TYPES[ending],
        key=f"{key}-graph",
        help="Laid out in columns to fit a page." if ending == "png" else None,
    )


def file_name(graph: Graph, level: str, form: str, ending: str, part: str | None = None) -> str:
    """Such as ``resnext50_32x4d-blocks-grouped-form.svg``, as the map's own pictures are named."""
    suffix = f"-{form}-form" if form else ""
    place = f"-{part.replace('/', '-')}" if part else ""
    return f"{graph.name}{place}-{_FILE_LEVELS[level]}{suffix}.{ending}"


def graph_file(graph: Graph, level: str, ending: str) -> bytes:
    """The file's content, through pydot.

    Raises:
        ValueError: The level or the ending is not valid.
        GraphvizFailed: Graphviz could not draw it.
    """
    dot = to_dot(graph, level)
    return dot.to_string().encode() if ending == "dot" else render(dot, ending)


def _why_not(network: Any, level: str, ending: str) -> str:
    """Why Graphviz cannot draw this level, or ""; DOT needs no Graphviz."""
    if ending == "dot":
        return ""
    if shutil.which("dot") is None:
        return f"{ending.upper()} needs Graphviz, which is not installed here. DOT does not."
    boxes = _boxes(network, level)
    if boxes > MOST_DRAWN:
        return (
            f"Graphviz draws at most {MOST_DRAWN} boxes in reasonable time. Received {boxes:,}; "
            "choose DOT, a coarser level, or the map's own picture under Save."
        )
    return ""


@lru_cache(maxsize=256)
def _boxes(network: Any, level: str) -> int:
    """How many boxes are drawn at this level; 0 where they cannot be too many."""
    graph = graph_of(network)
    # No level has more boxes than there are layers.
    return len(draw(graph, level).boxes) if len(graph) > MOST_DRAWN else 0
