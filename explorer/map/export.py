"""The map as one self-contained page, which folds, zooms and searches without a server."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from typing import Any

from explorer.conventions import DEFAULT
from explorer.map.bundle import asset, script
from explorer.map.data import map_data
from resnext import FORMS


def to_html(*sources: Any, count: str = DEFAULT, forms: bool = True) -> str:
    """The page of one to four networks side by side.

    Args:
        sources: Specs, graphs, or Keras models and files (see `explorer.report.analyse`).
        count: Counting convention of the MACs.
        forms: Whether the form of the split can be switched on the page.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    data = map_data(sources, count=count, forms=FORMS if forms else ())
    for network in data["networks"]:
        network["choices"] = list(network["forms"])  # a page has nobody to ask for more
    return page(data)


def page(data: dict[str, Any]) -> str:
    """The same from what `explorer.map.data.map_data` gave."""
    title = ", ".join(network["name"] for network in data["networks"])
    # "</script>" in a name must not end the element that holds the data.
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    template = (files(__package__) / "page.html").read_text(encoding="utf-8")
    return _filled(
        template,
        {"title": html.escape(title), "css": asset("style.css"), "data": plain, "js": script()},
    )


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with each ``{{name}}`` replaced, once: values may hold braces of their own."""
    first, *pieces = template.split("{{")
    filled = [first]
    for piece in pieces:
        name, _, rest = piece.partition("}}")
        filled += [values[name], rest]
    return "".join(filled)
