"""Published accuracies over what the networks cost: a line for a family under one recipe."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import product

import plotly.graph_objects as go

from explorer.analysis.family import Member
from explorer.analysis.palette import LEGEND, NETWORKS
from explorer.analysis.palette import LINE as LINE_COLOUR
from explorer.analysis.series import SERIES
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
HEIGHT = 460
# Of the plot on a narrow screen, and of a letter, in pixels: names keep apart there, so everywhere.
WIDE, HIGH, LETTER, LINE = 300, 340, 6.2, 13
# Where a name may be, from the last point of its line or from its first: the offset of its left
# edge in widths of the name, and of its middle in lines.
PLACES = {
    "middle right": (0.0, 0.0),
    "top center": (-0.5, -1.0),
    "bottom center": (-0.5, 1.0),
    "middle left": (-1.0, 0.0),
}
Box = tuple[float, float, float, float]
Point = tuple[Member, float]  # a network and its cost
Line = Sequence[Point]  # from the cheapest network to the dearest


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
    """The same as it is written beside a line: 32×4d for ResNeXt 32x4d, 101 64×4d for one."""
    name = re.sub(r"ResNeXt[- ]?(?=\d)|(?<=SE-)ResNeXt[- ]?(?=\d)", "", line_name(rows))
    return name.replace("SE-", "SE ").replace("x", "×") if re.match(r"(SE-)?\d", name) else name


def _places(lines: Sequence[Line]) -> list[tuple[int, str] | None]:
    """Which point of each line has its name, and where; None where no place is free."""
    points = [point for line in lines for point in line]
    at = _pixels(points)
    taken: list[Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in at.values()]
    found: dict[int, tuple[int, str]] = {}
    # Lines first, as they say more than a point.
    for number in sorted(range(len(lines)), key=lambda i: len(lines[i]) < 2):
        line = lines[number]
        width = LETTER * len(short_name([row for row, _ in line])) + 8
        for index, (place, (across, down)) in product((len(line) - 1, 0), PLACES.items()):
            x, y = at[line[index]]
            left = x + across * width + (6 if not across else -6 if across == -1 else 0)
            box = (left, y + (down - 0.5) * LINE, left + width, y + (down + 0.5) * LINE)
            others = (b for b in taken if b != (x - 4, y - 4, x + 4, y + 4))
            if box[0] > -40 and box[2] < WIDE + 70 and not any(_meet(box, b) for b in others):
                found[number] = index, place
                taken.append(box)
                break
    return [found.get(number) for number in range(len(lines))]


def _pixels(points: Sequence[Point]) -> dict[Point, tuple[float, float]]:
    """Where points are on a narrow screen."""
    if not points:
        return {}
    across = [math.log10(cost) for _, cost in points]
    up = [row.accuracy for row, _ in points]
    wide, high = (max(values) - min(values) or 1.0 for values in (across, up))
    return {
        point: (WIDE * 0.74 * (x - min(across)) / wide, HIGH * (max(up) - y) / high)
        for point, x, y in zip(points, across, up)
    }


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _add_line(
    figure: go.Figure, some: Line, colours: Mapping[str, str], place: tuple[int, str] | None
) -> None:
    first = some[0][0]
    label = _recipe(first)
    symbol, dash = FAMILIES.get(first.family, ("x", "solid"))
    rows = [row for row, _ in some]
    index, position = place or (-1, "middle right")
    figure.add_scatter(
        x=[cost for _, cost in some],
        y=[row.accuracy for row, _ in some],
        name=f"{line_name(rows)}, {label}",
        legendgroup=label,
        showlegend=False,
        mode="lines+markers+text",
        cliponaxis=False,
        line={"width": 2, "color": colours[label], "dash": dash},
        marker={"size": 9, "color": colours[label], "symbol": symbol},
        text=[f" {short_name(rows)} " if i == index else "" for i in range(len(some))],
        textposition=position,
        textfont={"size": 12, "color": LINE_COLOUR},  # text needs more contrast than a line
        # A click chooses a network; it dims no other.
        unselected={"marker": {"opacity": 1}, "textfont": {"color": LINE_COLOUR}},
        customdata=[[row.spec, f"{row.network}, {row.accuracy:g} %", _words(row)] for row in rows],
        hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>",
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
    wide = math.log10(high / low)
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
            # Room for the names at the right ends.
            "range": [
                math.log10(low) - 0.06 * max(wide, 0.3),
                math.log10(high) + 0.28 * max(wide, 0.3),
            ],
            "automargin": True,
        },
        yaxis={"title": "Top-1 accuracy, %", "automargin": True},
    )


def _tick(value: float) -> str:
    for step, unit in ((1e9, " G"), (1e6, " M")):
        if value >= step:
            return f"{value / step:g}{unit}"
    return f"{value:g}"
