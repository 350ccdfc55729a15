"""The map's JavaScript modules, in ``frontend/``, as one text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from explorer.formatting import javascript


@cache
def asset(name: str) -> str:
    """The text of a file in ``frontend/``."""
    return (files(__package__) / "frontend" / name).read_text(encoding="utf-8")


@cache
def script(entry: str = "mount") -> str:
    """The module ``entry`` and all that it imports, as one; see `javascript.library`."""
    return javascript.library(entry, asset)


@cache
def module_script(entry: str = "streamlit") -> str:
    """The module ``entry``, which has a default export, and all that it imports, as one module.

    ``streamlit`` is the map as a component of Streamlit, ``anywidget`` as a widget in a notebook.
    """
    return javascript.component(entry, asset)
