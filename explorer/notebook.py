"""A network in a notebook: ``explore("resnext50_32x4d")`` shows its summary and its map."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from explorer import numbers, tables
from explorer.conventions import DEFAULT
from explorer.report import Report, analyse, graph_of
from resnext import ResNeXtSpec

HEIGHT = 620


class Exploration:
    """A network's summary and map; a notebook that is given one as a cell's value shows them.

    Attributes:
        source: The spec, graph, Keras model or file.
        report: Its analysis.
    """

    def __init__(self, source: Any, count: str = DEFAULT, height: int = HEIGHT) -> None:
        self.source = source
        self.report: Report = analyse(source, count)
        self._height = height

    def __repr__(self) -> str:
        return tables.to_text(self.report)

    def _repr_markdown_(self) -> str:
        return tables.to_markdown(self.report)

    def _repr_html_(self) -> str:
        """Headline, table by stage, and the map in a frame of its own: nothing is downloaded."""
        from explorer.map.export import to_html

        page = html.escape(to_html(self.source, count=self.report.count), quote=True)
        return (
            f"<h3>{html.escape(self.report.name)}</h3>"
            f"<p>{html.escape(headline(self.report))}</p>"
            f"{table(self.report)}"
            f'<iframe srcdoc="{page}" title="Map of {html.escape(self.report.name, quote=True)}" '
            f'sandbox="allow-scripts allow-downloads" '
            f'style="width:100%;height:{self._height}px;border:1px solid #8888;border-radius:6px">'
            "</iframe>"
        )


def explore(network: Any, *, count: str = DEFAULT, height: int = HEIGHT) -> Exploration:
    """Show a network in a notebook.

    Args:
        network: A name such as ``resnext50_32x4d``, the path of a ``.keras`` file, a spec, a
            graph, or a functional Keras model.
        count: Counting convention; see `explorer.conventions`.
        height: Of the map, in pixels.

    Raises:
        ValueError: It is none of these (`resnext.SpecError` for an unknown name).
    """
    source = network
    if isinstance(network, (str, Path)):
        path = Path(network)
        source = path if path.suffix == ".keras" else ResNeXtSpec.from_name(str(network))
    # The graph is taken once: a Keras model may change, and a file may go.
    return Exploration(
        source if isinstance(source, ResNeXtSpec) else graph_of(source), count, height
    )


def table(report: Report) -> str:
    """The main columns by stage as HTML."""
    names = ("Stage", "Output", "Parameters", "MACs", "Receptive field")
    rows = [
        (
            row.name,
            numbers.shape(row.output_shape),
            numbers.full(row.params),
            numbers.full(row.macs),
            numbers.full(row.receptive_field),
        )
        for row in (*report.stages, report.totals)
    ]
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def headline(report: Report) -> str:
    """The figures that one asks for first, in a line."""
    total = report.totals
    return (
        f"{numbers.full(total.trainable_params)} parameters, "
        f"{numbers.short(total.macs)} MACs ({report.count}'s convention), input "
        f"{numbers.shape(report.input_shape)}"
    )
