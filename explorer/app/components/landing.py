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
# Ticks, titles of axes, names and figures next to points and bars; not words on coloured fields.
_CHART_WORDS = (
    "[data-testid=stPlotlyChart] :is(:is(.xtick, .ytick, .g-xtitle, .g-ytitle, .textpoint) text, "
    ".bartext-outside, .annotation-text) "
    "{ fill: currentColor !important; fill-opacity: 0.8 !important }"
)
# On a touch screen these would always lie over the page; files are offered below tables.
_NO_TOOLBARS = (
    "@media (hover: none) { .modebar-container, [data-testid=stElementToolbar] "
    "{ display: none !important } }"
)
_CAPTION_WORDS = (
    "[data-testid=stCaptionContainer] code { color: inherit; font-size: inherit } "
    "[data-testid=stCaptionContainer] a { color: inherit; text-decoration: underline }"
)
_FOCUSED_LINK = (
    "[data-testid=stTopNavLink]:focus-visible "
    "{ outline: 2px solid !important; outline-offset: 2px }"
)
_FILLED = '[data-tag] *, [data-testid^="stBaseButton-primary"]:enabled *'


def close_drawer() -> None:
    """Close the sidebar after a change of page: it covers a narrow screen."""
    turns = st.session_state.get(_TURNS, 0) + address.turned()
    st.session_state[_TURNS] = turns
    _component()(data={"turns": turns}, key="landing_page", height=1)


def readable() -> None:
    """Contrast where Streamlit's own is below WCAG's AA; no toolbars over a touch screen's text.

    The words of charts and the code in captions take the text's colour, a focused page link gets a
    ring, and what is filled with the primary colour gets text in the background's: the browser
    picks it, as the system may change the theme while no run of the page follows.
    """
    backgrounds = [st.get_option(f"theme.{name}.backgroundColor") for name in ("light", "dark")]
    filled = f"{_FILLED} {{ color: light-dark({', '.join(backgrounds)}) !important }}"
    rules = [_CHART_WORDS, _CAPTION_WORDS, _FOCUSED_LINK, _NO_TOOLBARS, filled]
    st.html(f"<style>{' '.join(rules)}</style>")


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
