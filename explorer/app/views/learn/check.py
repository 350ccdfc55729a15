"""Step 6: questions with new numbers each time."""

from __future__ import annotations

import random

import streamlit as st

from explorer.app.components.widgets import move, number, select
from explorer.app.state.address import keep
from explorer.app.state.visitor import said
from explorer.app.views.learn.parts import explain, formula
from explorer.lesson.question_kinds import ask, topics
from explorer.lesson.questions import Question, is_right
from resnext.errors import UserError

TOPIC, SEED, SOLVED = "lesson_topic", "lesson_seed", "lesson_solved"
STARTED = "_lesson_seed_drawn"
MOST = 9999


def render() -> None:
    """The step."""
    explain(
        "There are twelve kinds of questions, with new numbers each time. The answers are computed "
        "by the code that fills the tables."
    )
    names = list(topics())
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    topic = select(left, "Topic", names, names[0], TOPIC)
    if STARTED not in st.session_state:
        st.session_state[STARTED] = True
        keep(SEED, _random_seed())
    seed = number(
        right,
        "Question number",
        1,
        MOST,
        1,
        SEED,
        help="The same number gives the same question, so a link gives all students the same one.",
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
    st.session_state[SEED] = _random_seed()


def _random_seed() -> int:
    """Never 1, the default, which the address leaves out."""
    return random.randint(2, MOST)


def _pose(question: Question, key: str) -> None:
    """The question, a field for the answer, and the solution when it is asked for."""
    st.markdown(question.prompt)
    with st.form(f"lesson_form_{key}", border=False):
        typed = st.text_input(f"Your answer ({question.unit})", key=f"lesson_answer_{key}",
                              autocomplete="off")  # fmt: skip
        checked = st.form_submit_button("Check", type="primary")
    if checked:
        try:
            right = is_right(question, typed)
        except UserError as error:
            st.warning(said(error))
            return
        if right:
            st.session_state[SOLVED] = st.session_state.get(SOLVED, set()) | {question.topic}
            st.success(f"Correct: {question.answer:,} {question.unit}.")
        else:
            st.error("Not correct. Try again, or show the solution.")
    if st.toggle("Show the solution", key=f"lesson_working_{key}"):
        for latex in question.working:
            formula(latex)
        st.markdown(f"**{question.answer:,} {question.unit}**")
        st.caption(question.source)
