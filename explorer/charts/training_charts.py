"""Figures of training runs. Plain functions from snapshots to plotly figures.

Every figure keeps a `uirevision`, so that a live update leaves zoom and hidden lines alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.training import Epoch, EpochView, Point, RunSnapshot

# Okabe and Ito's colours, told apart by colour-blind people, on white and on black.
TRAINING = "#0072B2"
VALIDATION = "#D55E00"
RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MOST_POINTS = 800
AXES = {
    "epochs": "Epoch",
    "images": "Images seen, thousands",
    "seconds": "Training time, s",
}


def smooth(values: Sequence[float], weight: float = 0.9) -> list[float]:
    """Exponential moving average, corrected for its start at zero."""
    smoothed, mean = [], 0.0
    for count, value in enumerate(values, start=1):
        mean = weight * mean + (1 - weight) * value
        smoothed.append(mean / (1 - weight**count))
    return smoothed


def thin(count: int, most: int = MOST_POINTS) -> list[int]:
    """Indices of at most ``most`` of ``count`` points, evenly spread, the last included."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})


def metric_figure(run: RunSnapshot, metric: str) -> go.Figure:
    """Training (raw and smoothed) and validation ``loss`` or ``accuracy`` over epochs."""
    points = run.points
    raw = [getattr(point, metric) for point in points]
    soft = smooth(raw)
    kept = thin(len(points))
    x = [points[i].epoch for i in kept]
    figure = go.Figure()
    figure.add_scatter(
        x=x,
        y=[raw[i] for i in kept],
        name="training, raw",
        mode="lines",
        line={"color": TRAINING, "width": 1},
        opacity=0.3,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=[soft[i] for i in kept],
        name="training",
        mode="lines",
        line={"color": TRAINING, "width": 2.5},
    )
    figure.add_scatter(
        x=[epoch.epoch for epoch in run.epochs],
        y=[getattr(epoch, f"val_{metric}") for epoch in run.epochs],
        name="validation",
        mode="lines+markers",
        line={"color": VALIDATION, "width": 2.5},
        marker={"size": 8},
    )
    percent = metric == "accuracy"
    return _styled(figure, run.id, metric.capitalize(), "Epoch", ".0%" if percent else None)


def rate_figure(run: RunSnapshot) -> go.Figure:
    """Learning rate over epochs."""
    figure = _point_line(run, [point.rate for point in run.points])
    return _styled(figure, run.id, "Learning rate", "Epoch", None, height=200)


def speed_figure(run: RunSnapshot) -> go.Figure:
    """Images per second over epochs."""
    figure = _point_line(run, [point.speed for point in run.points])
    return _styled(figure, run.id, "Images per second", "Epoch", None, height=200)


def overlay_figure(runs: Sequence[RunSnapshot], metric: str, axis: str) -> go.Figure:
    """Validation (lines) and smoothed training (dotted) of several runs.

    Args:
        runs: At least one.
        metric: ``loss`` or ``accuracy``.
        axis: One of `AXES`: what runs are compared at equal amounts of.
    """
    figure = go.Figure()
    for number, run in enumerate(runs):
        colour = RUN_COLOURS[number % len(RUN_COLOURS)]
        kept = thin(len(run.points), 300)
        soft = smooth([getattr(point, metric) for point in run.points])
        figure.add_scatter(
            x=[position(run, run.points[i], axis) for i in kept],
            y=[soft[i] for i in kept],
            name=plain(f"{run.name}, training"),
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
            line={"color": colour, "width": 2.5},
            marker={"size": 8, "symbol": number},
            legendgroup=run.id,
        )
    percent = ".0%" if metric == "accuracy" else None
    revision = ",".join([axis, *(run.id for run in runs)])
    return _styled(figure, revision, metric.capitalize(), AXES[axis], percent, height=420)


def position(run: RunSnapshot, row: Point | Epoch, axis: str) -> float:
    """Where a measurement lies along an axis of `AXES`."""
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
            hovertemplate="true %{y}<br>predicted %{x}<br>%{text} images, %{z:.0%}<extra></extra>",
        )
    )
    figure.update_layout(
        height=430,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        uirevision="confusion",
        font={"size": 12},
    )
    figure.update_xaxes(title="Predicted", side="bottom", tickangle=-45, automargin=True)
    figure.update_yaxes(title="True", autorange="reversed", automargin=True)
    return figure


def plain(text: str, most: int = 60) -> str:
    """A person's text for a plotly label, which else would read tags in it."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _point_line(run: RunSnapshot, values: Sequence[float]) -> go.Figure:
    kept = thin(len(values))
    figure = go.Figure()
    figure.add_scatter(
        x=[run.points[i].epoch for i in kept],
        y=[values[i] for i in kept],
        mode="lines",
        line={"color": TRAINING, "width": 2},
        showlegend=False,
    )
    return figure


def _styled(
    figure: go.Figure,
    revision: str,
    y_title: str,
    x_title: str,
    tick_format: str | None,
    height: int = 320,
) -> go.Figure:
    y_axis: dict[str, Any] = {"title": y_title, "tickformat": tick_format, "automargin": True}
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="x unified",
        uirevision=revision,
        yaxis=y_axis,
        xaxis={"title": x_title, "automargin": True, "rangemode": "tozero"},
    )
    return figure
