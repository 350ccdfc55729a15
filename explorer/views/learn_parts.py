"""What the steps of the lesson share: texts that can be hidden, drawings, state in the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from explorer.views.learn_files import static

TEXT_KEY = "lesson_text"


def explain(words: str, source: str = "") -> None:
    """A few sentences, with where the paper says it; not shown while texts are hidden."""
    if st.session_state.get(TEXT_KEY, True):
        st.markdown(words)
        if source:
            st.caption(f"Xie et al. 2017, arXiv 1611.05431: {source}")


def formula(latex: str) -> None:
    """A typeset formula; it stays when texts are hidden."""
    st.latex(latex)


def drawing(svg: str) -> None:
    """A drawing of ours: only markup that this program wrote, with names escaped in it."""
    _frame()(data=svg)


@st.cache_resource
def _frame() -> Callable[..., Any]:
    """Streamlit's own HTML element strips drawings; this one puts them in as they are."""
    return st.components.v2.component("resnext_lesson_drawing", js=static("drawing.js"))


def facts(values: Sequence[tuple[str, str, str]]) -> None:
    """Figures in a row that wraps on a narrow screen: (label, value, help)."""
    with st.container(horizontal=True):
        for label, value, help_text in values:
            st.metric(label, value, help=help_text or None, width="content")


def short(number: float) -> str:
    """A small number as ``1.2e-07``, zero as 0."""
    return f"{number:.1e}" if number else "0"
