"""The selected place of the network, shared by the map, tables, charts and address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.app.state import address
from explorer.map.hierarchy import nearest
from resnext import Graph

QUERY_KEY = "at"  # as in the map's addresses
_PLACE = "_selected_place"
_CHANGES = "_selected_changes"  # other than by the table on the page


def follow_address(graph: Graph) -> None:
    """Select the place that the address asks for, or the nearest one of this network."""
    news = address.asked([QUERY_KEY])
    if news:
        select(known_place(graph, news[QUERY_KEY] or ""))
    select(nearest(graph, place()))


def known_place(graph: Graph, asked: str) -> str:
    """The place that an address asks for, or, with a warning, the part around it."""
    found = nearest(graph, asked)
    if found != asked:
        address.refuse(
            QUERY_KEY,
            f"a part of {graph.name}, such as {graph.nodes[-1].name}",
            asked,
            f"showing {found or 'the whole network'}",
        )
    return found


def place() -> str:
    """Such as ``stage1/block1/conv2``; empty for the whole network or nothing."""
    return str(st.session_state.get(_PLACE, ""))


def select(chosen: str) -> None:
    """Select a place; tables on the page are redrawn with it."""
    if chosen != place():
        st.session_state[_PLACE] = chosen
        st.session_state[_CHANGES] = st.session_state.get(_CHANGES, 0) + 1


def rows(name: str, places: Sequence[str]) -> dict[str, Any]:
    """Arguments of a `st.dataframe` whose rows are these places: one can be selected.

    Args:
        name: Of the table; another one for other rows.
        places: One for each row; "" for the whole network.
    """
    key = f"{name} {st.session_state.get(_CHANGES, 0)}"
    now = [places.index(place())] if place() in places and place() else []
    return {
        "key": key,
        "on_select": partial(_take_row, key, places),
        "selection_mode": "single-row",
        "selection_default": {"selection": {"rows": now}},
    }


def _take_row(key: str, places: Sequence[str]) -> None:
    picked = st.session_state[key].selection.rows
    st.session_state[_PLACE] = places[picked[0]] if picked else ""


def traces(key: str, places: Sequence[str]) -> dict[str, Any]:
    """Arguments of a `st.plotly_chart` whose traces are these places."""
    return {
        "key": key,
        "on_select": partial(_take_trace, key, places),
        "selection_mode": "points",
    }


def _take_trace(key: str, places: Sequence[str]) -> None:
    points = st.session_state[key].selection.points
    select(places[points[0]["curve_number"]] if points else "")


def points(key: str, places: Sequence[str]) -> dict[str, Any]:
    """Arguments of a `st.plotly_chart` in which each point of a trace is one of these places."""
    return {
        "key": key,
        "on_select": partial(_take_point, key, places),
        "selection_mode": "points",
    }


def _take_point(key: str, places: Sequence[str]) -> None:
    picked = st.session_state[key].selection.points
    select(places[picked[0]["point_index"]] if picked else "")


def link(page: str, label: str, icon: str) -> None:
    """A link to another page of the app, by its ``url_path``, that keeps the selection.

    The selection is in its address, too: that is how a page knows that it was led to it.
    """
    pages: dict[str, Any] = st.session_state.get("_pages", {})
    if page in pages:
        query = {QUERY_KEY: place()} if place() else None
        st.page_link(pages[page], label=label, icon=icon, query_params=query)


def led_here() -> bool:
    """Whether this run is the first of a page that a link to the selection has opened."""
    return address.turned() and QUERY_KEY in st.query_params
