"""Full screen for a lecture room: large type, only the step, and keys that turn the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.app.state import address
from explorer.app.views.learn.parts import FULL, static

COMPONENT = "lesson_keys"
_PRESSES = "_lesson_presses"  # the number of the last key press that this session has followed

# The lesson does not use the sidebar; a phone's has the links to the pages.
NO_SIDEBAR = """<style>
@media (min-width: 769px) {
  [data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] {display: none;}
}
[data-testid="stMain"] [data-testid="stElementToolbar"] {display: none;}
</style>"""
# Streamlit measures in rem, so the root's size scales all of it: 24 pixels at 1280 x 720.
LARGE = """<style>
html {font-size: max(16px, min(3.4vh, 1.9vw)) !important;}
[data-testid="stHeader"], [data-testid="stSidebar"] {display: none;}
[data-testid="stMainBlockContainer"] {padding: 0.6rem 1.2rem 1.5rem; max-width: none;}
[data-testid="stMainBlockContainer"] h2 {font-size: 1.35rem; padding: 0.2rem 0;}
/* Icons alone; their words remain for screen readers. */
:is(.st-key-lesson_back, .st-key-lesson_next, .st-key-lesson_leave) button p {position: absolute;
  width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);}
</style>"""


def is_full() -> bool:
    """Whether the lesson fills the screen, as the address or a button says."""
    address.restore(FULL, False, {"off": False, "on": True}.get, "on or off")
    return bool(address.chosen(FULL, False, lambda value: "on" if value else "off"))


def style(full: bool) -> None:
    """Hide what the lesson does not use, and enlarge the rest for full screen."""
    st.html(NO_SIDEBAR)
    if full:
        st.html(LARGE)


def listen(place: int, steps: int, full: bool, turn: Callable[[int], None],
           set_full: Callable[[bool], None]) -> None:  # fmt: skip
    """Follow the keys of full screen, and the browser when a person leaves it with Escape.

    Args:
        place: Index of the step that is shown.
        steps: How many there are.
        full: Whether the lesson fills the screen.
        turn: Called with the index of the step that is asked for.
        set_full: Called with whether full screen is asked for.
    """

    def turned() -> None:
        asked = st.session_state[COMPONENT].turn
        st.session_state[_PRESSES] = asked["press"]
        turn(min(max(int(asked["place"]), 0), steps - 1))

    _component()(
        key=COMPONENT,
        data={
            "place": place,
            "steps": steps,
            "full": full,
            "press": st.session_state.get(_PRESSES, 0),
        },
        height=1,
        on_turn_change=turned,
        on_leave_change=lambda: set_full(False),
    )


@st.cache_resource
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "resnext_lesson_keys", js=static("keys.js"), isolate_styles=False
    )
