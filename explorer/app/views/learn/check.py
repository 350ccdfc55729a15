"""Step 6: questions with new numbers each time."""

from __future__ import annotations

import random

import streamlit as st

from explorer.lesson.questions import Question, ask, is_right, topics
from explorer.views.address import keep
from explorer.views.learn_parts import explain, formula
from explorer.views.widgets import move, number, select

TOPIC, SEED, SOLVED = "lesson_topic", "lesson_seed", "lesson_solved"
STARTED = "_lesson_seed_drawn"
MOST = 9999


def render() -> None:
    """The step."""
    explain(
        "Twelve kinds of questions; the numbers are new each time. The answers come from the "
        "same code that fills the tables."
    )
    names = list(topics())
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    topic = select(left, "About", names, names[0], TOPIC)
    if STARTED not in st.session_state:
        st.session_state[STARTED] = True
        keep(SEED, _by_lot())
    seed = number(
        right,
        "Numbers",
        1,
        MOST,
        1,
        SEED,
        help="The same number gives the same question: send the link to a class.",
    )
    question = ask(topic, seed)
    with st.container(border=True):
        _pose(question, f"{topic}_{seed}")
    with st.container(horizontal=True):
        st.button("New numbers", key="lesson_new", icon=":material/casino:", on_click=_renew)
        st.button("Next question", key="lesson_next_question", icon=":material/arrow_forward:",
                  on_click=move, args=(TOPIC, names, 1), disabled=topic == names[-1])  # fmt: skip
    solved = st.session_state.get(SOLVED, set())
    st.progress(len(solved) / len(names), f"Solved: {len(solved)} of {len(names)} kinds")


def _renew() -> None:
    st.session_state[SEED] = _by_lot()


def _by_lot() -> int:
    """Any but the usual seed: the address says only what is not usual."""
    return random.randint(2, MOST)


def _pose(question: Question, key: str) -> None:
    """The question, a place for the answer, and the working when it is wanted."""
    st.markdown(question.prompt)
    with st.form(f"lesson_form_{key}", border=False):
        typed = st.text_input(f"Your answer ({question.unit})", key=f"lesson_answer_{key}",
                              autocomplete="off")  # fmt: skip
        checked = st.form_submit_button("Check", type="primary")
    if checked:
        try:
            right = is_right(question, typed)
        except ValueError as error:
            st.warning(str(error))
            return
        if right:
            st.session_state[SOLVED] = st.session_state.get(SOLVED, set()) | {question.topic}
            st.success(f"Right: {question.answer:,} {question.unit}.")
        else:
            st.error("Not yet. Try again, or look at the working.")
    if st.toggle("Show the working", key=f"lesson_working_{key}"):
        for latex in question.working:
            formula(latex)
        st.markdown(f"**{question.answer:,} {question.unit}**")
        st.caption(question.source)
