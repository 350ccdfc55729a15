"""A network's summary as HTML for a notebook; every name in it is escaped."""

from __future__ import annotations

import html

from explorer.analysis.report import Report
from explorer.formatting import numbers

HEIGHT = 620  # of the map, in pixels


def heading(report: Report) -> str:
    """Name and main figures as HTML."""
    return f"<h3>{html.escape(report.name)}</h3><p>{html.escape(headline(report))}</p>"


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
    """The main figures in one line."""
    total = report.totals
    return (
        f"{numbers.full(total.params)} parameters, "
        f"{numbers.short(total.macs)} MACs ({report.count}'s convention), input "
        f"{numbers.shape(report.input_shape)}"
    )
