"""The map as one self-contained page, which opens, zooms and searches without a server."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

from explorer.analysis.conventions import DEFAULT
from explorer.map.bundle import asset, script
from explorer.map.data import map_data
from resnext import FORMS


def to_html(*sources: Any, count: str = DEFAULT, forms: bool = True) -> str:
    """The page of one to four networks side by side.

    Args:
        sources: Specs, graphs, or Keras models and files (see `explorer.analysis.report.analyse`).
        count: Counting convention of the MACs.
        forms: Whether the form of the split can be switched on the page.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    return page(whole_data(sources, count=count, forms=forms))


def whole_data(
    sources: Sequence[Any], *, count: str = DEFAULT, forms: bool = True
) -> dict[str, Any]:
    """What `explorer.map.data.map_data` gives, for a map that has nobody to ask for more."""
    data = map_data(sources, count=count, forms=FORMS if forms else ())
    for network in data["networks"]:
        network["choices"] = list(network["forms"])
    return data


def page(data: dict[str, Any]) -> str:
    """The same from what `explorer.map.data.map_data` gave."""
    title = ", ".join(network["name"] for network in data["networks"])
    # "</script>" in a name must not end the element that holds the data.
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return _filled(
        asset("page.html"),
        {"title": html.escape(title), "css": asset("style.css"), "data": plain, "js": script()},
    )


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with each ``{{name}}`` replaced, once: values may hold braces, too."""
    first, *pieces = template.split("{{")
    filled = [first]
    for piece in pieces:
        name, _, rest = piece.partition("}}")
        filled += [values[name], rest]
    return "".join(filled)
