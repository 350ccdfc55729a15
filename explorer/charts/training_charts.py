"""Charts of training runs: functions from snapshots to Plotly figures.

The `uirevision` of a figure is fixed, so that a live update keeps zoom and hidden lines.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from explorer.analysis.palette import NETWORKS
from explorer.charts.curves import smooth, thin
from explorer.training.runs.history import Epoch, Point
from explorer.training.runs.pictures import EpochView
from explorer.training.runs.snapshot import RunSnapshot

TRAINING, VALIDATION = NETWORKS[:2]
DASHES = ("solid", "dash", "longdash", "dashdot")  # of a network's first run, second run, ...
AXES = {
    "epochs": "Epoch",
    "images": "Training images seen, thousands",
    "seconds": "Training time, s",
}


def metric_figure(run: RunSnapshot, metric: str) -> go.Figure:
    """Training (per batch and averaged) and validation ``loss`` or ``accuracy`` over epochs."""
    points = run.points
    raw = [getattr(point, metric) for point in points]
    soft = smooth(raw)
    kept = thin(len(points))
    x = [points[i].epoch for i in kept]
    figure = go.Figure()
    figure.add_scatter(
        x=x,
        y=[raw[i] for i in kept],
        name="Training (per batch)",
        mode="lines",
        line={"color": TRAINING, "width": 1},
        opacity=0.3,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=[soft[i] for i in kept],
        name="Training (average)",
        mode="lines",
        line={"color": TRAINING, "width": 2.5},
    )
    figure.add_scatter(
        x=[epoch.epoch for epoch in run.epochs],
        y=[getattr(epoch, f"val_{metric}") for epoch in run.epochs],
        name="Validation",
        mode="lines+markers",
        line={"color": VALIDATION, "width": 2.5},
        marker={"size": 8},
    )
    return _styled(figure, run.id, metric.capitalize(), "Epoch", 1.0, height=250)


def rate_figure(run: RunSnapshot) -> go.Figure:
    """Learning rate over epochs."""
    return _point_line(run, [point.rate for point in run.points], "Learning rate")


def speed_figure(run: RunSnapshot) -> go.Figure:
    """Images per second over epochs."""
    return _point_line(run, [point.speed for point in run.points], "Images per second")


def overlay_figure(
    runs: Sequence[RunSnapshot], metric: str, axis: str, colours: Mapping[str, str]
) -> go.Figure:
    """Validation (lines) and averaged training (dotted) of several runs.

    Args:
        runs: At least one.
        metric: ``loss`` or ``accuracy``.
        axis: One of `AXES`.
        colours: By the names of the runs' networks.
    """
    figure = go.Figure()
    networks = [run.spec.name for run in runs]
    for number, run in enumerate(runs):
        colour = colours[networks[number]]
        dash = DASHES[networks[:number].count(networks[number]) % len(DASHES)]
        kept = thin(len(run.points), 300)
        soft = smooth([getattr(point, metric) for point in run.points])
        figure.add_scatter(
            x=[position(run, run.points[i], axis) for i in kept],
            y=[soft[i] for i in kept],
            name=plain(f"{run.name} (training)"),
            mode="lines",
            line={"color": colour, "width": 1.5, "dash": "dot"},
            opacity=0.6,
            legendgroup=run.id,
            showlegend=not run.epochs,
        )
        figure.add_scatter(
            x=[position(run, epoch, axis) for epoch in run.epochs],
            y=[getattr(epoch, f"val_{metric}") for epoch in run.epochs],
            name=plain(run.name),
            mode="lines+markers",
            line={"color": colour, "width": 2.5, "dash": dash},
            marker={"size": 8, "symbol": number},
            legendgroup=run.id,
        )
    revision = ",".join([axis, *(run.id for run in runs)])
    return _styled(figure, revision, metric.capitalize(), AXES[axis], 1.0, height=420)


def position(run: RunSnapshot, row: Point | Epoch, axis: str) -> float:
    """Position of a measurement on an axis of `AXES`."""
    if axis == "epochs":
        return float(row.epoch)
    if axis == "images":
        return row.step * run.batch_size / 1000
    return row.elapsed


def confusion_figure(view: EpochView, names: Sequence[str]) -> go.Figure:
    """Counts of true class (rows) by predicted class (columns), shaded by share of the row."""
    assert view.confusion is not None
    counts = view.confusion
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    labels = [plain(name) for name in names]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=labels,
            y=labels,
            text=counts,
            texttemplate="%{text}" if len(labels) <= 20 else None,
            colorscale="Blues",
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="Actual %{y}, predicted %{x}<br>%{text} images, %{z:.0%}<extra></extra>",
        )
    )
    figure.update_layout(
        height=430,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        uirevision="confusion",
        font={"size": 12},
    )
    figure.update_xaxes(title="Predicted", side="bottom", tickangle=-45, automargin=True)
    figure.update_yaxes(title="Actual", autorange="reversed", automargin=True)
    return figure


def plain(text: str, most: int = 60) -> str:
    """Text for a Plotly label, shortened, with HTML escaped, which Plotly would interpret."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _point_line(run: RunSnapshot, values: Sequence[float], title: str) -> go.Figure:
    kept = thin(len(values))
    figure = go.Figure()
    figure.add_scatter(
        x=[run.points[i].epoch for i in kept],
        y=[values[i] for i in kept],
        mode="lines",
        line={"color": TRAINING, "width": 2},
        showlegend=False,
    )
    return _styled(figure, run.id, title, "Epoch", height=200)


def _styled(
    figure: go.Figure,
    revision: str,
    y_title: str,
    x_title: str,
    usual: float = 0.0,
    height: int = 320,
) -> go.Figure:
    """Add the axes; ``usual`` is the top of the y axis while all values are equal."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
        uirevision=revision,
        yaxis={
            "title": y_title,
            # As many digits as the ticks need: whole percents repeat on a short axis.
            "tickformat": "~%" if y_title == "Accuracy" else None,
            "automargin": True,
            "rangemode": "nonnegative",
            "range": _range([y for trace in figure.data for y in trace.y], usual),
        },
        xaxis={
            "title": x_title,
            "automargin": True,
            "rangemode": "tozero",
            "range": _range([x for trace in figure.data for x in trace.x], 1.0),
        },
    )
    return figure


def _range(values: Sequence[float], usual: float) -> tuple[float, float] | None:
    """The range of equal values, for which Plotly would begin below zero; None for others."""
    known = [value for value in values if math.isfinite(value)]
    value = max(known, default=0.0)
    if value - min(known, default=0.0) > 1e-5 * value:  # smoothing leaves the last digits uneven
        return None
    return 0.0, (usual if value <= usual else 1.25 * value) or 1.0
