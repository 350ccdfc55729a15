"""What every page needs: a drawer that closes, headings to scroll to, text that can be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.app.state import address

_SCRIPT = Path(__file__).with_name("landing.js")
_TURNS = "_landing_turns"  # page changes of this session
_MOVES = "_landing_moves"


def close_drawer() -> None:
    """Close the sidebar after a change of page: it covers a narrow screen."""
    turns = st.session_state.get(_TURNS, 0) + address.turned()
    st.session_state[_TURNS] = turns
    _component()(data={"turns": turns}, key="landing_page", height=1)


def readable_chips() -> None:
    """Put dark text on what is filled with the dark theme's light primary colour."""
    if st.context.theme.type == "dark":
        background = st.get_option("theme.dark.backgroundColor")
        filled = '[data-tag] *, [data-testid^="stBaseButton-primary"]:enabled *'
        st.html(f"<style>{filled} {{ color: {background} !important }}</style>")


def move() -> None:
    """Count a move: `land_on` scrolls to its heading once for each."""
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1


def land_on(heading: str) -> None:
    """After a move, scroll to the heading with this text and focus it."""
    moves = st.session_state.get(_MOVES, 0)
    _component()(data={"heading": heading, "moves": moves}, key="landing_heading", height=1)


@st.cache_resource
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "resnext_landing", js=_SCRIPT.read_text(encoding="utf-8"), isolate_styles=False
    )
