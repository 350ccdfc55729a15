"""Questions to worker processes from a page, with their progress and a button to stop waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import streamlit as st

from explorer.app.state import run_context
from explorer.app.state.visitor import said
from explorer.jobs.job import Job
from explorer.jobs.queue import Asker
from explorer.jobs.worker_process import JobBug
from resnext.errors import UserError

T = TypeVar("T")

PATIENCE = 3.0  # seconds before the page says who is first


def this_session() -> Asker:
    """The session of this page; it ends with its browser."""
    session = run_context.session()
    return Asker(*session) if session else Asker()


def ask(
    key: str, words: str, asked: Hashable, question: Callable[[Asker], T], again: str = "Ask again"
) -> T | None:
    """Ask a question, show its progress, and wait for its answer.

    A rerun of the page ends the waiting and removes the question from the queue.

    Args:
        key: Prefix of the keys of its widgets.
        words: Text of the spinner.
        asked: Equal for equal questions: a stopped question is not asked again by itself.
        question: Asks it for the given asker.
        again: Label of the button that asks it again after a stop.

    Returns:
        The answer; None if there is none, and the page shows why.
    """
    stopped = f"{key}_stopped"
    if st.session_state.get(stopped) == asked:
        st.caption("Stopped.")
        if not st.button(again, key=f"{key}_again", icon=":material/replay:"):
            return None
        del st.session_state[stopped]
    shown = False

    def watch(job: Job) -> None:
        nonlocal shown
        if job.waited < PATIENCE:
            line.empty()  # each call lets Streamlit end this run of the page
            return
        place = job.place()
        line.caption(place.sentence if place else f"Your calculation has run {job.elapsed:.0f} s.")
        if not shown:
            shown = True
            button.button(
                "Stop waiting",
                key=f"{key}_stop",
                icon=":material/cancel:",
                on_click=st.session_state.__setitem__,
                args=(stopped, asked),
            )

    session = this_session()
    answer = None
    try:
        with st.spinner(words):
            line, button = st.empty(), st.empty()
            answer = question(Asker(session.owner, session.is_open, watch))
    except (UserError, JobBug) as error:
        show_error(error)
    line.empty()
    button.empty()
    return answer


def follow(
    key: str,
    job: Job,
    progress: Callable[[], tuple[float, str]],
    show_end: Callable[[], None],
) -> None:
    """Show how far a job is, with a button to cancel it, and in the end what came of it.

    The page polls while the job waits or runs.

    Args:
        key: What the session state calls the job, removed on Cancel; and a prefix of widget keys.
        job: The job.
        progress: The share that is done, 0 to 1, and a few words.
        show_end: Shows the result of the job when it is over.
    """
    going = not job.is_over

    def watch() -> None:
        if not job.is_over:
            place, (share, words) = job.place(), progress()
            st.progress(share, text=place.sentence if place else words)
            if st.button("Cancel", key=f"{key}_cancel", icon=":material/cancel:"):
                job.close()
                del st.session_state[key]
                st.rerun()
        elif going:
            st.rerun()  # ends the polling
        else:
            show_end()

    st.fragment(watch, run_every=0.5 if going else None)()


def phase_progress(phase: str, words: Mapping[str, str], job: Job) -> tuple[float, str]:
    """The share and the words of a job that goes through phases, as `follow` shows them.

    Args:
        phase: What it does now.
        words: What each phase is called, in their order.
        job: The job.
    """
    share = (list(words).index(phase) + 0.5) / len(words)
    return share, f"{words[phase]} … {job.elapsed:.0f} s"


def show_error(error: UserError | JobBug) -> None:
    """Show why there is no answer; bugs are logged on the server."""
    if isinstance(error, UserError):
        st.error(said(error))
        return
    logging.getLogger(__name__).error("%s", error)
    st.error(
        "This is a bug in the explorer, not in your input. The log of the server has the details."
    )
