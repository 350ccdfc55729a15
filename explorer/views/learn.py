"""Learn: split-transform-merge in six steps, each of which can be linked to."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.views import (
    learn_check,
    learn_depth,
    learn_forms,
    learn_paths,
    learn_split,
    learn_width,
)
from explorer.views.learn_parts import TEXT_KEY, explain
from explorer.views.widgets import move, segments, switch

KEY = "lesson"
STEPS: dict[str, tuple[str, Callable[[], None]]] = {
    "Paths": ("From a bottleneck to 32 paths", learn_split.render),
    "Forms": ("Three forms, one function", learn_forms.render),
    "Width": ("Cardinality against width", learn_width.render),
    "Inside": ("What do the paths learn?", learn_paths.render),
    "Depth": ("How deep does it see?", learn_depth.render),
    "Check": ("Check yourself", learn_check.render),
}
# Six words in a row of a phone.
STYLE = """<style>
@media (max-width: 480px) {[role=radiogroup] button[role=radio] {padding-inline: 8px;}}
</style>"""


def render() -> None:
    """The page."""
    st.html(STYLE)
    names = list(STEPS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Learn", anchor=False)
        switch(
            st,
            "Show the text",
            True,
            TEXT_KEY,
            help="Off for teaching: only pictures, figures and formulas stay. The page's address "
            "always leads back to exactly this view.",
        )
    name = segments(st, "Step of the lesson", names, names[0], KEY, label_visibility="collapsed")
    place = names.index(name)
    title, step = STEPS[name]
    if place == 0:
        explain(
            "A ResNeXt block **splits** its input into many thin paths, **transforms** each, and "
            "**merges** them by a sum. How many paths there are, the *cardinality*, is a dimension "
            "of the network beside its depth and its width. Six steps show why.",
            "section 1",
        )
    st.header(f"{place + 1}. {title}", anchor=False)
    step()
    st.divider()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", key="lesson_back", icon=":material/arrow_back:", disabled=place == 0,
                  on_click=move, args=(KEY, names, -1))  # fmt: skip
        st.button("Next step", key="lesson_next", icon=":material/arrow_forward:",
                  type="primary", disabled=place == len(names) - 1, on_click=move,
                  args=(KEY, names, 1))  # fmt: skip
