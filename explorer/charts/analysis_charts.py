"""Charts of reports: functions from data to Plotly figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import plotly.graph_objects as go

from explorer.analysis.palette import LEGEND, ROOT_COLOUR, stage_colour
from explorer.analysis.report import Report, Row
from explorer.formatting import numbers

METRICS = {
    "macs": "MACs",
    "params": "Parameters",
    "activations": "Activations",
    "activation_bytes": "Feature maps, bytes",
}
_PATH = re.compile(r"/path\d+/")


def icicle(report: Report, metric: str) -> go.Figure:
    """Shares of ``metric`` by network, stage, block and layer; a click zooms in."""
    total = report.totals
    parts = {"/": ("", report.name, ROOT_COLOUR, _value(total, metric))}
    for row in report.stages:
        parts[row.name] = "/", row.name, stage_colour(row.name), _value(row, metric)
    for row in report.blocks:
        if row.block:
            label = row.name.rpartition("/")[2]
            parts[row.name] = row.stage, label, stage_colour(row.stage), _value(row, metric)
    paths: Counter[str] = Counter()
    for row in report.rows:
        if row.name in parts:
            continue
        # Equal layers of a block's paths are shown as one: 32 slivers would be unreadable.
        name = _PATH.sub("/paths/", row.name)
        paths[name] += name != row.name
        label = name.rpartition("/")[2] + (f" × {paths[name]}" if paths[name] else "")
        value = _value(row, metric) + (parts[name][3] if name in parts else 0)
        parts[name] = row.block or row.stage, label, stage_colour(row.stage), value
    ids = [name for name, part in parts.items() if part[3] or name == "/"]
    parents, labels, colours, values = zip(*[parts[name] for name in ids])
    figure = go.Figure(
        go.Icicle(
            ids=ids,
            labels=labels,
            parents=parents,
            values=values,
            branchvalues="total",
            sort=False,
            marker={"colors": colours, "line": {"width": 1, "color": "rgba(255,255,255,0.5)"}},
            maxdepth=3,
            customdata=[numbers.full(value) for value in values],
            hovertemplate="<b>%{id}</b><br>%{customdata}<br>%{percentRoot:.1%} of the network"
            "<extra></extra>",
            texttemplate="%{label} %{percentRoot:.0%}",
            tiling={"pad": 1},
            pathbar={"thickness": 24},
        )
    )
    figure.update_layout(height=420, margin={"l": 0, "r": 0, "t": 28, "b": 0}, uirevision="icicle")
    return figure


def stage_bars(report: Report) -> go.Figure:
    """Share of each stage in parameters, MACs, activations and feature maps."""
    figure = go.Figure()
    totals = report.totals
    labels = ["Feature maps", "Activations", "MACs", "Parameters"]
    metrics = ["activation_bytes", "activations", "macs", "params"]
    for row in report.stages:
        shares = [
            (_value(row, metric) / whole if (whole := _value(totals, metric)) else 0.0)
            for metric in metrics
        ]
        figure.add_bar(
            y=labels,
            x=shares,
            name=row.name,
            orientation="h",
            marker_color=stage_colour(row.name),
            customdata=[numbers.full(_value(row, metric)) for metric in metrics],
            hovertemplate=f"{row.name}: %{{customdata}}, %{{x:.1%}}<extra></extra>",
        )
    axis = {"tickformat": ".0%", "range": [0, 1], "showgrid": False}
    return stacked(figure, 280, axis, autorange=True)


def stacked(
    figure: go.Figure,
    height: int,
    xaxis: Mapping[str, object],
    autorange: str | bool = "reversed",
    top: int = 40,
) -> go.Figure:
    """Add the axes of horizontal bars; by default the first is at the top."""
    figure.update_layout(
        barmode="stack",
        height=height,
        margin={"l": 0, "r": 8, "t": top, "b": 0},
        xaxis=xaxis,
        yaxis={"automargin": True, "autorange": autorange},
        legend=LEGEND,
    )
    return figure


def _value(row: Row, metric: str) -> int:
    return getattr(row, metric) or 0
