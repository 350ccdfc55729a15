"""Widgets whose value lives in the address, so that any view can be linked to.

Each takes where it is drawn (`st`, or a column), its label, what can be chosen, what is chosen at
first, its key, which is also its name in the address, and what Streamlit's own widget takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.views import address

Options = Sequence[str] | Mapping[str, str]  # a mapping gives each its label


def segments(place: Any, label: str, options: Options, default: str, key: str, **more: Any) -> str:
    """One of a few words, side by side."""
    _prepare(options, default, key)
    place.segmented_control(
        label, list(options), key=key, required=True, wrap=True, **_labels(options), **more
    )
    return str(address.chosen(key, default))


def select(place: Any, label: str, options: Options, default: str, key: str, **more: Any) -> str:
    """One of many words, from a list; no list where there is no choice."""
    _prepare(options, default, key)
    if len(options) > 1:
        place.selectbox(label, list(options), key=key, **_labels(options), **more)
    return str(address.chosen(key, default))


def slider(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A whole number between bounds."""
    address.restore(key, default, _whole(low, high))
    st.session_state[key] = min(max(st.session_state[key], low), high)
    place.slider(label, low, high, key=key, **more)
    return int(address.chosen(key, default))


def number(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A whole number that is typed."""
    address.restore(key, default, _whole(low, high))
    place.number_input(label, low, high, key=key, **more)
    return int(address.chosen(key, default))


def several(place: Any, label: str, options: Sequence[int], key: str, **more: Any) -> list[int]:
    """Some of the numbers."""

    def read(text: str) -> list[int] | None:
        found = [_whole(min(options), max(options))(word) for word in text.split("-")]
        return None if None in found else [n for n in found if n is not None]

    address.restore(key, [], read)
    place.pills(label, options, selection_mode="multi", key=key, **more)
    return list(address.chosen(key, [], lambda value: "-".join(map(str, sorted(value)))))


def switch(place: Any, label: str, default: bool, key: str, **more: Any) -> bool:
    """On or off."""
    address.restore(key, default, {"off": False, "on": True}.get)
    place.toggle(label, key=key, **more)
    return bool(address.chosen(key, default, lambda value: "on" if value else "off"))


def move(key: str, options: Sequence[Any], by: int) -> None:
    """Callback: the option so many places on, or the same at an end."""
    place = options.index(st.session_state.get(key, options[0])) + by
    st.session_state[key] = options[min(max(place, 0), len(options) - 1)]


def _prepare(options: Options, default: str, key: str) -> None:
    """Before one of some words is drawn: what can no longer be chosen gives way."""
    address.restore(key, default, lambda text: text if text in options else None)
    if st.session_state[key] not in options:
        st.session_state[key] = default


def _labels(options: Options) -> dict[str, Any]:
    return {"format_func": options.__getitem__} if isinstance(options, Mapping) else {}


def _whole(low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        plain = text.isascii() and text.isdigit() and len(text) < 10
        return int(text) if plain and low <= int(text) <= high else None

    return read
