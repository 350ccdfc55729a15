"""A network in a notebook: ``explore("resnext50_32x4d")`` shows its summary and its map."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from explorer.analysis import tables
from explorer.analysis.conventions import DEFAULT
from explorer.analysis.report import Report, analyse, graph_of
from explorer.notebook.summary import HEIGHT, heading, table
from resnext import ResNeXtSpec

if TYPE_CHECKING:
    from explorer.notebook.widget import NetworkMap

NO_MAP = (
    "The interactive map needs the extra notebook: pip install '.[notebook]', or anywidget alone."
)


class Exploration:
    """A network's summary; a notebook shows it as the value of a cell.

    Attributes:
        source: The spec, graph, Keras model or file.
        report: Its analysis.
    """

    def __init__(self, source: Any, count: str = DEFAULT) -> None:
        self.source = source
        self.report: Report = analyse(source, count)

    def __repr__(self) -> str:
        return tables.to_text(self.report)

    def _repr_markdown_(self) -> str:
        return f"{tables.to_markdown(self.report)}\n{NO_MAP}\n"

    def _repr_html_(self) -> str:
        """Headline, table by stage, and what the map needs."""
        return f"{heading(self.report)}{table(self.report)}<p>{NO_MAP}</p>"


def explore(
    network: Any, *, count: str = DEFAULT, height: int = HEIGHT
) -> NetworkMap | Exploration:
    """Show a network in a notebook.

    Args:
        network: A name such as ``resnext50_32x4d``, the path of a ``.keras`` or
            ``.onnx`` file, a spec, a graph, or a functional Keras model.
        count: Counting convention; see `explorer.analysis.conventions`.
        height: Of the map, in pixels.

    Returns:
        The map as a widget, whose ``selected`` is the place of what is selected on it; the
        summary alone where anywidget is not installed.

    Raises:
        ValueError: It is another kind of value (`resnext.SpecError` for an unknown name).
    """
    if isinstance(network, str) and not network.endswith((".keras", ".onnx")):
        network = ResNeXtSpec.from_name(network)
    # The graph is read once: a Keras model may change, and a file may be deleted.
    source = network if isinstance(network, ResNeXtSpec) else graph_of(network)
    if find_spec("anywidget") is None:
        return Exploration(source, count)
    from explorer.notebook.widget import NetworkMap

    return NetworkMap(source, count=count, height=height)
