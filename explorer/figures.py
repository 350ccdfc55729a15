"""Charts of reports and comparisons. Plain functions from data to plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from explorer import numbers
from explorer.compare import Comparison
from explorer.published import figures as published_figures
from explorer.report import Report, Row

# From shallow to deep, told apart by lightness alone too; the first and last stand outside.
STAGE_COLOURS = ("#7dd3fc", "#38bdf8", "#0284c7", "#075985", "#0c4a6e", "#082f49")
STEM_COLOUR, CLASSIFIER_COLOUR, ROOT_COLOUR = "#94a3b8", "#f59e0b", "#64748b"
NETWORK_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#64748b")
METRICS = {
    "macs": "MACs",
    "trainable_params": "Parameters",
    "activations": "Activations",
    "activation_bytes": "Feature maps, bytes",
}


def stage_colour(stage: str) -> str:
    """One colour for a stage, wherever it is charted."""
    if stage.startswith("stage") and stage[5:].isdigit():
        return STAGE_COLOURS[min(int(stage[5:]), len(STAGE_COLOURS)) - 1]
    return {"stem": STEM_COLOUR, "classifier": CLASSIFIER_COLOUR}.get(stage, ROOT_COLOUR)


def icicle(report: Report, metric: str) -> go.Figure:
    """Where ``metric`` sits: network, stage, block, layer. A click opens a part."""
    total = report.totals
    ids, labels, parents, values, colours = ["/"], [report.name], [""], [_value(total, metric)], []
    colours.append(ROOT_COLOUR)
    layers = [row for row in report.rows if _value(row, metric)]
    for rows, parent_of in (
        (report.stages, lambda row: "/"),
        ([row for row in report.blocks if row.block], lambda row: row.stage),
        (layers, lambda row: row.block or row.stage),
    ):
        for row in rows:
            if not _value(row, metric) or row.name in ids:
                continue
            ids.append(row.name)
            labels.append(row.name.rpartition("/")[2])
            parents.append(parent_of(row))
            values.append(_value(row, metric))
            colours.append(stage_colour(row.stage or row.name))
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
    metrics = ["activation_bytes", "activations", "macs", "trainable_params"]
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
    figure.update_layout(
        barmode="stack",
        height=280,
        margin={"l": 0, "r": 8, "t": 40, "b": 0},
        xaxis={"tickformat": ".0%", "range": [0, 1], "showgrid": False},
        yaxis={"automargin": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return figure


def cost_bars(comparison: Comparison, metric: str) -> go.Figure:
    """``metric`` of every network, stacked by stage."""
    figure = go.Figure()
    for aligned in comparison.stages:
        values = [aligned.value(index, metric) or 0 for index in range(len(comparison.names))]
        figure.add_bar(
            y=list(comparison.names),
            x=values,
            name=aligned.stage,
            orientation="h",
            marker_color=stage_colour(aligned.stage),
            customdata=[numbers.full(value) for value in values],
            hovertemplate=f"{aligned.stage}: %{{customdata}}<extra>%{{y}}</extra>",
        )
    figure.update_layout(
        barmode="stack",
        height=110 + 44 * len(comparison.names),
        margin={"l": 0, "r": 8, "t": 40, "b": 0},
        xaxis={"title": METRICS[metric], "exponentformat": "SI"},
        yaxis={"automargin": True, "autorange": "reversed"},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return figure


def accuracy_scatter(comparison: Comparison, source: str) -> go.Figure | None:
    """MACs against a source's published ImageNet accuracy; size says parameters.

    None if the source says nothing of these networks.
    """
    points = [
        (report, figure)
        for name, report in zip(comparison.names, comparison.reports)
        for figure in published_figures()
        if figure.name == report.name
        and figure.quantity == "top1_accuracy"
        and figure.data == "ImageNet-1K"
        and figure.source == source
        and name
    ]
    if not points:
        return None
    figure = go.Figure()
    for number, report in enumerate(dict.fromkeys(report for report, _ in points)):
        mine = [point for other, point in points if other is report]
        figure.add_scatter(
            x=[_value(report.totals, "macs")] * len(mine),
            y=[point.value for point in mine],
            name=report.name,
            mode="markers+text",
            text=[f"{report.name}{f' {p.note}' if p.note else ''}" for p in mine],
            textposition="top center",
            cliponaxis=False,
            marker={
                "size": 10 + (_value(report.totals, "trainable_params") / 1e6) ** 0.5 * 2,
                "color": NETWORK_COLOURS[number % len(NETWORK_COLOURS)],
                "line": {"width": 1, "color": "white"},
            },
            customdata=[point.source for point in mine],
            hovertemplate="%{text}: %{y:.2f} %<br>%{x:.3s} MACs<br>%{customdata}<extra></extra>",
        )
    return _scattered(figure, "MACs", "Top-1 accuracy on ImageNet-1K, %")


def cost_scatter(comparison: Comparison) -> go.Figure:
    """Parameters against MACs, each network a point that tells its published accuracies."""
    figure = go.Figure()
    for number, (name, report) in enumerate(zip(comparison.names, comparison.reports)):
        figure.add_scatter(
            x=[_value(report.totals, "macs")],
            y=[_value(report.totals, "trainable_params")],
            name=name,
            mode="markers+text",
            text=[name],
            textposition="top center",
            cliponaxis=False,
            marker={
                "size": 16,
                "color": NETWORK_COLOURS[number % len(NETWORK_COLOURS)],
                "symbol": number % 20,
            },
            customdata=[_accuracies(report.name)],
            hovertemplate="<b>%{text}</b><br>%{x:.4s} MACs<br>%{y:.4s} parameters%{customdata}"
            "<extra></extra>",
        )
    return _scattered(figure, "MACs", "Parameters")


def throughput_bars(names: Sequence[str]) -> go.Figure | None:
    """Published images per second of these networks; None if there is none."""
    found = {
        figure.name: figure
        for figure in published_figures()
        if figure.quantity == "images_per_second" and figure.name in names
    }
    if not found:
        return None
    ordered = [found[name] for name in dict.fromkeys(names) if name in found]
    figure = go.Figure(
        go.Bar(
            y=[point.name for point in ordered],
            x=[point.value for point in ordered],
            orientation="h",
            marker_color="#0284c7",
            text=[f"{point.value:,.0f}" for point in ordered],
            hovertemplate="%{y}: %{x:,.0f} images/s<extra></extra>",
        )
    )
    figure.update_layout(
        height=90 + 40 * len(ordered),
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={"title": "Images per second"},
        yaxis={"automargin": True, "autorange": "reversed"},
    )
    return figure


def _accuracies(name: str) -> str:
    """Lines of what is published of a network's top-1 accuracy, with the sources."""
    return "".join(
        f"<br>{figure.value:g} % on {figure.data}, {figure.source}"
        + (f", {figure.note}" if figure.note else "")
        for figure in published_figures()
        if figure.name == name and figure.quantity == "top1_accuracy"
    )


def _scattered(figure: go.Figure, x_title: str, y_title: str) -> go.Figure:
    figure.update_layout(
        height=420,
        showlegend=False,
        margin={"l": 8, "r": 24, "t": 24, "b": 8},
        xaxis={
            "title": x_title,
            "rangemode": "tozero",
            "automargin": True,
            "exponentformat": "SI",
        },
        yaxis={"title": y_title, "automargin": True, "exponentformat": "SI"},
    )
    return figure


def _value(row: Row, metric: str) -> int:
    return getattr(row, metric) or 0
