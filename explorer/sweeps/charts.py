"""Charts of a sweep: functions from results to Plotly figures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import plotly.graph_objects as go

from explorer.analysis.palette import LEGEND, LINE, NETWORKS, network_colours
from explorer.charts.training_charts import plain
from explorer.formatting import numbers
from explorer.sweeps.claim import AT, TABLE, Network, networks
from explorer.sweeps.results import MEASURES, Mean, Results, empirical_distribution
from explorer.sweeps.widths import BUDGETS

MOST_LINES = 12  # of a legend that is read
MOST_TICKS = 8
HEIGHT = 360
# From low errors to high ones; each is seen on a light and on a dark page.
BEST_TO_WORST = ((0.0, NETWORKS[0]), (0.5, NETWORKS[2]), (1.0, NETWORKS[1]))
SYMBOLS = ("circle", "square", "triangle-up", "cross", "x", "star")
RIVALS = {"wider": "diamond", "deeper": "hexagon"}


def cardinality_figure(found: Results) -> go.Figure:
    """Error against cardinality at equal cost: means with standard errors, and every seed."""
    figure = go.Figure()
    trials = list(enumerate(found.plan.trials))
    ordered = sorted(
        (each for each in trials if not each[1].role),
        key=lambda each: (each[1].depth, each[1].spec.cardinality),
    )
    families = groupby(ordered, key=lambda each: each[1].depth)
    figure.update_layout(showlegend=len({trial.depth for _, trial in ordered}) > 1)
    for place, (depth, group) in enumerate(families):
        members = list(group)
        one_each = len({t.spec.cardinality for _, t in members}) == len(members)
        _means(
            figure,
            [_point(found, number, str(trial.spec.cardinality)) for number, trial in members],
            f"Depth {depth}",
            NETWORKS[place % len(NETWORKS)],
            SYMBOLS[place % len(SYMBOLS)],
            line=one_each,
        )
    for role, symbol in RIVALS.items():
        rivals = [_point(found, n, _place(role)) for n, trial in trials if trial.role == role]
        if rivals:
            _means(figure, rivals, _twice(role), LINE, symbol, line=False)
    order = sorted({trial.spec.cardinality for _, trial in trials if not trial.role})
    roles = [role for role in RIVALS if any(trial.role == role for _, trial in trials)]
    _cardinalities(figure, order, roles)
    return _styled(
        figure, "Cardinality", _error(found), found.plan.id, hovermode="closest", entry=170
    )


def claim_figure() -> go.Figure:
    """Error against cardinality of both sweeps of `explorer.sweeps.claim`."""
    figure = go.Figure()
    for place, (sweep, at) in enumerate(AT.items()):
        family = [_trained(each) for each in networks(sweep) if not each.role]
        name = f"Equal {BUDGETS[at]}"
        _means(figure, family, name, NETWORKS[place], SYMBOLS[place], line=True)
    rivals = {each.role: each for each in networks("A") if each.role}
    for role, network in rivals.items():
        _means(figure, [_trained(network)], _twice(role), LINE, RIVALS[role], line=False)
    order = sorted({each.cardinality for each in networks("A")})
    _cardinalities(figure, order, list(rivals))
    return _styled(figure, "Cardinality", "Test error, %", TABLE, hovermode="closest", entry=170)


def _trained(network: Network) -> _Point:
    place = _place(network.role) if network.role else str(network.cardinality)
    return _Point(place, network.label, network.macs, network.errors)


def _cardinalities(figure: go.Figure, order: Sequence[int], roles: Sequence[str]) -> None:
    """Make the x-axis one of cardinalities, with places for rivals behind them."""
    figure.update_layout(
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [*map(str, order), *map(_place, roles)],
            "tickangle": 0,
        },
    )


def curves_figure(found: Results) -> go.Figure:
    """Validation error over epochs: a line for each network, a band of one standard error."""
    figure = go.Figure()
    shown = _legible(found)
    colours = network_colours(trial.spec.name for trial in found.plan.trials)
    for number in shown:
        trial, curve = found.plan.trials[number], found.curve(number)
        colour = colours[trial.spec.name]
        if not curve.epochs:
            continue
        name = plain(trial.label)
        if max(curve.seeds) > 1:
            figure.add_scatter(
                x=[*curve.epochs, *reversed(curve.epochs)],
                y=[*curve.high, *reversed(curve.low)],
                fill="toself",
                fillcolor=_faint(colour),
                line={"width": 0},
                legendgroup=name,
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_scatter(
            x=list(curve.epochs),
            y=list(curve.mean),
            name=name,
            mode="lines+markers" if len(curve.epochs) < 20 else "lines",
            line={"color": colour, "width": 2, "dash": "dash" if trial.role else "solid"},
            marker={"size": 5},
            legendgroup=name,
            customdata=list(curve.seeds),
            hovertemplate="%{y:.2f} % of %{customdata} seeds",
        )
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(range=_later(found, shown))
    return _styled(figure, "Epoch", "Validation error, %", found.plan.id, hovermode="x unified")


def distribution_figure(found: Results) -> go.Figure:
    """The share of runs whose error is at most each value, for each cardinality and for all."""
    figure = go.Figure()
    groups: dict[str, list[float]] = {}
    for number, trial in enumerate(found.plan.trials):
        name = f"2× {trial.role}" if trial.role else f"C = {trial.spec.cardinality}"
        groups.setdefault(name, []).extend(found.errors(number))
    family = [error for name, errors in groups.items() if "2×" not in name for error in errors]
    lines = [(name, errors) for name, errors in groups.items() if len(errors) > 1]
    if len(lines) > MOST_LINES:
        lines = []
    for place, (name, errors) in enumerate(lines):
        _steps(figure, name, errors, NETWORKS[place % len(NETWORKS)], 1.75)
    if family:
        _steps(figure, "all at one cost", family, LINE, 3)
    figure.update_yaxes(range=(0, 1.02), tickformat=".0%")
    return _styled(figure, _error(found), "Share of runs", found.plan.id, hovermode="closest")


def parallel_figure(found: Results) -> go.Figure:
    """Parallel coordinates: one line a finished run, from its network to its error."""
    rows = [(row, error) for row in found.rows if (error := row.error(found.measure)) is not None]
    trials = [found.plan.trials[row.trial] for row, _ in rows]
    errors = [error for _, error in rows]
    dimensions = [
        _dimension("Depth", [trial.depth for trial in trials]),
        _dimension("Cardinality", [trial.spec.cardinality for trial in trials], log=True),
        _dimension("Width", [trial.widths[0] for trial in trials], log=True),
        _dimension("Parameters", [trial.params for trial in trials], text=numbers.short),
        _dimension("MACs", [trial.macs for trial in trials], text=numbers.short),
        _dimension("Error, %", errors),
    ]
    figure = go.Figure(
        go.Parcoords(
            line={"color": errors, "colorscale": BEST_TO_WORST, "showscale": False},
            dimensions=[each for each in dimensions if each is not None],
            labelangle=-20,
            labelfont={"size": 13},
            tickfont={"size": 12},
        )
    )
    figure.update_layout(
        height=HEIGHT + 40, margin={"l": 60, "r": 60, "t": 60, "b": 24}, uirevision=found.plan.id
    )
    return figure


class _Point(NamedTuple):
    """A network on the axis of cardinalities."""

    place: str
    label: str
    macs: int
    errors: Sequence[float]


def _point(found: Results, number: int, place: str) -> _Point:
    trial = found.plan.trials[number]
    return _Point(place, trial.label, trial.macs, found.errors(number))


def _means(
    figure: go.Figure, points: Sequence[_Point], name: str, colour: str, symbol: str, line: bool
) -> None:
    """Means with standard errors of some networks at their places, and their seeds behind."""
    errors = [(point.place, error) for point in points for error in point.errors]
    figure.add_scatter(
        x=[place for place, _ in errors],
        y=[error for _, error in errors],
        mode="markers",
        marker={"color": colour, "size": 6, "symbol": symbol, "opacity": 0.35},
        legendgroup=name,
        showlegend=False,
        hoverinfo="skip",
    )
    known = [(point, mean) for point in points if (mean := Mean.of(point.errors)) is not None]
    figure.add_scatter(
        x=[point.place for point, _ in known],
        y=[mean.mean for _, mean in known],
        error_y={
            "type": "data",
            "array": [mean.error or 0.0 for _, mean in known],
            "thickness": 1.5,
            "width": 5,
        },
        customdata=[
            [point.label, mean.text, mean.count, point.macs / 1e6] for point, mean in known
        ],
        name=name,
        mode="lines+markers" if line else "markers",
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 10, "symbol": symbol},
        legendgroup=name,
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]} %, %{customdata[2]} seeds"
        "<br>%{customdata[3]:.1f} M MACs<extra></extra>",
    )


def _steps(
    figure: go.Figure, name: str, errors: Sequence[float], colour: str, width: float
) -> None:
    values, shares = empirical_distribution(errors)
    figure.add_scatter(
        x=[values[0], *values],
        y=[0.0, *shares],
        name=f"{name} ({len(values)})",
        mode="lines",
        line={"shape": "hv", "color": colour, "width": width},
        hovertemplate="%{y:.0%} at most %{x:.2f} %",
    )


def _twice(role: str) -> str:
    """A rival in the legend."""
    return f"{role.capitalize()}, twice the cost"


def _place(role: str) -> str:
    """Where a rival is on the axis of cardinalities."""
    return f"2×<br>{role}"  # on a phone both are side by side


def _later(found: Results, shown: Sequence[int]) -> tuple[float, float] | None:
    """The errors after the first third, in which the curves would hide each other."""
    first = 1 + found.plan.recipe.epochs // 3
    curves = [found.curve(number) for number in shown]
    errors = [
        value
        for curve in curves
        for epoch, low, high in zip(curve.epochs, curve.low, curve.high)
        if epoch >= first
        for value in (low, high)
    ]
    if not errors or first == 1:
        return None
    room = 0.05 * (max(errors) - min(errors)) or 1.0
    return max(0.0, min(errors) - room), max(errors) + room


def _legible(found: Results) -> list[int]:
    """The trials whose curves are drawn: all, or the best of many and the rivals."""
    everyone = list(range(len(found.plan.trials)))
    if len(everyone) <= MOST_LINES:
        return everyone

    def last(number: int) -> float:
        curve = found.curve(number)
        return statistics.fmean(curve.mean[-1:]) if curve.mean else math.inf

    return sorted(sorted(everyone, key=last)[:MOST_LINES])


def _dimension(
    label: str, values: Sequence[float], *, log: bool = False, text: Any = None
) -> dict[str, Any] | None:
    """An axis of parallel coordinates; None where all values are equal."""
    if len(set(values)) < 2:
        return None
    placed = [math.log2(value) for value in values] if log else list(values)
    axis: dict[str, Any] = {"label": label, "values": placed}
    known = sorted(set(values))
    if log or text or all(isinstance(value, int) for value in values):
        if text:
            known = [known[0], known[-1]]  # between them, texts would cover each other
        elif len(known) > MOST_TICKS:
            steps = MOST_TICKS - 1
            known = [known[round(i * (len(known) - 1) / steps)] for i in range(MOST_TICKS)]
        axis["tickvals"] = [math.log2(value) if log else value for value in known]
        axis["ticktext"] = [text(value) if text else f"{value:,}" for value in known]
    return axis


def _error(found: Results) -> str:
    words = MEASURES[found.measure].split(",")[0]
    return f"{words[0].upper()}{words[1:]}, %"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _styled(
    figure: go.Figure, x: str, y: str, key: str, hovermode: str, entry: int = 110
) -> go.Figure:
    """Add axes and legend.

    ``key`` is kept while what a reader has zoomed to is; ``entry`` is the width of a legend's
    entry in pixels.
    """
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 16, "t": 56, "b": 8},
        legend=LEGEND | {"entrywidth": entry},
        hovermode=hovermode,
        uirevision=key,
    )
    figure.update_xaxes(title=x, automargin=True)
    figure.update_yaxes(title=y, automargin=True)
    return figure
