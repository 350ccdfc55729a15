"""What a person would share lives in the address: read it once, follow Back, keep it current.

Streamlit's own binding of widgets to the address drops a bad value without a word and writes
labels where we want names, so these few lines do it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from typing import Any

import streamlit as st

from explorer.app.state import run_context

_SEEN = "_address_seen"  # what this module last let the address say
_ASKED = "_address_asked"  # what the address asks for anew, in this run
_UNREAD = "_address_unread"  # what it asked for and nothing has read, should the run be interrupted
_PENDING = "_address_pending"  # what it shall say at the end of this run
_BEFORE = "_address_widgets"  # what the widgets said at the end of the last run
_PAGE = "_address_page"
_TURNED = "_address_turned"  # whether this run is the first of a page after another
_MOST = 60  # characters of a value that are read


def open_page(path: str, always: Collection[str] = ()) -> None:
    """Find out what the address asks for; to be called before anything else of this module.

    Args:
        path: Of the page that this run shows.
        always: Parts of which a full address has one at least.
    """
    state = st.session_state
    seen = state.setdefault(_SEEN, {})
    query = st.query_params.to_dict()
    turned = state.get(_PAGE, path) != path
    state.update({_PAGE: path, _TURNED: turned, _PENDING: {}})
    # Only Back and Forward ask for what was seen before. Right after a change the browser may still
    # have the old address, and a page that was just turned to has one that is not full yet.
    full = any(key in query for key in always or query)
    went_back = full and not turned and run_context.went_back()
    news = {
        key: query.get(key)
        for key in {*query, *seen}
        if query.get(key) != seen.get(key) and (went_back or key not in seen)
    }
    unread = {} if _touched() else state.get(_UNREAD, {})
    state[_ASKED] = unread | news
    state[_UNREAD] = dict(state[_ASKED])


def close_page() -> None:
    """Let the address say what was written; to be called when the page has been drawn."""
    st.session_state.update({_BEFORE: _widgets(), _UNREAD: {}})
    parts = st.session_state[_PENDING]
    query = st.query_params.to_dict()
    for key, value in parts.items():
        if value is None and key in query:
            del st.query_params[key]
    # One update for all, because each makes a step of the browser's Back; and all of it for a
    # page just turned to, as the browser may have emptied the address since it was asked.
    turned = st.session_state[_TURNED]
    changed = {k: v for k, v in parts.items() if v is not None and (turned or v != query.get(k))}
    if changed:
        st.query_params.update(changed)
    st.session_state[_SEEN].update(parts)


def asked(keys: Collection[str]) -> dict[str, str | None]:
    """The parts of the address that ask for another value; None where one was taken away."""
    news: dict[str, str | None] = st.session_state[_ASKED]
    for key in keys:
        st.session_state[_UNREAD].pop(key, None)
    return {key: news[key] for key in keys if key in news}


def turned() -> bool:
    """Whether this run is the first of a page after another."""
    return bool(st.session_state[_TURNED])


def keep(key: str, value: Any) -> None:
    """Before `restore`, on a page just turned to: let the widget show this."""
    st.session_state[f"_kept_{key}"] = value


def write(parts: Mapping[str, str | None]) -> None:
    """Let the address say these parts; None takes one away."""
    st.session_state[_PENDING].update(parts)


def restore(key: str, default: Any, read: Callable[[str], Any], rule: str) -> None:
    """Before the widget ``key`` is drawn: let it show what the address asks for, if that can be.

    Args:
        key: Of the widget, and its name in the address.
        default: What it shows when nothing is asked for.
        read: Text of the address to value, None for what breaks the rule; then a warning
            states it, and the default is shown.
        rule: What the text must be.
    """
    state = st.session_state
    news = asked([key])
    if news:
        text = news[key]
        value = default if text is None else read(text)
        if text is not None and value is None:
            refuse(key, rule, text)
            value = default
        state[key] = value
    elif key not in state or state[_TURNED]:
        # Streamlit forgets the widgets of a page that was left; another may bear this key, too.
        state[key] = state.get(f"_kept_{key}", default)


def follow(key: str, default: Any) -> None:
    """Before `restore`: a choice that nobody made follows a default that other choices change."""
    state = st.session_state
    before = state.get(f"_usual_{key}", default)
    state[f"_usual_{key}"] = default
    for one in (key, f"_kept_{key}"):
        if state.get(one) == before:
            state[one] = default


def refuse(key: str, rule: str, value: str, instead: str = "using the default") -> None:
    """Warn of a part of the address: the rule that it breaks, its value, what is shown instead."""
    st.warning(
        f"In the address: {plain(key)} must be {plain(rule)}. "
        f"Received {plain(repr(value[:_MOST]))}; {plain(instead)}.",
        icon=":material/link_off:",
    )


def chosen(key: str, default: Any, text: Callable[[Any], str] = str) -> Any:
    """After the widget was drawn: let the address say what it shows, as text; return that."""
    value = st.session_state[key]
    st.session_state[f"_kept_{key}"] = value
    write({key: None if value == default else text(value)})
    return value


def _touched() -> bool:
    """Whether a widget says something else than at the end of the last whole run."""
    now = _widgets()
    before = st.session_state.get(_BEFORE, {})
    return any(before[key] != now[key] for key in before.keys() & now.keys())


def _widgets() -> dict[str, Any]:
    """What the widgets say, and the other plain values of the session."""
    kinds = (str, int, float, list, tuple, Mapping, type(None))
    return {
        str(key): deepcopy(value)
        for key, value in st.session_state.to_dict().items()
        if not str(key).startswith("_") and isinstance(value, kinds)
    }


def plain(text: object) -> str:
    """A message as Markdown that says just that, whatever a hostile address put into it."""
    special = "\\`*_{}[]()#+-.!|~<>$:&"
    return "".join(f"\\{sign}" if sign in special else sign for sign in str(text))
