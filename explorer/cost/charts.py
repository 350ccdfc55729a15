"""Charts of memory over a step, and of what a search found."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from explorer.analysis.palette import LEGEND
from explorer.cost.liveness import BACKWARD, Moment
from explorer.cost.memory import PARTS, Memory
from explorer.cost.search import Candidate, frontier
from explorer.formatting import numbers

# From what is there all the time to what comes and goes; distinguishable by lightness alone.
COLOURS = {
    "weights": "#2563eb",
    "optimizer": "#60a5fa",
    "gradients": "#a5b4fc",
    "activations": "#d97706",
    "working": "#fbbf24",
    "overhead": "#94a3b8",
}
ACCENT = "#dc2626"
MOST_MOMENTS = 2_000  # of a chart: a browser draws each of them seven times
MOST_POINTS = 3_000
AXES = {"memory": "Peak memory", "macs": "MACs", "params": "Parameters", "ms": "Time, ms"}
# Seen on a light and on a dark page.
DEPTH_COLOURS = ("#38bdf8", "#2563eb", "#8b5cf6", "#db2777", "#f59e0b", "#10b981", "#64748b")
_GIB, _MIB = 2**30, 2**20


def shown_moments(found: Memory) -> list[Moment]:
    """The moments that the timeline shows: all, or the largest of each few neighbours."""
    moments = found.moments
    group = -(-len(moments) // MOST_MOMENTS)
    return [max(moments[i : i + group], key=found.size) for i in range(0, len(moments), group)]


def timeline(found: Memory, selected: str = "") -> go.Figure:
    """Memory over a step, stacked by part; its points are `shown_moments`.

    Args:
        found: The step.
        selected: A place whose moments are marked.
    """
    moments = shown_moments(found)
    parts = [found.parts(moment) for moment in moments]
    unit, sign = (_GIB, "GiB") if found.peak_bytes >= _GIB else (_MIB, "MiB")
    places = list(range(len(moments)))
    figure = go.Figure()
    for name, label in PARTS.items():
        sizes = [getattr(part, name) / unit for part in parts]
        if any(sizes):
            figure.add_scatter(
                x=places,
                y=sizes,
                name=label,
                stackgroup="memory",
                mode="lines",
                line={"width": 0, "color": COLOURS[name]},
                fillcolor=COLOURS[name],
                hoverinfo="skip",
            )
    rows = [
        "<br>".join(f"{PARTS[n]} {numbers.size(v)}" for n, v in part._asdict().items() if v)
        for part in parts
    ]
    figure.add_scatter(
        x=places,
        y=[part.total / unit for part in parts],
        customdata=[
            [m.place, m.phase, numbers.size(part.total), text]
            for m, part, text in zip(moments, parts, rows)
        ],
        mode="markers",
        showlegend=False,
        marker={"size": 10, "color": ACCENT, "opacity": 0},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        hovertemplate="<b>%{customdata[0]}</b>, %{customdata[1]}<br>%{customdata[2]}"
        "<br>%{customdata[3]}<extra></extra>",
    )
    _mark(figure, found, moments, selected, unit)
    figure.update_layout(
        height=380,
        hovermode="x",
        margin={"l": 8, "r": 16, "t": 56, "b": 8},
        legend=LEGEND,
        xaxis={"title": "layers in the order of the step", "showgrid": False, "automargin": True},
        yaxis={"title": sign, "range": [0, 1.15 * found.peak_bytes / unit], "automargin": True},
        uirevision="timeline",
    )
    return figure


def _mark(
    figure: go.Figure, found: Memory, moments: Sequence[Moment], selected: str, unit: int
) -> None:
    """The peak, the start of the backward pass and the selected place."""
    peak = moments.index(found.peak_at)
    figure.add_scatter(
        x=[peak],
        y=[found.peak_bytes / unit],
        mode="markers",
        name=f"Peak {numbers.size(found.peak_bytes)}",
        marker={"size": 11, "color": ACCENT, "symbol": "diamond"},
        hoverinfo="skip",
    )
    backward = next((i for i, m in enumerate(moments) if m.phase == BACKWARD), None)
    if backward is not None:
        figure.add_vline(
            backward - 0.5,
            line={"width": 1, "dash": "dot", "color": "#8a94a3"},
            annotation={"text": "backward pass →", "xanchor": "left", "yanchor": "top"},
        )
    for i, moment in enumerate(moments) if selected else ():
        if moment.place == selected or moment.place.startswith(f"{selected}/"):
            figure.add_vrect(i - 0.5, i + 0.5, line_width=0, fillcolor=ACCENT, opacity=0.25)


def scatter(rows: Sequence[Candidate], cost: str, gain: str) -> go.Figure:
    """One point a network, its cost across and its gain up, with the frontier.

    Args:
        rows: The networks; above `MOST_POINTS` the frontier and the largest are drawn.
        cost: Key of `AXES`.
        gain: Key of `AXES`.
    """
    best = frontier(rows, cost, gain)
    known = [row for row in rows if None not in (getattr(row, cost), getattr(row, gain))]
    drawn = list(dict.fromkeys([*best, *known[:MOST_POINTS]]))
    figure = go.Figure()
    figure.add_scatter(
        x=[_axis(row, cost) for row in best],
        y=[_axis(row, gain) for row in best],
        name="Frontier",
        mode="lines",
        line={"shape": "hv", "width": 2, "color": ACCENT},
        hoverinfo="skip",
    )
    for number, depth in enumerate(sorted({row.depth for row in drawn})):
        here = [row for row in drawn if row.depth == depth]
        figure.add_scatter(
            x=[_axis(row, cost) for row in here],
            y=[_axis(row, gain) for row in here],
            customdata=[
                [
                    row.name,
                    row.resolution,
                    numbers.short(row.params),
                    numbers.short(row.macs),
                    numbers.size(row.memory),
                ]
                for row in here
            ],
            name=f"Depth {depth}",
            mode="markers",
            marker={"size": 8, "color": DEPTH_COLOURS[number % len(DEPTH_COLOURS)]},
            hovertemplate="<b>%{customdata[0]}</b>, %{customdata[1]} pixels<br>"
            "%{customdata[2]} parameters<br>%{customdata[3]} MACs<br>%{customdata[4]} at the peak"
            "<extra></extra>",
        )
    figure.update_layout(
        height=420,
        margin={"l": 8, "r": 16, "t": 56, "b": 8},
        legend=LEGEND | {"itemsizing": "constant"},
        xaxis={"title": _title(cost), "automargin": True, "exponentformat": "SI"},
        yaxis={"title": _title(gain), "automargin": True, "exponentformat": "SI"},
    )
    return figure


def _axis(row: Candidate, name: str) -> float:
    value: float = getattr(row, name)
    return value / _MIB if name == "memory" else value


def _title(name: str) -> str:
    return "Peak memory, MiB" if name == "memory" else AXES[name]
