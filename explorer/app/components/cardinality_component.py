"""The first picture as a Streamlit component: a block's paths, the cardinality, the depth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import streamlit as st

from explorer.app.state import url_params, width_rule
from explorer.app.state.network import choose, current_spec
from explorer.app.state.shared import Shared
from explorer.charts.cardinality import asset, cardinality_data, component_script
from explorer.charts.cardinality.choices import Choices, changed, offer
from resnext import ResNeXtSpec, SpecError

KEY = "cardinality"
_HEARD = "_cardinality_heard"  # number of the last choice that the browser reported


class Picture(NamedTuple):
    """What the browser draws, a name that changes when it does, and its size in characters."""

    data: dict[str, Any]
    id: str
    size: int


_PICTURES: Shared[Picture] = Shared(10_000_000, lambda picture: picture.size)


def cardinality_picture(*, asks: bool = False) -> None:
    """Show a block of the network that is chosen, and let a person choose another.

    Args:
        asks: Whether the browser is to ask for another run when it has drawn the picture.
    """
    spec = current_spec()
    offered = width_rule.offered(spec, url_params.check_size)
    picture = _picture(offered)
    _component()(
        key=KEY,
        data={
            "picture": picture.data,
            "id": picture.id,
            "asks": asks,
            "heard": st.session_state.get(_HEARD, 0),
            "chosen": {
                "cardinality": spec.cardinality,
                "keep": width_rule.kept(),
                "depth": offered.depths.index(spec.blocks),
            },
        },
        on_choice_change=_take_choice,
        on_drawn_change=lambda: None,
    )


def _picture(offered: Choices) -> Picture:
    """The data of these choices, made once for all sessions."""

    def compute() -> Picture:
        data = cardinality_data(offered)
        text = json.dumps(data, sort_keys=True)
        return Picture(data, hashlib.sha256(text.encode()).hexdigest()[:16], len(text))

    rules = tuple(offered.rules.items())
    return _PICTURES.get((offered.spec, offered.resnet, offered.depths, rules), compute)


def prepare() -> None:
    """Make the data of the network that a first visit shows, before there is a visitor."""
    _picture(offer(ResNeXtSpec(), url_params.check_size))
    component_script()


def _take_choice() -> None:
    """A person chose a cardinality, a depth or a rule in the picture."""
    report = (st.session_state.get(KEY) or {}).get("choice")
    if not isinstance(report, Mapping) or not isinstance(report.get("number"), int):
        return
    st.session_state[_HEARD] = report["number"]
    try:
        choose(_chosen(current_spec(), report))
    except (KeyError, TypeError, SpecError):
        return  # not what the picture sends
    st.session_state[width_rule.KEY] = bool(report.get("keep"))


def _chosen(spec: ResNeXtSpec, report: Mapping[str, Any]) -> ResNeXtSpec:
    """The network that a report asks for.

    Raises:
        KeyError, TypeError, SpecError: It asks for none.
    """
    found = changed(spec, report["cardinality"], report["width"])
    if not spec.groups:
        found = found.replace(blocks=tuple(report["blocks"]))
    return url_params.check_size(found)


@cache
def _component() -> Callable[..., Any]:
    """The component, declared when the first picture is shown."""
    return st.components.v2.component(
        "resnext_cardinality",
        html='<div class="cardinality-host"></div>',
        css=asset("style.css"),
        js=component_script(),
    )
