"""Charts of comparisons: functions from data to Plotly figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from explorer.analysis.compare import Comparison
from explorer.analysis.conventions import CONVENTIONS
from explorer.analysis.palette import LEGEND, stage_colour
from explorer.analysis.series import SERIES, in_series
from explorer.charts.analysis_charts import METRICS, stacked
from explorer.formatting import numbers


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
    axis = {"title": METRICS[metric], "exponentformat": "SI"}
    return stacked(figure, 110 + 44 * len(comparison.names), axis)


def accuracy_scatter(comparison: Comparison, series: str, colours: Mapping[str, str]) -> go.Figure:
    """Published ImageNet accuracy by MACs, of one source and recipe.

    Args:
        comparison: The networks; those without such an accuracy are left out.
        series: Key of `explorer.analysis.series.SERIES`.
        colours: By the comparison's names.
    """
    known = in_series(series, "top1_accuracy")
    accuracies = [known.get(report.name) for report in comparison.reports]
    return _scatter(comparison, colours, accuracies, "Top-1 accuracy, %", SERIES[series].label)


def cost_scatter(comparison: Comparison, colours: Mapping[str, str]) -> go.Figure:
    """Parameters by MACs."""
    params = [report.totals.params for report in comparison.reports]
    return _scatter(comparison, colours, params, "Parameters", "trainable")


def throughput_bars(names: Sequence[str], series: str, colours: Mapping[str, str]) -> go.Figure:
    """Published images per second of these networks, of one source and machine."""
    known = in_series(series, "images_per_second")
    found = [name for name in dict.fromkeys(names) if name in known]
    figure = go.Figure(
        go.Bar(
            y=found,
            x=[known[name] for name in found],
            orientation="h",
            marker_color=[colours[name] for name in found],
            text=[numbers.rate(known[name]) for name in found],
            hovertemplate="%{y}: %{text} images/s<extra></extra>",
        )
    )
    axis = {"title": f"Images per second ({SERIES[series].label})"}
    return stacked(figure, 90 + 40 * len(found), axis, top=8)


def _scatter(
    comparison: Comparison,
    colours: Mapping[str, str],
    heights: Sequence[float | None],
    title: str,
    basis: str,
) -> go.Figure:
    """One point a network over its MACs; dotted lines go through the baseline's."""
    unit = CONVENTIONS[comparison.count].unit
    figure = go.Figure()
    for number, (name, report) in enumerate(zip(comparison.names, comparison.reports)):
        height = heights[number]
        if height is None:
            continue
        figure.add_scatter(
            x=[report.totals.macs or 0],
            y=[height],
            name=name,
            mode="markers",
            cliponaxis=False,
            marker={"size": 15, "color": colours[name], "symbol": number % 20},
            hovertemplate=f"<b>%{{fullData.name}}</b><br>%{{x:.4s}} {unit}<br>%{{y:,}} "
            f"{title} ({basis})<extra></extra>",
        )
    first = comparison.reports[0].totals.macs
    if heights[0] is not None and first and len(figure.data) > 1:
        dotted = {"line_dash": "dot", "line_width": 1, "line_color": "#8a94a3"}
        figure.add_hline(heights[0], **dotted)
        figure.add_vline(first, **dotted)
    figure.update_layout(
        height=270,
        showlegend=True,  # names at the points would cover each other
        legend=LEGEND | {"itemsizing": "constant"},
        margin={"l": 8, "r": 16, "t": 36, "b": 8},
        xaxis={"title": unit, "rangemode": "tozero", "automargin": True, "exponentformat": "SI"},
        yaxis={"title": title, "automargin": True, "exponentformat": "SI"},
    )
    return figure
