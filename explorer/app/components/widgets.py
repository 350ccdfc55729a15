"""Widgets whose value is in the address, so that any view can be linked to; titles, downloads.

A widget takes its container (`st`, or a column), label, options, default, key, which is also its
name in the address, and further arguments of Streamlit's widget.

Each has the value that it shows as its default, too: a browser that is still loading the code of
a widget while the page runs again begins it with the default, and sends that back as a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from explorer.analysis.formats import FORMATS, Answer
from explorer.app.state import address

_MOST_NAMED = 12  # options listed in a message about an address
Options = Sequence[str] | Mapping[str, str]  # a mapping gives each its label


def page_title(text: str, **more: Any) -> Any:
    """Draw the title of a page where every page has it; return its row, for what is next to it."""
    row = st.container(horizontal=True, vertical_alignment="center")
    row.title(text, anchor=False, **more)
    return row


def segments(place: Any, label: str, options: Options, default: str, key: str, **more: Any) -> str:
    """One of a few options, side by side."""
    _prepare(options, default, key)
    place.segmented_control(
        label,
        list(options),
        default=st.session_state[key],
        key=key,
        required=True,
        wrap=True,
        **_labels(options),
        **more,
    )
    return str(address.chosen(key, default))


def select(place: Any, label: str, options: Options, default: str, key: str, **more: Any) -> str:
    """One of many options, from a list; a single option draws no list."""
    _prepare(options, default, key)
    if len(options) > 1:
        index = list(options).index(st.session_state[key])
        place.selectbox(label, list(options), index, key=key, **_labels(options), **more)
    return str(address.chosen(key, default))


def slider(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A whole number between bounds."""
    address.restore(key, default, *_whole(low, high))
    if not low <= st.session_state[key] <= high:  # bounds may have changed since
        st.session_state[key] = min(max(st.session_state[key], low), high)
    place.slider(label, low, high, st.session_state[key], key=key, **more)
    return int(address.chosen(key, default))


def number(place: Any, label: str, low: int, high: int, default: int, key: str,
           **more: Any) -> int:  # fmt: skip
    """A typed whole number."""
    address.restore(key, default, *_whole(low, high))
    place.number_input(label, low, high, st.session_state[key], key=key, **more)
    return int(address.chosen(key, default))


def several(place: Any, label: str, options: Sequence[int], key: str, **more: Any) -> list[int]:
    """Some of the numbers."""

    known = {str(option): option for option in options}

    def read(text: str) -> list[int] | None:
        words = text.split("-")
        return [known[word] for word in words] if known.keys() >= set(words) else None

    address.restore(key, [], read, f"numbers joined by -, each {_one_of(list(known))}")
    shown = st.session_state[key]
    place.pills(label, options, default=shown, selection_mode="multi", key=key, **more)
    return list(address.chosen(key, [], lambda value: "-".join(map(str, sorted(value)))))


def picks(place: Any, label: str, options: Mapping[str, str], default: Sequence[str], key: str,
          **more: Any) -> list[str]:  # fmt: skip
    """Some of many options, from a list; a mapping gives each its label."""

    def read(text: str) -> list[str] | None:
        words = list(dict.fromkeys(text.split(",")))
        return words if options.keys() >= set(words) else None

    address.restore(
        key, list(default), read, f"names joined by commas, each {_one_of(list(options))}"
    )
    shown = st.session_state[key]
    place.multiselect(label, list(options), default=shown, key=key, **_labels(options), **more)
    return list(address.chosen(key, list(default), ",".join))


def switch(place: Any, label: str, default: bool, key: str, **more: Any) -> bool:
    """On or off."""
    address.restore(key, default, {"off": False, "on": True}.get, "on or off")
    place.toggle(label, st.session_state[key], key=key, **more)
    return bool(address.chosen(key, default, lambda value: "on" if value else "off"))


def move(key: str, options: Sequence[Any], by: int) -> None:
    """Callback: choose the option ``by`` places further, at most the last or first."""
    place = options.index(st.session_state.get(key, options[0])) + by
    st.session_state[key] = options[min(max(place, 0), len(options) - 1)]


def _prepare(options: Options, default: str, key: str) -> None:
    """Restore the option before its widget is drawn; the default if it is not offered."""
    read = {option: option for option in options}.get
    address.restore(key, default, read, _one_of(list(options)))
    if st.session_state[key] not in options:
        st.session_state[key] = default


def _labels(options: Options) -> dict[str, Any]:
    return {"format_func": options.__getitem__} if isinstance(options, Mapping) else {}


def _one_of(options: Sequence[str]) -> str:
    shown = ", ".join(options[:_MOST_NAMED])
    return f"one of {shown}" + (", …" if len(options) > _MOST_NAMED else "")


def _whole(low: int, high: int) -> tuple[Callable[[str], int | None], str]:
    """A reader of whole numbers in an address, and its rule."""

    def read(text: str) -> int | None:
        plain = text.isascii() and text.isdigit() and len(text) < 10
        return int(text) if plain and low <= int(text) <= high else None

    return read, f"a whole number from {low:,} to {high:,}"


def download(label: str, data: Any, file_name: str, mime: str | None = None, **more: Any) -> None:
    """A download button; ``data`` is the content, or a function that makes it when pressed."""
    more = {"icon": ":material/download:", **more}
    st.download_button(label, data, file_name, mime, on_click="ignore", **more)


def downloads(
    answer: Answer, name: str, key: str, formats: Iterable[str] = ("csv", "json")
) -> None:
    """A download button for each format.

    Args:
        answer: What the files hold.
        name: Of the files, without ending.
        key: Begins the buttons' keys.
        formats: Words of `explorer.analysis.formats.FORMATS`.
    """
    for word in formats:
        label, ending, mime, write = FORMATS[word]
        content = partial(write, answer)
        download(label, content, f"{name}.{ending}", mime, key=f"{key}_{word}")
