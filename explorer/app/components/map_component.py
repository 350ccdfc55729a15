"""The map as a Streamlit component: our own HTML, CSS and JavaScript, nothing downloaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import streamlit as st

from explorer.analysis.conventions import DEFAULT
from explorer.analysis.report import Report, analyse
from explorer.app.state import address
from explorer.app.state.network import graph_of, report_of
from explorer.app.state.timings import layer_times
from explorer.cost.timings import stamp
from explorer.map.bundle import asset, module_script
from explorer.map.data import map_data
from explorer.map.state import QUERY_KEYS, MapState
from resnext import Graph, ResNeXtSpec


def network_map(
    networks: Sequence[Any],
    *,
    key: str,
    state: MapState | None = None,
    wanted: Mapping[str, Any] | None = None,
    on_change: Callable[[MapState], None] | None = None,
    count: str = DEFAULT,
    height: int = 640,
    marks: bool = True,
) -> MapState:
    """Show one to four networks as an interactive map.

    Args:
        networks: Specs (which can be switched among the forms of the split on the map), or
            graphs.
        key: Of the component, and of its view in the session.
        state: View to begin with.
        wanted: Fields of `MapState` that the map is to have now; the others stay as they are.
        on_change: Called with the view when a person has changed it, before the script runs
            again. What else the page keeps of the view must be set here: a value that is kept
            from an earlier run and sent back as ``wanted`` would undo the change.
        count: Counting convention of the MACs.
        height: In pixels.
        marks: Mark what differs among the networks.

    Returns:
        The view as it is now: ``.selected`` is what a person has picked, ``.to_query()`` what
        an address needs to reopen it, ``.form`` the form of the split that is shown.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    view: View = st.session_state.setdefault(f"{key}-view", View(shown={0: state or MapState()}))
    view.ask(**(wanted or {}))
    plain, identity = _data(tuple(networks), count, view.now.form, stamp())

    def heard() -> None:
        view.hear((st.session_state.get(key) or {}).get("state"))
        if on_change is not None:
            on_change(view.now)

    _component()(
        key=key,
        data={
            "map": plain,
            "id": identity,
            "state": view.now.to_dict(),
            "asked": view.asked,
            "heard": view.heard,
            "height": height,
            "marks": marks,
        },
        height="content",  # the style sheet sets it: more on a phone, where the card is below
        on_state_change=heard,
    )
    return view.now


def view_of_address() -> dict[str, Any]:
    """Fields of `MapState` that the address asks for anew; a sentence for those that cannot be."""
    news = address.asked(QUERY_KEYS)
    fields, refused = MapState.from_query(news)
    for key, rule in refused.items():
        address.refuse(key, rule, news[key] or "")
    return fields


def write_view(view: MapState) -> None:
    """Let the address say what is seen."""
    query = view.to_query()
    address.write({key: query.get(key) for key in QUERY_KEYS})


@dataclass
class View:
    """What a map shows: the one record of it in Python.

    Both sides change it, and either may not have seen the other's last change. So each request
    of Python has a number, and the browser names the last one that it has seen. What a person
    did is the difference to what the browser showed at that number, never the whole message;
    a browser that had not seen the last request is asked for the outcome.

    Attributes:
        asked: Number of Python's last request; the browser follows when it changes.
        shown: By number of a request, what the browser shows as far as is known while that is
            the last one that it has seen.
        heard: Number of the browser's last report. A browser that has no other on its way, and
            shows another selection, takes ours.
    """

    asked: int = 0
    heard: int = 0
    shown: dict[int, MapState] = field(default_factory=lambda: {0: MapState()})

    @property
    def now(self) -> MapState:
        """The view."""
        return self.shown[self.asked]

    def ask(self, **wanted: Any) -> None:
        """Show these fields; nothing to do where the view has them."""
        state = replace(self.now, **wanted)
        if state != self.now:
            self.asked += 1
            self.shown[self.asked] = state

    def hear(self, plain: Any) -> None:
        """Take what a person changed in the browser."""
        if not isinstance(plain, Mapping):
            return
        sent = plain.get("sent")
        self.heard = sent if isinstance(sent, int) else self.heard
        number = plain.get("asked")
        seen = number if isinstance(number, int) and number in self.shown else self.asked
        state, before = MapState.from_dict(plain).to_dict(), self.shown[seen].to_dict()
        outcome = replace(self.now, **{k: v for k, v in state.items() if v != before[k]})
        self.shown = {n: s for n, s in self.shown.items() if n > seen}
        self.shown[seen] = MapState(**state)
        self.asked += seen != self.asked
        self.shown[self.asked] = outcome


@st.cache_data(max_entries=512, show_spinner=False)  # a spinner would push the map down
def _data(
    networks: tuple[Any, ...], count: str, form: str, measured: object
) -> tuple[dict[str, Any], str]:
    """What the map draws, and a name for it that changes when it does.

    Only the networks' own form and the one that is shown: all four of ResNeXt-152 take a second.

    Args:
        networks: See `network_map`.
        count: Counting convention.
        form: The form that is shown.
        measured: Changes when another time is kept.
    """
    plain = map_data(networks, count=count, forms=(form,), read=_read, times=layer_times)
    text = json.dumps(plain, sort_keys=True).encode()
    return plain, hashlib.sha256(text).hexdigest()[:16]


def _read(network: Any, count: str) -> tuple[Graph, Report]:
    """Graph and report, from what the pages share where they share it."""
    if isinstance(network, ResNeXtSpec):
        return graph_of(network), report_of(network, count)
    return network, analyse(network, count)


@cache
def _component() -> Callable[..., Any]:
    """The component, declared when the first map is shown."""
    return st.components.v2.component(
        "resnext_map",
        html='<div class="netmap-host"></div>',
        css=asset("style.css"),
        js=module_script(),
    )
