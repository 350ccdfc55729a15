"""One block with all its paths, next to the ResNet block of the same cost, for every choice.

`cardinality_data` gives plain data, which the JavaScript in ``frontend/`` draws; a choice needs
no server.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from explorer.charts.cardinality.data import cardinality_data
from explorer.formatting import javascript

__all__ = ["asset", "cardinality_data", "component_script"]


@cache
def asset(name: str) -> str:
    """The text of a file in ``frontend/``."""
    return (files(__package__) / "frontend" / name).read_text(encoding="utf-8")


@cache
def component_script() -> str:
    """The picture as one module with the default export that a Streamlit component needs."""
    return javascript.component("streamlit", asset)
