"""The map as files: a page of its own, JSON for Model Explorer, and the graph through Graphviz."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.conventions import DEFAULT
from explorer.dot import MOST_DRAWN, render, to_dot
from explorer.drawing import LEVELS, draw
from explorer.map.export import to_html
from explorer.map.model_explorer import to_model_explorer
from explorer.report import analyse, graph_of
from resnext import Graph

_LEVELS = {"model": "Stages", "stage": "Blocks", "block": "Layers", "full": "Layers and paths"}
_FORMATS = {"svg": "image/svg+xml", "png": "image/png", "dot": "text/vnd.graphviz"}


def map_downloads(networks: Sequence[Any], *, key: str, count: str = DEFAULT) -> None:
    """A row of buttons; a file is made when its button is pressed.

    Args:
        networks: Those on the map. The page holds all of them, the other files the first.
        key: Of the buttons.
        count: Counting convention of the MACs.
    """
    first = graph_of(networks[0])
    with st.container(horizontal=True):
        st.download_button(
            "Map as a page",
            lambda: to_html(*networks, count=count),
            f"{first.name}.html",
            "text/html",
            key=f"{key}-html",
            icon=":material/html:",
            help="One file that folds, zooms and searches without a server.",
            on_click="ignore",
        )
        st.download_button(
            "JSON for Model Explorer",
            lambda: json.dumps(to_model_explorer(first, analyse(first, count))),
            f"{first.name}.json",
            "application/json",
            key=f"{key}-json",
            icon=":material/data_object:",
            help="Opens in Google's Model Explorer, with stages, blocks and paths to fold.",
            on_click="ignore",
        )
        with st.popover("Graph as a file", icon=":material/account_tree:"):
            _graph_file(first, key)


def _graph_file(graph: Graph, key: str) -> None:
    """The graph at a level of detail, as DOT, or drawn by Graphviz."""
    level = st.segmented_control(
        "Down to",
        LEVELS,
        default="stage",
        format_func=_LEVELS.__getitem__,
        key=f"{key}-level",
        required=True,
    )
    ending = st.segmented_control(
        "As", _FORMATS, default="svg", format_func=str.upper, key=f"{key}-format", required=True
    )
    if reason := _why_not(graph, level, ending):
        st.info(reason, icon=":material/account_tree:")
        return
    st.download_button(
        f"Graph as {ending.upper()}",
        lambda: graph_file(graph, level, ending),
        f"{graph.name}-{level}.{ending}",
        _FORMATS[ending],
        key=f"{key}-graph",
        icon=":material/download:",
        on_click="ignore",
    )


def graph_file(graph: Graph, level: str, ending: str) -> bytes:
    """The file's content, through pydot.

    Raises:
        ValueError: The level or the ending is none.
        GraphvizFailed: Graphviz could not draw it.
    """
    dot = to_dot(graph, level)
    return dot.to_string().encode() if ending == "dot" else render(dot, ending)


def _why_not(graph: Graph, level: str, ending: str) -> str:
    """A sentence where Graphviz is missing or would take too long; DOT needs no Graphviz."""
    if ending == "dot":
        return ""
    if shutil.which("dot") is None:
        return f"{ending.upper()} needs Graphviz, which is not installed here. DOT needs nothing."
    # No level has more boxes than there are layers.
    boxes = len(draw(graph, level).boxes) if len(graph) > MOST_DRAWN else 0
    if boxes > MOST_DRAWN:
        return (
            f"Graphviz draws at most {MOST_DRAWN} boxes in good time. Received {boxes:,}; take "
            "DOT, a coarser level, or the map's own picture under Save."
        )
    return ""
