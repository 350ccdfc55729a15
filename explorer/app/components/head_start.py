"""The first picture of a session is drawn before the rest of the page is sent.

A browser shows what it has received in one go with what follows closely, and the rest of the page
brings a megabyte of code for its controls and tables. So the first run of a session ends after the
picture, and the browser asks for the rest when it has drawn that.
"""

from __future__ import annotations

import streamlit as st

from explorer.app.state import address

LATEST = 2.0  # seconds after which the rest is sent without being asked for
_GIVEN = "_head_start"
_LATE = "_head_start_late"


def due() -> bool:
    """Whether this is the first run for a browser; asked once in a run."""
    first = _GIVEN not in st.session_state and not address.turned()
    st.session_state[_GIVEN] = True
    return first and bool(st.context.headers)  # a test without a browser has none


def end_run() -> None:
    """End the run here; another follows."""
    _ask_again()
    st.stop()


@st.fragment(run_every=LATEST)
def _ask_again() -> None:
    """Ask for the rest, should the picture fail to."""
    if st.session_state.setdefault(_LATE, False):
        st.rerun()
    st.session_state[_LATE] = True
