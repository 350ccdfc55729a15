"""Graphs as DOT through pydot, and as SVG, PNG or PDF where Graphviz is installed."""

from __future__ import annotations

import html
import shutil
import subprocess
from typing import Any

import pydot

from explorer import numbers
from explorer.drawing import Arrow, Box, Drawing, draw
from explorer.palette import LINE, colour
from resnext.graph import Graph

FORMATS = ("svg", "png", "pdf")
FONT = "Helvetica,Arial,sans-serif"
SECONDS = 60.0
MOST_DRAWN = 700  # boxes that Graphviz lays out while somebody waits


class GraphvizMissing(RuntimeError):
    """Graphviz is not installed; the message says how to install it."""


class GraphvizFailed(RuntimeError):
    """Graphviz could not draw this graph, or not in the time it was given."""


def to_dot(
    graph: Graph, level: str = "stage", focus: str | None = None, direction: str | None = None
) -> pydot.Dot:
    """The graph as DOT, with clusters for stages, blocks and paths.

    Args:
        graph: What to draw.
        level: One of `explorer.drawing.LEVELS`.
        focus: A stage or block to draw alone; see `explorer.drawing.draw`.
        direction: ``LR`` or ``TB``; by default stages lie in a row and all else in a column.

    Raises:
        ValueError: The level or the focus is none.
    """
    drawing = draw(graph, level, focus)
    dot = pydot.Dot(
        _quoted(graph.name),
        graph_type="digraph",
        rankdir=direction or ("LR" if level == "model" else "TB"),
        bgcolor="transparent",
        fontname=_quoted(FONT),
        fontsize="12",
        fontcolor=_quoted(LINE),
        nodesep="0.25",
        ranksep="0.3",
        pad="0.15",
    )
    dot.set_node_defaults(
        shape="box",
        style=_quoted("rounded,filled"),
        fontname=_quoted(FONT),
        fontsize="12",
        penwidth="1.2",
        margin=_quoted("0.16,0.08"),
        height="0.3",
    )
    dot.set_edge_defaults(
        color=_quoted(LINE),
        fontcolor=_quoted(LINE),
        fontname=_quoted(FONT),
        fontsize="10",
        arrowsize="0.6",
        penwidth="1.2",
    )
    _add_boxes(dot, drawing)
    changes = _shape_changes(drawing)
    for arrow in sorted(drawing.arrows, key=lambda arrow: arrow.shortcut):
        dot.add_edge(_edge(arrow, labelled=arrow.source in changes))
        changes.discard(arrow.source)  # one label is enough
    return dot


def render(dot: pydot.Dot, format: str = "svg", seconds: float = SECONDS) -> bytes:
    """The drawing as a file's content.

    Args:
        dot: What `to_dot` gave.
        format: One of `FORMATS`.
        seconds: Graphviz is ended when it takes longer.

    Raises:
        ValueError: The format is none of these.
        GraphvizMissing: There is no program ``dot``.
        GraphvizFailed: It gave up, or took too long.
    """
    if format not in FORMATS:
        raise ValueError(f"The format must be one of {', '.join(FORMATS)}. Received {format!r}.")
    program = shutil.which("dot")
    if program is None:
        raise GraphvizMissing(
            f"Drawing {format.upper()} needs Graphviz: apt-get install graphviz, brew install "
            "graphviz, or graphviz.org/download. DOT and JSON need nothing."
        )
    try:
        done = subprocess.run(
            [program, f"-T{format}"],
            input=dot.to_string().encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GraphvizFailed(
            f"Graphviz did not finish in {seconds:g} seconds; draw one stage or a coarser level."
        ) from None
    if done.returncode or not done.stdout:
        last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        raise GraphvizFailed(f"Graphviz could not draw this graph: {last[:200]}")
    return bytes(done.stdout)


def _add_boxes(dot: pydot.Dot, drawing: Drawing) -> None:
    """Put each box into the innermost of its clusters."""
    clusters: dict[str, Any] = {}
    for box in drawing.boxes:
        parent: Any = dot
        for name in box.clusters:
            if name not in clusters:
                clusters[name] = _cluster(name, len(clusters))
                parent.add_subgraph(clusters[name])
            parent = clusters[name]
        parent.add_node(_node(box))


def _cluster(name: str, number: int) -> pydot.Cluster:
    return pydot.Cluster(
        f"c{number}",
        label=_quoted(_plain(name.rpartition("/")[2])),
        labeljust="l",
        style=_quoted("rounded,filled"),
        color=_quoted("#75808f80"),
        fillcolor=_quoted("#75808f14"),
        fontcolor=_quoted(LINE),
        fontname=_quoted(FONT),
        fontsize="12",
        margin="10",
    )


def _node(box: Box) -> pydot.Node:
    if box.outside:
        return pydot.Node(
            _quoted(box.id),
            label=f"<{_text(box.title)}>",
            shape="plaintext",
            style=_quoted(""),
            fontcolor=_quoted(LINE),
            fontsize="11",
        )
    fill, border, text = colour(box.kind)
    lines = [f"<b>{_text(box.title)}</b>"]
    if box.detail and box.detail != box.title:
        lines.append(f'<font point-size="10">{_text(box.detail)}</font>')
    params = box.trainable_params
    if box.layers > 1 and params:
        lines.append(f'<font point-size="10">{numbers.short(params)} parameters</font>')
    tooltip = f"{box.name}: {numbers.shape(box.output_shape)}, {params:,} parameters"
    return pydot.Node(
        _quoted(box.id),
        label=f"<{'<br/>'.join(lines)}>",
        fillcolor=_quoted(fill),
        color=_quoted(border),
        fontcolor=_quoted(text),
        tooltip=_quoted(_plain(tooltip)),
    )


def _edge(arrow: Arrow, labelled: bool) -> pydot.Edge:
    attributes: dict[str, str] = {}
    if labelled and arrow.shape:
        attributes["label"] = _quoted(f" {numbers.shape(arrow.shape)}")
    if arrow.shortcut:
        attributes |= {"style": "dashed", "color": _quoted("#ea580c")}
    else:
        attributes["weight"] = "8"  # keeps the main way straight
    return pydot.Edge(_quoted(arrow.source), _quoted(arrow.target), **attributes)


def _shape_changes(drawing: Drawing) -> set[str]:
    """Boxes whose output has another shape than what they read: their arrows are labelled."""
    shapes = {box.id: box.output_shape for box in drawing.boxes}
    read: dict[str, set[Any]] = {}
    for arrow in drawing.arrows:
        read.setdefault(arrow.target, set()).add(arrow.shape)
    return {name for name, shape in shapes.items() if read.get(name) != {shape}}


def _quoted(text: str) -> str:
    """A DOT string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    """Text without control characters, of bounded length."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:120]


def _text(text: str) -> str:
    """Text inside an HTML-like label."""
    return html.escape(_plain(text))
