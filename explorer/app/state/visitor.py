"""The visitor of a hosted app, and the runs that this visitor may see."""

from __future__ import annotations

import streamlit as st

from explorer.app.state import address
from explorer.jobs.text import sentence
from explorer.sweeps.board import SweepBoard
from explorer.training.runs import identity
from explorer.training.runs.quotas import limits
from explorer.training.runs.store import RunStore, default_runs
from explorer.training.runs.visitors import Visitor, VisitorRuns

SHARED = "shared"  # URL parameter: tokens of other visitors' runs
_OPENED = "_shared_opened"


@st.cache_resource
def store_of(root: str) -> RunStore:
    """One store for each folder, shared by all sessions for its cache."""
    return RunStore(root)


def runs_here() -> VisitorRuns:
    """The runs that this visitor may see; pages read the store only through this."""
    store = store_of(str(default_runs()))
    if not limits().hosted:
        return VisitorRuns(store, Visitor())
    return VisitorRuns(store, Visitor(visitor_id(store), _address(store), _opened()))


def sweeps_here() -> SweepBoard | None:
    """The sweeps of the person at the machine; None on a host, whose visitors have none."""
    return None if limits().hosted else SweepBoard(store_of(str(default_runs())))


def said(error: BaseException) -> str:
    """An error as escaped Markdown; on a hosted app without paths of the server."""
    return shown(sentence(error))


def shown(text: str) -> str:
    """Text of a process or file as escaped Markdown, without paths of the server."""
    return address.plain(runs_here().without_folders(text))


def asked_for(runs: VisitorRuns) -> list[str]:
    """The runs of the shared link with which this page was opened, if any."""
    return runs.shared_by(_tokens()) if limits().hosted else []


def share_link(token: str) -> str:
    """The address of the Train page that shows a shared run."""
    here = (st.context.url or "").partition("?")[0]
    return f"{here}?{SHARED}={token}"


def visitor_id(store: RunStore) -> str:
    """The id in the cookie; a browser without cookies is a new visitor after each reload."""
    known = identity.visitor_of(store.root, st.context.cookies.get(identity.COOKIE, ""))
    if known:
        return known
    fresh = identity.new_cookie(store.root)
    return identity.visitor_of(store.root, st.session_state.setdefault("_visitor_cookie", fresh))


def _address(store: RunStore) -> str:
    """Code of the IP address; "" unless the host has configured trusted proxies."""
    proxies = identity.trusted_proxies()
    here = st.context.ip_address
    return identity.address_code(store.root, here) if proxies else ""


def _opened() -> frozenset[str]:
    """Tokens of the links that this session has opened; some may have ended."""
    opened: frozenset[str] = st.session_state.get(_OPENED, frozenset()) | set(_tokens())
    st.session_state[_OPENED] = opened
    return opened


def _tokens() -> list[str]:
    """Tokens in the address."""
    return [token for token in st.query_params.get(SHARED, "").split(",") if token][:6]
