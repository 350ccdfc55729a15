"""Shared by the steps of the lesson: texts that can be hidden, drawings, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from explorer.app.components.widgets import switch

FULL = "lesson_full"
STATIC = Path(__file__).parents[3] / "lesson" / "static"
UNDER_HEADING = 6.5  # rem of a window that the bar and margins take in full screen
LARGE_TYPE = 20  # pixels, of the text of charts in full screen


def full_screen() -> bool:
    """Whether the lesson fills the screen."""
    return bool(st.session_state.get(FULL, False))


def text_key() -> tuple[str, bool]:
    """The key of the switch of the texts, and its default: hidden in full screen."""
    return ("lesson_full_text", False) if full_screen() else ("lesson_text", True)


def explain(words: str, source: str = "") -> None:
    """A few sentences with their source in the paper; hidden with the texts."""
    key, default = text_key()
    if st.session_state.get(key, default):
        st.markdown(words)
        if source:
            st.caption(f"Xie et al. 2017, arXiv 1611.05431: {source}")


def formula(latex: str) -> None:
    """A formula; shown also while texts are hidden."""
    st.latex(latex)


def drawing(svg: str, taken: float = UNDER_HEADING) -> None:
    """Show HTML as it is: only markup of this program, with names escaped.

    In full screen it fills its column, and the height of the window but for ``taken`` rem.
    """
    large = (
        f"<style>.lesson-figure{{width:100%;max-height:calc(100vh - {taken}rem)}}"
        ".lesson-bars .plot{height:9rem}</style>"
    )
    _frame()(data=svg + large if full_screen() else svg)


def chart(figure: go.Figure, key: str) -> None:
    """A Plotly chart without its toolbar."""
    if full_screen():
        figure.update_layout(font_size=LARGE_TYPE)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})


def table(frame: pd.DataFrame, key: str, label: str = "Show the table") -> None:
    """A table that is hidden until asked for.

    Args:
        frame: Text and numbers as they are shown.
        key: Of the switch, and its name in the address.
        label: Of the switch.
    """
    if switch(st, label, False, key):
        st.table(frame, hide_index=True)


@st.cache_resource
def _frame() -> Callable[..., Any]:
    """A component for drawings, which `st.html` would strip."""
    return st.components.v2.component("resnext_lesson_drawing", js=static("drawing.js"))


def facts(values: Sequence[tuple[str, str, str]]) -> None:
    """Figures in a row that wraps on a narrow screen: (label, value, help)."""
    with st.container(horizontal=True):
        for label, value, help_text in values:
            st.metric(label, value, help=help_text or None, width="content")


def short(number: float) -> str:
    """A small number as ``1.2e-07``, zero as 0."""
    return f"{number:.1e}" if number else "0"


def static(name: str) -> str:
    """The text of one of the lesson's style and script files."""
    return (STATIC / name).read_text(encoding="utf-8")
