"""A small drawing pad for pointer and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.app.views.learn.parts import static

HTML = """<div class="pad">
<canvas width="32" height="32" tabindex="0" aria-label="Drawing pad, 32 by 32. Arrow keys move,
space paints, Delete clears."></canvas>
<div class="tools" role="group" aria-label="Colours"></div></div>"""


@st.cache_resource
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "resnext_lesson_pad", html=HTML, css=static("pad.css"), js=static("pad.js")
    )


def pad(key: str) -> str:
    """The drawing as a ``data:`` address of a PNG; "" while empty."""
    result = _component()(key=key, default={"picture": ""}, on_picture_change=lambda: None)
    return str(result.picture or "")
