"""The lesson's widgets: what each says lives in the address, so that any view can be linked to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from explorer.views import address

MOST = 60  # characters of a bad value that are repeated


def segments(place: Any, label: str, options: Sequence[str], default: str, key: str,
             **more: Any) -> str:  # fmt: skip
    """One of a few words, side by side."""
    _restore(key, default, _one_of(options))
    place.segmented_control(label, options, key=key, required=True, wrap=True, **more)
    return str(_keep(key, default))


def select(place: Any, label: str, options: Sequence[str], default: str, key: str,
           **more: Any) -> str:  # fmt: skip
    """One of many words, from a list."""
    _restore(key, default, _one_of(options))
    if st.session_state[key] not in options:
        st.session_state[key] = default
    place.selectbox(label, options, key=key, **more)
    return str(_keep(key, default))


def slider(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A whole number between bounds."""
    _restore(key, default, _whole(low, high))
    st.session_state[key] = min(max(st.session_state[key], low), high)
    place.slider(label, low, high, key=key, **more)
    return int(_keep(key, default))


def number(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A whole number that is typed."""
    _restore(key, default, _whole(low, high))
    place.number_input(label, low, high, key=key, **more)
    return int(_keep(key, default))


def several(place: Any, label: str, options: Sequence[int], key: str, **more: Any) -> list[int]:
    """Some of the numbers."""

    def read(text: str) -> list[int] | None:
        found = [_whole(min(options), max(options))(word) for word in text.split("-")]
        return None if None in found else [n for n in found if n is not None]

    _restore(key, [], read)
    place.pills(label, options, selection_mode="multi", key=key, **more)
    return list(_keep(key, [], lambda value: "-".join(map(str, sorted(value)))))


def switch(place: Any, label: str, key: str, **more: Any) -> bool:
    """On unless the address says off."""
    _restore(key, True, {"off": False, "on": True}.get)
    place.toggle(label, key=key, **more)
    return bool(_keep(key, True, lambda value: "on" if value else "off"))


def move(key: str, options: Sequence[Any], by: int) -> None:
    """Callback: the option so many places on, or the same at an end."""
    place = options.index(st.session_state.get(key, options[0])) + by
    st.session_state[key] = options[min(max(place, 0), len(options) - 1)]


def _one_of(options: Collection[str]) -> Callable[[str], str | None]:
    return lambda text: text if text in options else None


def _whole(low: int, high: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        plain = text.isascii() and text.isdigit() and len(text) < 10
        return int(text) if plain and low <= int(text) <= high else None

    return read


def _restore(key: str, default: Any, read: Callable[[str], Any]) -> None:
    """Before the widget is drawn: let it show what the address asks for anew, if that can be.

    What cannot be is told, and the default taken.
    """
    news = address.asked([key])
    if news:
        text = news[key]
        value = default if text is None else read(text)
        if value is None:
            st.warning(
                f"The address asks for {key} = {address.plain(text or '')[:MOST]}, which there "
                "is not.",
                icon=":material/link_off:",
            )
            value = default
        st.session_state[key] = value
    elif key not in st.session_state:
        # Streamlit forgets the widgets of a step that was left.
        st.session_state[key] = st.session_state.get(f"_kept_{key}", default)


def _keep(key: str, default: Any, text: Callable[[Any], str] = str) -> Any:
    """After the widget was drawn: let the address say what it shows."""
    value = st.session_state[key]
    st.session_state[f"_kept_{key}"] = value
    address.write({key: None if value == default else text(value)})
    return value
