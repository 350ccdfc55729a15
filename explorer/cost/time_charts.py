"""Charts of measured times: by part, and under the roofline."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from explorer.analysis.palette import LEGEND, stage_colour
from explorer.cost.explained import Point, points
from explorer.cost.roofline import Ceilings
from explorer.cost.timed import Timing
from explorer.cost.timing_text import ceilings_of, milliseconds, part_rows

ACCENT = "#dc2626"
MOST_BARS = 60
# Seen on a light and on a dark page.
FAMILIES = {
    "1×1": ("1×1 convolutions", "#2563eb", "circle"),
    "grouped": ("Grouped 3×3", "#ea580c", "diamond"),
    "other": ("Other convolutions", "#8b5cf6", "square"),
    "dense": ("Dense", "#0d9488", "cross"),
}
ROOF = "#8a94a3"


def bars(timing: Timing, by: str) -> go.Figure:
    """Milliseconds of each part, with its bound as a mark.

    Args:
        timing: The step.
        by: A level; above `MOST_BARS` parts the slowest are drawn, in network order.
    """
    rows = part_rows(timing, by)
    slowest = sorted(rows, key=lambda row: -row.steady)[:MOST_BARS]
    rows = [row for row in rows if row in slowest]
    places = [row.place for row in rows]
    disturbed = timing.conditions.is_disturbed
    figure = go.Figure()
    figure.add_bar(
        x=places,
        y=[row.steady for row in rows],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, row.high - row.steady) for row in rows],
            "arrayminus": [max(0.0, row.steady - row.low) for row in rows],
            "thickness": 1,
            "width": 3,
            "color": ROOF,
            "visible": not disturbed,
        },
        name="Fastest call" if disturbed else "Measured, with quartiles",
        marker={"color": [stage_colour(place.partition("/")[0]) for place in places]},
        customdata=[[milliseconds(r.ms), milliseconds(r.low), milliseconds(r.high)] for r in rows],
        hovertemplate="<b>%{x}</b><br>%{y:.3g} ms; median %{customdata[0]} ms, %{customdata[1]} to "
        "%{customdata[2]}"
        "<extra></extra>",
    )
    if not timing.settings.train:
        figure.add_scatter(
            x=places,
            y=[row.bound for row in rows],
            name="Bound",
            mode="markers",
            marker={
                "symbol": "line-ew",
                "size": 22 if len(rows) <= 12 else 9,
                "line": {"width": 3, "color": ACCENT},
            },
            hovertemplate="Bound %{y:.3g} ms<extra></extra>",
        )
    figure.update_layout(
        height=340,
        bargap=0.35,
        margin={"l": 8, "r": 16, "t": 56, "b": 8},
        legend=LEGEND,
        xaxis={"automargin": True, "type": "category", "showticklabels": len(rows) <= 24},
        yaxis={"title": "ms", "automargin": True, "rangemode": "tozero"},
    )
    return figure


def measured_roofline(timing: Timing) -> go.Figure:
    """`roofline` of the machine that measured."""
    return roofline(points(timing), ceilings_of(timing))


def roofline(layers: Sequence[Point], roof: Ceilings, measured: bool = True) -> go.Figure:
    """The layers that multiply, by MACs a byte and operations a second, under two ceilings.

    Args:
        layers: Of inference.
        roof: The ceilings.
        measured: Whether the layers' times were measured under them; else they are on the roof.
    """
    found = [point for point in layers if point.bound.macs]
    low, high = _ends([point.bound.intensity for point in found], roof.ridge)
    figure = go.Figure()
    across = [low, roof.ridge, high]
    figure.add_scatter(
        x=across,
        y=[min(roof.product, 2 * x * roof.copy) / 1e9 for x in across],
        mode="lines",
        name=f"Ceilings of {roof.name}",
        line={"color": ROOF, "width": 2},
        hoverinfo="skip",
    )
    for name, (label, colour, symbol) in FAMILIES.items():
        mine = [point for point in found if point.family == name]
        if mine:
            figure.add_scatter(**_cloud(mine, roof, measured), name=label,
                               mode="markers", marker={
                                   "color": colour, "symbol": symbol, "size": 9,
                                   "line": {"width": 1, "color": "rgba(255,255,255,0.6)"},
                               })  # fmt: skip
    figure.update_layout(
        height=440,
        margin={"l": 8, "r": 16, "t": 72, "b": 8},
        legend=LEGEND,
        xaxis=_axis("MACs for each byte moved", math.log10(low), math.log10(high)),
        yaxis=_axis("GFLOP/s"),
    )
    return figure


def _cloud(mine: Sequence[Point], roof: Ceilings, measured: bool) -> dict[str, object]:
    """Points where they were measured, or on the roof."""
    rates = [
        point.rate if measured else min(roof.product, 2 * point.bound.intensity * roof.copy)
        for point in mine
    ]
    ends = [
        f"{milliseconds(p.ms)} ms here, bound {milliseconds(p.bound.ms)} ms ({p.bound.by})"
        if measured
        else "at most, by the bound"
        for p in mine
    ]
    return {
        "x": [point.bound.intensity for point in mine],
        "y": [rate / 1e9 for rate in rates],
        "customdata": [[p.bound.place, end] for p, end in zip(mine, ends)],
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{x:.3g} MACs a byte, %{y:,.3g} GFLOP/s<br>"
        "%{customdata[1]}<extra></extra>",
    }


def _ends(intensities: Sequence[float], ridge: float) -> tuple[float, float]:
    values = [*intensities, ridge]
    return min(values) / 2, max(values) * 2


def _axis(title: str, low: float | None = None, high: float | None = None) -> dict[str, object]:
    """A logarithmic axis with labels at 1, 2 and 5."""
    ticks = [digit * 10.0**power for power in range(-4, 7) for digit in (1, 2, 5)]
    axis = {
        "title": title,
        "type": "log",
        "automargin": True,
        "tickvals": ticks,
        "ticktext": [f"{tick:,g}" for tick in ticks],
    }
    return axis if low is None else {**axis, "range": [low, high]}
