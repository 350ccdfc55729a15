"""The map as a widget: what is selected on it can be read and set from Python.

>>> from explorer import explore
>>> widget = explore("resnext50_32x4d")  # doctest: +SKIP
>>> widget.selected = "stage2/block1"  # the map goes there  # doctest: +SKIP
>>> widget.observe(lambda change: print(change.new), "selected")  # doctest: +SKIP

It needs the extra ``notebook``, which is anywidget; its JavaScript is that of the app's map.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import anywidget
import traitlets

from explorer.analysis import tables
from explorer.analysis.conventions import DEFAULT
from explorer.analysis.report import Report, analyse, graph_of
from explorer.map.bundle import asset, module_script
from explorer.map.export import whole_data
from explorer.notebook.summary import HEIGHT, heading, table
from resnext import FORMS, ResNeXtSpec, SpecError
from resnext.errors import InputError


class NetworkMap(anywidget.AnyWidget):
    """A network's headline, its map and its table by stage.

    Attributes:
        selected: Place of what is selected on the map, such as ``stage2/block1/conv2``; empty
            for nothing. The map follows when it is set, and ``observe`` reports each change.
        height: Of the map, in pixels.
        source: The spec or graph.
        report: Its analysis; ``report.at(widget.selected)`` is the row of what is selected.
    """

    _esm = module_script("anywidget")
    _css = asset("style.css") + asset("notebook.css")
    _map = traitlets.Dict().tag(sync=True)
    _view = traitlets.Dict().tag(sync=True)
    _summary = traitlets.Unicode().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(HEIGHT, min=320, max=4000).tag(sync=True)

    def __init__(
        self, source: Any, *, count: str = DEFAULT, height: int = HEIGHT, selected: str = ""
    ) -> None:
        self.source = source
        self.report: Report = analyse(source, count)
        super().__init__(
            _map=whole_data([source], count=count),
            _summary=f"{heading(self.report)}<details><summary>Stage by stage</summary>"
            f"{table(self.report)}</details>",
            height=height,
            selected=selected,
        )

    @traitlets.validate("selected")
    def _check(self, proposal: dict[str, Any]) -> str:
        place: str = proposal["value"]
        if place and place not in self._places and place not in self._places_of_forms:
            raise InputError(
                f"selected must be a place in {self.report.name}, such as "
                f"{self.report.blocks[-1].name}, or empty. Received {place[:80]!r}."
            )
        return place

    @cached_property
    def _places(self) -> set[str]:
        return _around(node.name for node in graph_of(self.source))

    @cached_property
    def _places_of_forms(self) -> set[str]:
        """In all forms of the split that the map can show."""
        found: set[str] = set()
        for form in FORMS if isinstance(self.source, ResNeXtSpec) else ():
            try:
                graph = graph_of(self.source.replace(form=form))
            except SpecError:  # too many paths to be written out
                continue
            found |= _around(node.name for node in graph)
        return found

    def __repr__(self) -> str:
        return tables.to_text(self.report)

    def _repr_mimebundle_(self, **more: Any) -> Any:
        """The widget, and the summary for viewers that show no widgets."""
        bundle = super()._repr_mimebundle_(**more)
        if bundle is None:
            return None
        data, about = bundle
        return {**data, "text/html": heading(self.report) + table(self.report)}, about


def _around(names: Any) -> set[str]:
    """The places of layers, and of all that holds them."""
    found: set[str] = set()
    for name in names:
        place = name
        while place and place not in found:
            found.add(place)
            place = place.rpartition("/")[0]
    return found
