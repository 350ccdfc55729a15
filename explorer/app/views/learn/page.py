"""Learn: split-transform-merge in six steps, each with its own address."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.app.components import landing
from explorer.app.components.widgets import page_title, segments, switch
from explorer.app.state import address
from explorer.app.views.learn import check, depth, forms, lecture, paths, split, width
from explorer.app.views.learn.parts import FULL, explain, full_screen, text_key

KEY = "lesson"
STEPS: dict[str, tuple[str, Callable[[], None]]] = {
    "Paths": ("From a bottleneck to 32 paths", split.render),
    "Forms": ("Four implementations, one function", forms.render),
    "Width": ("Cardinality against width", width.render),
    "Inside": ("What do the paths learn?", paths.render),
    "Depth": ("How far does it see?", depth.render),
    "Check": ("Check yourself", check.render),
}
NAMES = list(STEPS)
PLACE = "_lesson_place"  # index of the step that is shown
# So that six labels fit a row of a phone.
STYLE = """<style>
@media (max-width: 480px) {[role=radiogroup] button[role=radio] {padding-inline: 8px;}}
</style>"""


def opening() -> None:
    """Hide what the lesson does not use; to be called before the sidebar, which would flash."""
    lecture.style(lecture.is_full())
    st.html(STYLE)


def render() -> None:
    """The page after its opening."""
    place = _full_bar() if full_screen() else _bar()
    st.session_state[PLACE] = place
    if place == 0:
        explain(
            "A ResNeXt block **splits** its input into many thin paths, **transforms** each, and "
            "**merges** them by a sum. The number of paths, the *cardinality*, is a dimension of "
            "the network like its depth and its width. Six steps show why it matters.",
            "section 1",
        )
    STEPS[NAMES[place]][1]()
    if not full_screen():
        st.divider()
        with st.container(horizontal=True, vertical_alignment="center"):
            _turner("Back", "lesson_back", place, -1)
            _turner("Next step", "lesson_next", place, 1)


def _bar() -> int:
    """Title, switches, the choice of the step and its heading; returns the step's index."""
    bar = page_title("Learn")
    with bar:
        _explanations("Off: only pictures, figures and formulas are shown.")
        st.button("Full screen", key="lesson_enter", icon=":material/fullscreen:",
                  on_click=_set_full, args=(True,),
                  help="For a lecture room: large type, no navigation. The arrow keys and a "
                  "clicker (Page Up, Page Down) move between steps.")  # fmt: skip
    name = segments(st, "Step of the lesson", NAMES, NAMES[0], KEY, label_visibility="collapsed")
    place = NAMES.index(name)
    with bar:
        _unseen(place, full=False)
    st.header(_heading(place), anchor=False)
    return place


def _full_bar() -> int:
    """The step's heading, and small controls next to it; returns the step's index."""
    known = {name: name for name in NAMES}
    address.restore(KEY, NAMES[0], known.get, f"one of {', '.join(NAMES)}")
    place = NAMES.index(address.chosen(KEY, NAMES[0]))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(_heading(place), anchor=False, width="stretch")
        _unseen(place, full=True)
        _explanations("Off: only pictures, figures and formulas are shown.")
        _turner("Back", "lesson_back", place, -1, "Page Up")
        _turner("Next step", "lesson_next", place, 1, "Page Down")
        st.button("Leave full screen", key="lesson_leave", icon=":material/fullscreen_exit:",
                  on_click=_set_full, args=(False,), help="Escape")  # fmt: skip
    return place


def _unseen(place: int, *, full: bool) -> None:
    """What moves and listens; not in the sidebar, which would be there for this alone."""
    with st.container(width=1):
        landing.close_drawer()
        landing.land_on(_heading(place))
        lecture.listen(place, len(NAMES), full, _turn, _set_full)


def _explanations(help_text: str) -> None:
    """The switch of the texts: in full screen they are hidden until asked for."""
    key, default = text_key()
    switch(st, "Explanations", default, key, help=help_text)


def _heading(place: int) -> str:
    return f"Step {place + 1} of {len(NAMES)}: {STEPS[NAMES[place]][0]}"


def _turner(label: str, key: str, place: int, by: int, help_text: str = "") -> None:
    """A button that turns to the step before or after."""
    st.button(
        label,
        key=key,
        icon=f":material/arrow_{'back' if by < 0 else 'forward'}:",
        type="secondary" if by < 0 else "primary",
        disabled=not 0 <= place + by < len(NAMES),
        on_click=_turn_by,
        args=(by,),
        help=help_text or None,
    )


def _turn_by(by: int) -> None:
    """Callback: from the step that is shown now; while it computes, the last one's buttons stay."""
    _turn(min(max(st.session_state[PLACE] + by, 0), len(NAMES) - 1))


def _turn(place: int) -> None:
    """Callback: another step, from its top."""
    st.session_state[KEY] = NAMES[place]
    landing.move()


def _set_full(full: bool) -> None:
    """Callback: enter or leave full screen, and stay at this step, at its top."""
    st.session_state[FULL] = full
    landing.move()
