"""Graphs as DOT through pydot, and as SVG, PNG or PDF where Graphviz is installed."""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import threading
from typing import Any

import pydot

from explorer.analysis.palette import LINE, colour
from explorer.formatting import numbers
from explorer.graphviz.collapsed_graph import Arrow, Box, Drawing, draw
from explorer.graphviz.columns import in_columns
from explorer.jobs.processes import bound_to_us
from explorer.jobs.text import printable
from resnext.errors import InputError, UserError
from resnext.graph import Graph

FORMATS = ("svg", "png", "pdf")
FONT = "Helvetica,Arial,sans-serif"
SECONDS = 60.0
MOST_DRAWN = 700  # boxes that Graphviz lays out in reasonable time
MOST_ARROWS = 3 * MOST_DRAWN
# However many visitors ask: one program a core, the others wait.
PLACES = threading.BoundedSemaphore(os.cpu_count() or 1)


class GraphvizMissing(UserError):
    """Graphviz is not installed; the message says how to install it."""


class GraphvizFailed(UserError):
    """Graphviz could not draw this graph, or not within the time limit."""


def to_dot(
    graph: Graph, level: str = "stage", focus: str | None = None, direction: str | None = None
) -> pydot.Dot:
    """The graph as DOT, with clusters for stages, blocks and paths.

    Args:
        graph: What to draw.
        level: One of `explorer.graphviz.collapsed_graph.LEVELS`.
        focus: A stage or block to draw alone; see `explorer.graphviz.collapsed_graph.draw`.
        direction: ``LR`` or ``TB``; by default ``LR`` for the level ``model``, else ``TB``.

    Raises:
        ValueError: The level or the focus is not valid.
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
    """The drawing as the content of a file; a tall PNG is split into columns to fit a page.

    Args:
        dot: Result of `to_dot`.
        format: One of `FORMATS`.
        seconds: Time limit of Graphviz, and of the wait while it draws for others.

    Raises:
        ValueError: The format is not one of `FORMATS`.
        GraphvizMissing: There is no program ``dot``.
        GraphvizFailed: It failed, took too long, or was busy with other graphs for too long.
    """
    if format not in FORMATS:
        raise InputError(f"The format must be one of {', '.join(FORMATS)}. Received {format!r}.")
    program = shutil.which("dot")
    if program is None:
        raise GraphvizMissing(
            f"Drawing {format.upper()} needs Graphviz: apt-get install graphviz, brew install "
            "graphviz, or graphviz.org/download. DOT and JSON need nothing."
        )
    arrows = len(dot.get_edges())
    if arrows > MOST_ARROWS:
        raise GraphvizFailed(
            f"Graphviz draws at most {MOST_ARROWS:,} arrows in good time. Received {arrows:,}; "
            "draw one stage or a coarser level."
        )
    text = dot.to_string().encode()
    content = _drawn(program, text, format, seconds)
    if format == "png":
        return in_columns(content, lambda: _drawn(program, text, "svg", seconds))
    return content


def _drawn(program: str, text: bytes, format: str, seconds: float) -> bytes:
    if not PLACES.acquire(timeout=seconds):
        raise GraphvizFailed(
            f"Graphviz has been drawing other graphs for {seconds:g} seconds; try again later."
        )
    try:
        done = subprocess.run(
            bound_to_us([program, f"-T{format}"]),
            input=text,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GraphvizFailed(
            f"Graphviz did not finish in {seconds:g} seconds; draw one stage or a coarser level."
        ) from None
    finally:
        PLACES.release()
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
        label=_quoted(_short(name.rpartition("/")[2])),
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
    if box.layers > 1 and box.params:
        lines.append(f'<font point-size="10">{numbers.short(box.params)} parameters</font>')
    tooltip = f"{box.name}: {numbers.shape(box.output_shape)}, {box.params:,} parameters"
    return pydot.Node(
        _quoted(box.id),
        label=f"<{'<br/>'.join(lines)}>",
        fillcolor=_quoted(fill),
        color=_quoted(border),
        fontcolor=_quoted(text),
        tooltip=_quoted(_short(tooltip)),
    )


def _edge(arrow: Arrow, labelled: bool) -> pydot.Edge:
    attributes: dict[str, str] = {}
    if labelled and arrow.shape:
        attributes["label"] = _quoted(f" {numbers.shape(arrow.shape)}")
    if arrow.shortcut:
        attributes |= {"style": "dashed", "color": _quoted("#ea580c")}
    else:
        attributes["weight"] = "8"  # keeps the main path straight
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


def _short(text: str) -> str:
    return printable(text, 120)


def _text(text: str) -> str:
    """Text inside an HTML-like label."""
    return html.escape(_short(text))
