"""The map as a Streamlit component: our own HTML, CSS and JavaScript, nothing downloaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import streamlit as st

from explorer.conventions import DEFAULT
from explorer.map.bundle import asset, component_script
from explorer.map.data import map_data
from explorer.map.state import MapState


def network_map(
    networks: Sequence[Any],
    *,
    key: str,
    selected: str | None = None,
    state: MapState | None = None,
    wanted: MapState | None = None,
    count: str = DEFAULT,
    height: int = 640,
    marks: bool = True,
) -> MapState:
    """Show one to four networks as a map that a person walks through.

    Args:
        networks: Specs (which can be switched among the forms of the split on the map), or
            graphs.
        key: Of the component, and of its state in the session.
        selected: Place of a layer or box that something else on the page has selected, such
            as ``stage1/block1/conv2``. The map goes there when this changes; None leaves the
            selection to the map.
        state: View to begin with.
        wanted: View to go to now, such as `MapState.from_query` of the address gives; None
            stays with what is seen.
        count: Counting convention of the MACs.
        height: In pixels.
        marks: Mark what differs among the networks.

    Returns:
        The view as it is now: ``.selected`` is what a person has picked, ``.to_query()`` what
        an address needs to reopen it, ``.form`` the form of the split that is shown.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    view = st.session_state.setdefault(f"{key}-view", _View(now=state or MapState()))
    view.hear((st.session_state.get(key) or {}).get("state"))
    if wanted is not None:
        view.go(wanted)
    plain, identity = _data(tuple(networks), count, view.now.form)
    if selected is not None:
        view.ask(selected)
    result = _component()(
        key=key,
        data={
            "map": plain,
            "id": identity,
            "state": view.now.to_dict(),
            "asked": view.asked,
            "height": height,
            "marks": marks,
        },
        height=height + 2,
        on_state_change=lambda: None,
    )
    view.hear(result.state)
    return view.now


@dataclass
class _View:
    """What a map shows, as far as Python knows: the last that either side has said.

    Attributes:
        now: The view.
        asked: How often Python has asked for another; the browser follows when this grows,
            so that a late answer to an old click never undoes a newer one, and says it with
            what it tells, so that Python knows a click that was made before.
        heard: What the browser said last.
        selected: What Python asked for last.
    """

    now: MapState
    asked: int = 0
    heard: Any = None
    selected: str | None = None

    def hear(self, plain: Any) -> None:
        """Take what the browser says, if that is new."""
        if plain is not None and plain != self.heard:
            self.heard = plain
            if not isinstance(plain, Mapping) or plain.get("asked", self.asked) == self.asked:
                self.now = MapState.from_dict(plain)

    def go(self, state: MapState) -> None:
        """Show another view."""
        self.now = state
        self.asked += 1

    def ask(self, selected: str) -> None:
        """Select another part, if that is new."""
        if selected != self.selected:
            self.selected = selected
            if selected != self.now.selected:
                self.go(replace(self.now, selected=selected, network=0))


@st.cache_data(max_entries=16, show_spinner="Drawing the map")
def _data(networks: tuple[Any, ...], count: str, form: str) -> tuple[dict[str, Any], str]:
    """What the map draws, and a name for it that changes when it does.

    Only the networks' own form and the one that is shown: all four of ResNeXt-152 take a second.
    """
    plain = map_data(networks, count=count, forms=(form,))
    text = json.dumps(plain, sort_keys=True).encode()
    return plain, hashlib.sha256(text).hexdigest()[:16]


@cache
def _component() -> Callable[..., Any]:
    """The component, declared when the first map is shown."""
    return st.components.v2.component(
        "resnext_map",
        html='<div class="netmap-host"></div>',
        css=asset("style.css"),
        js=component_script(),
    )
