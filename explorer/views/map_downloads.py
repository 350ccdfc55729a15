"""The map as files: a page of its own, and JSON for Model Explorer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from explorer.conventions import DEFAULT
from explorer.map.export import to_html
from explorer.map.model_explorer import to_model_explorer
from explorer.report import analyse, graph_of


def map_downloads(networks: Sequence[Any], *, key: str, count: str = DEFAULT) -> None:
    """Two buttons; a file is made when its button is pressed.

    Args:
        networks: Those on the map. The page holds all of them, the JSON the first.
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
