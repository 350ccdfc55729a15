"""What is selected: one place of the network for the map, the tables, the charts, the address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.views import address

QUERY_KEY = "at"  # the map's own name for it
_PLACE = "_selected_place"
_CHANGES = "_selected_changes"  # by anything but the table that is on the page


def follow_address() -> None:
    """Take the place of the address, where that asks for another."""
    news = address.asked([QUERY_KEY])
    if news:
        select(news[QUERY_KEY] or "")


def place() -> str:
    """Such as ``stage1/block1/conv2``; empty for the whole network or nothing."""
    return str(st.session_state.get(_PLACE, ""))


def select(chosen: str) -> None:
    """Select a place; a table on the page begins anew with it."""
    if chosen != place():
        st.session_state[_PLACE] = chosen
        st.session_state[_CHANGES] = st.session_state.get(_CHANGES, 0) + 1


def rows(name: str, places: Sequence[str]) -> dict[str, Any]:
    """Arguments of a `st.dataframe` whose rows are these places: one can be selected.

    Args:
        name: Of the table; another for other rows.
        places: One for each row; empty for a row that stands for the whole network.
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


def link(page: str, label: str, icon: str) -> None:
    """A link to another page of the app, by its ``url_path``, that keeps what is selected."""
    pages: dict[str, Any] = st.session_state.get("_pages", {})
    if page in pages:
        st.page_link(pages[page], label=label, icon=icon)
