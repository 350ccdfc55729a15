"""The sections of the Cost page."""

from __future__ import annotations

from explorer.app.components.widgets import page_title
from explorer.app.state import selection
from explorer.app.state.network import current_spec, graph_of
from explorer.app.views.cost.memory import memory_section
from explorer.app.views.cost.search import search_section
from explorer.app.views.cost.time import time_section


def render() -> None:
    """The page."""
    spec = current_spec()
    page_title(f"What {spec.name} costs to run")
    selection.follow_address(graph_of(spec))
    settings = memory_section(spec)
    time_section(spec)
    search_section(settings)
