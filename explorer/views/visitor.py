"""Who looks at the page, where the app is hosted for many."""

from __future__ import annotations

import hashlib
import secrets

import streamlit as st

COOKIE = "_streamlit_xsrf"


def visitor() -> str:
    """An id of this browser, letters and digits, that outlives a reload.

    It is a hash of Streamlit's own secret cookie, so that knowing an id (it stands in the
    files of a run) does not let anyone pose as its owner.
    """
    secret = token(st.context.cookies.get(COOKIE, ""))
    if not secret:
        secret = st.session_state.setdefault("visitor_secret", secrets.token_hex(16))
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def token(cookie: str) -> str:
    """The secret in a cookie of the form ``2|mask|masked|time``; its mask changes, it does not."""
    parts = cookie.split("|")
    try:
        mask, masked = bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except (IndexError, ValueError):
        return ""
    if not mask:
        return ""
    return bytes(byte ^ mask[i % len(mask)] for i, byte in enumerate(masked)).hex()
