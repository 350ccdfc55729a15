"""Published accuracies over what the networks cost: a line for a family under one recipe."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from explorer.analysis.family import Member
from explorer.analysis.palette import LEGEND, NETWORKS
from explorer.analysis.palette import LINE as LINE_COLOUR
from explorer.analysis.series import SERIES
from explorer.charts import label_places
from explorer.charts.label_places import Pixel
from explorer.formatting import numbers

# By family: symbol and dash, so that a line is known without its colour.
FAMILIES: Mapping[str, tuple[str, str]] = {
    "ResNet": ("circle", "dot"),
    "Wide ResNet": ("square", "dot"),
    "ResNeXt": ("diamond", "solid"),
    "SE-ResNet": ("circle-open", "dot"),
    "SE-ResNeXt": ("diamond-open", "solid"),
    "ResNeSt": ("star", "solid"),
    "RegNetX": ("triangle-up", "dash"),
    "RegNetY": ("triangle-down", "dash"),
    "ConvNeXt": ("hexagon", "solid"),
}
SHAPES = {
    "circle-open": "open circle",
    "diamond-open": "open diamond",
    "triangle-up": "triangle",
    "triangle-down": "triangle pointing down",
}
HEIGHT = 460
# Of the plot on a narrow screen, which is where names have least room, and of a letter, in pixels.
WIDE, HIGH, LETTER = 300, 320, 6.4
Point = tuple[Member, float]  # a network and its cost
Line = Sequence[Point]  # from the cheapest network to the dearest


class Place(NamedTuple):
    """Where a name is.

    Attributes:
        side: Of its place: "right" or "left".
        at: Its place, as cost and accuracy; None next to the point that it belongs to.
    """

    side: str
    at: tuple[float, float] | None = None


def symbols_text(families: Iterable[str]) -> str:
    """One sentence that says which symbol is which family, of those that are drawn."""
    drawn = set(families)
    shapes = [
        f"{SHAPES.get(symbol, symbol)} {family}"
        for family, (symbol, _) in FAMILIES.items()
        if family in drawn
    ]
    return f"Symbols: {', '.join(shapes)}."


def accuracy_chart(rows: Sequence[Member], costs: Sequence[float | None], title: str) -> go.Figure:
    """Top-1 accuracy over a cost, on a logarithmic axis; one colour for each recipe.

    Args:
        rows: The networks.
        costs: Of each; rows whose cost is not known are left out.
        title: Of the cost.
    """
    known = [(row, cost) for row, cost in zip(rows, costs) if cost]
    labels = dict.fromkeys(_recipe(row) for row, _ in known)
    colours = {label: NETWORKS[i % len(NETWORKS)] for i, label in enumerate(labels)}
    figure = go.Figure()
    for label, colour in colours.items():  # the legend: a recipe each
        figure.add_scatter(
            x=[None],
            y=[None],
            name=label,
            legendgroup=label,
            mode="markers",
            marker={"size": 11, "color": colour, "symbol": "square"},
        )
    lines = [
        sorted(((r, c) for r, c in known if r.line == line), key=lambda pair: pair[1])
        for line in dict.fromkeys(row.line for row, _ in known)
    ]
    for some, place in zip(lines, _places(lines)):
        _add_line(figure, some, colours, place)
    _lay_out(figure, [cost for _, cost in known], title)
    return figure


def line_name(rows: Sequence[Member]) -> str:
    """What the networks of a line have in common: ResNeXt 32x4d, or else their family."""
    if len(rows) == 1:
        return rows[0].network
    plain = {re.sub(r"-\d+(-2)?", "", row.network) for row in rows}
    return plain.pop() if len(plain) == 1 else rows[0].family


def short_name(rows: Sequence[Member]) -> str:
    """The same as it is written next to a line: 32x4d for ResNeXt 32x4d, 101 64x4d for one."""
    name = re.sub(r"ResNeXt[- ]?(?=\d)|(?<=SE-)ResNeXt[- ]?(?=\d)", "", line_name(rows))
    return name.replace("SE-", "SE ") if re.match(r"(SE-)?\d", name) else name


def _places(lines: Sequence[Line]) -> list[tuple[int, Place] | None]:
    """Which point of each line has its name, and where; None where no place is free."""
    known = [point for line in lines for point in line]
    if not known:
        return []
    start, end = _range([cost for _, cost in known])
    top, bottom = (pick(row.accuracy for row, _ in known) for pick in (max, min))
    across, down = WIDE / (end - start), HIGH / (top - bottom or 1)  # pixels of a unit

    def pixel(point: Point) -> Pixel:
        row, cost = point
        return across * (math.log10(cost) - start), down * (top - row.accuracy)

    at = [[pixel(point) for point in line] for line in lines]
    widths = [LETTER * len(short_name([row for row, _ in line])) for line in lines]
    places: list[tuple[int, Place] | None] = []
    for line, found in zip(at, label_places.places(at, widths, (0, -12, WIDE, HIGH))):
        if not found:
            places.append(None)
            continue
        index, (x, y) = found
        side = "right" if x > line[index][0] else "left"
        if label_places.is_near(line[index], (x, y)):
            places.append((index, Place(side)))
        else:
            places.append((index, Place(side, (10 ** (start + x / across), top - y / down))))
    return places


def _add_line(
    figure: go.Figure, some: Line, colours: Mapping[str, str], place: tuple[int, Place] | None
) -> None:
    first = some[0][0]
    label = _recipe(first)
    symbol, dash = FAMILIES.get(first.family, ("x", "solid"))
    rows = [row for row, _ in some]
    name = short_name(rows)
    named, where = place or (None, Place("right"))
    shared = {
        "legendgroup": label,
        "showlegend": False,
        "cliponaxis": False,
        "textfont": {"size": 12, "color": LINE_COLOUR},  # text needs more contrast than a line
        # A click chooses a network; it dims no other.
        "unselected": {"marker": {"opacity": 1}, "textfont": {"color": LINE_COLOUR}},
    }
    figure.add_scatter(
        **shared,
        x=[cost for _, cost in some],
        y=[row.accuracy for row, _ in some],
        name=f"{line_name(rows)}, {label}",
        mode="lines+markers+text",
        line={"width": 2, "color": colours[label], "dash": dash},
        marker={"size": 9, "color": colours[label], "symbol": symbol},
        text=[f" {name} " if i == named and not where.at else "" for i in range(len(some))],
        textposition=f"middle {where.side}",
        customdata=[[row.spec, f"{row.network}, {row.accuracy:g} %", _words(row)] for row in rows],
        hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>",
    )
    if named is not None and where.at:  # a leader from the point to the name
        row, cost = some[named]
        figure.add_scatter(
            **shared,
            x=[cost, where.at[0]],
            y=[row.accuracy, where.at[1]],
            mode="lines+text",
            line={"width": 1, "color": LINE_COLOUR},
            text=["", f" {name} "],
            textposition=f"middle {where.side}",
            hoverinfo="skip",
        )


def _recipe(row: Member) -> str:
    series = SERIES[row.recipe]
    return series.group or series.label


def _words(row: Member) -> str:
    """Recipe, test, costs and source, in lines of a hover label."""
    crop = f", crop {row.crop}" if row.crop else ""
    costs = [
        f"{numbers.short(row.cost(name))} {words}{'' if row.spec else ' (stated)'}"
        for name, words in (("params", "parameters"), ("macs", "MACs"))
    ]
    checked = f"looked up {row.checked}" if row.checked else "could not be looked up again"
    return "<br>".join(
        [
            row.relation,
            f"{SERIES[row.recipe].label}: {row.training}",
            f"{row.side} pixels{crop}",
            ", ".join(costs),
            row.source,
            checked,
        ]
    )


def _lay_out(figure: go.Figure, costs: Sequence[float], title: str) -> None:
    low, high = (min(costs), max(costs)) if costs else (1.0, 10.0)
    steps = [base * 10.0**power for power in range(-3, 13) for base in (1, 2, 3, 5, 7)]
    ticks = [step for step in steps if 0.8 * low <= step <= 1.25 * high]
    figure.update_layout(
        height=HEIGHT,
        legend=LEGEND | {"itemsizing": "constant"},
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
        hoverlabel={"align": "left"},
        xaxis={
            "title": title,
            "type": "log",
            "tickvals": ticks,
            "ticktext": [_tick(tick) for tick in ticks],
            "range": _range(costs or (1.0, 10.0)),
            "automargin": True,
        },
        yaxis={"title": "Top-1 accuracy, %", "automargin": True},
    )


def _range(costs: Sequence[float]) -> tuple[float, float]:
    """Of the axis, as logarithms: with room for names, most of it at the right ends of lines."""
    low, high = math.log10(min(costs)), math.log10(max(costs))
    wide = max(high - low, 0.3)
    return low - 0.06 * wide, high + 0.28 * wide


def _tick(value: float) -> str:
    for step, unit in ((1e9, " G"), (1e6, " M")):
        if value >= step:
            return f"{value / step:g}{unit}"
    return f"{value:g}"
