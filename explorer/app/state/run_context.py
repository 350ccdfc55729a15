"""What Streamlit knows of this run: its session, and whether Back or Forward asked for it.

All that we take from Streamlit's internals for that is here; test_streamlit_options.py says when it
changes.
"""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx


def session() -> tuple[str, Callable[[], bool]] | None:
    """The session's id, and what says whether its browser is there; None without a server."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return None
    known = context.session_id
    return known, lambda: get_instance().is_active_session(known)


def went_back() -> bool:
    """Whether Back or Forward of the browser asked for this run."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
