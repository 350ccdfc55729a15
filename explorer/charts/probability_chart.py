"""A chart of class probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from explorer.analysis.palette import NETWORKS
from explorer.charts.training_charts import plain
from explorer.formatting.numbers import percent

ROW, BAR_ROOM, MARGIN = 14, 17, 34  # pixels


def probability_figure(
    names: Sequence[str],
    series: Mapping[str, Sequence[float]],
    most: int = 10,
    font_size: int = 13,
) -> go.Figure:
    """Bars of the most probable classes, the most probable one by the first series on top.

    Args:
        names: Class names in label order.
        series: Probabilities in label order, by the name of what gave them.
        most: How many classes are shown.
        font_size: Of all text, in pixels.
    """
    first = next(iter(series.values()))
    shown = sorted(range(len(first)), key=lambda label: -first[label])[:most]
    figure = go.Figure()
    for (name, values), colour in zip(series.items(), NETWORKS, strict=False):
        figure.add_bar(
            y=[_label(names, label) for label in shown],
            x=[values[label] for label in shown],
            text=[percent(values[label]) for label in shown],
            textposition="outside",
            cliponaxis=False,
            name=name,
            orientation="h",
            marker={"color": colour},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    legend = MARGIN if len(series) > 1 else 0
    scale = font_size / 13
    figure.update_layout(
        height=round(scale * (len(shown) * (ROW + BAR_ROOM * len(series)) + legend + 16)),
        margin={"l": 8, "r": 8, "t": 8 + scale * legend, "b": 8},
        font={"size": font_size},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        showlegend=len(series) > 1,
        uirevision="probabilities",
        xaxis={"range": [0, 1.18], "visible": False, "fixedrange": True},
        yaxis={"autorange": "reversed", "automargin": True, "fixedrange": True, "ticksuffix": " "},
    )
    return figure


def _label(names: Sequence[str], label: int) -> str:
    return plain(names[label]) if label < len(names) else str(label)
