"""Whether a change of the cardinality keeps a block's cost or its width: one rule for all controls.

The session keeps the width of the ResNet block that the networks cost as much as, so that a
cardinality and back leads to the same network.
"""

from __future__ import annotations

import streamlit as st

from explorer.app.state import address
from explorer.charts.cardinality import choices
from resnext import ResNeXtSpec
from resnext.checks import MAX_CHANNELS

KEY = "keep_width"
_RESNET = "_resnet_width"
_MORE = "_own_cardinality"


def see(spec: ResNeXtSpec) -> None:
    """Take over what the address and the network say; once in each run, before `toggle`."""
    address.restore(KEY, False, {"off": False, "on": True}.get, "on or off")
    state = st.session_state
    state[_RESNET] = choices.usual_width(spec, state.get(_RESNET, 0))
    if spec.cardinality not in choices.CARDINALITIES:
        state[_MORE] = spec.cardinality


def toggle(*, disabled: bool) -> None:
    """The control, in the sidebar."""
    st.toggle(
        "Keep the width",
        st.session_state[KEY],
        key=KEY,
        disabled=disabled,
        help="On: a change of the cardinality keeps the width. Off: the width follows, so that the "
        "cost of a block stays about the same (table 2 of the paper).",
    )
    address.chosen(KEY, False, lambda value: "on" if value else "off")


def kept() -> bool:
    """Whether a change of the cardinality keeps the width."""
    return bool(st.session_state.get(KEY, False))


def following(spec: ResNeXtSpec, cardinality: int) -> int:
    """The width that follows from a cardinality; 0 if none does."""
    if not 1 <= cardinality <= MAX_CHANNELS:
        return 0
    if spec.groups:  # which fix C x d
        return spec.stages[0].width // cardinality
    if kept():
        return 0
    return choices.width_at(cardinality, spec, st.session_state.get(_RESNET, 0))


def offered(spec: ResNeXtSpec, check: choices.Check) -> choices.Choices:
    """What can be chosen instead of a network."""
    state = st.session_state
    return choices.offer(spec, check, usual=state.get(_RESNET, 0), more=state.get(_MORE, 0))
