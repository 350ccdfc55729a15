"""Times that were measured on this machine, read once for all sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from explorer.cost.timings import LATENCY, Kept, stamp, timings_here
from resnext import ResNeXtSpec


def kept_timings() -> Kept:
    """What was measured, read again when something was added."""
    return _kept(stamp())


def layer_times(network: Any) -> Mapping[str, float]:
    """Milliseconds of each layer alone, inference on one image; empty if not measured."""
    found = kept_timings().find(network, LATENCY) if isinstance(network, ResNeXtSpec) else None
    if found is None:
        return {}
    return {name: found.steady(times) for name, times in found.parts["layer"].items()}


@st.cache_resource(max_entries=2, show_spinner=False)
def _kept(changed: object) -> Kept:
    return timings_here()
