"""A block's convolutions in each of the four forms, as in the paper's figure 3."""

from __future__ import annotations

from explorer.analysis.palette import path_colour
from explorer.charts.svg import rect, text
from explorer.lesson.figure import ARROW, figure, frame, line
from resnext import Graph, Node

SHOWN = 3
WIDTH, HEIGHT = 300.0, 270.0
ROWS = {"conv1": 56.0, "conv2": 116.0, "conv3": 176.0}
TALL = 28.0


def draw_form(graph: Graph, form: str) -> str:
    """The three rows of convolutions of a block, path by path.

    Args:
        graph: One block, such as `explorer.lesson.forms.figure_3`.
        form: Its name.
    """
    rows = {name: _convolutions(graph, name) for name in ROWS}
    count = max(len(nodes) for nodes in rows.values())
    body = ARROW + text(WIDTH / 2, 16, _words(graph.input_shape), text_anchor="middle")
    previous = [WIDTH / 2]
    above = 22.0
    for name, top in ROWS.items():
        centres, drawn = _row(rows[name], top, count)
        body += _links(previous, above, centres, top) + drawn
        previous, above = centres, top + TALL
    merge = "sum" if len(rows["conv3"]) > 1 else ""
    body += _links(previous, above, [WIDTH / 2], 232)
    body += text(WIDTH / 2, 250, f"{merge}: {_words(graph.output_shape)}".lstrip(": "),
                 text_anchor="middle")  # fmt: skip
    if len(rows["conv2"]) > 1 and not merge:
        body += text(WIDTH - 4, 166, "concatenate", size=11, text_anchor="end")
    if len(rows["conv2"]) > 1 and len(rows["conv1"]) == 1:
        body += text(WIDTH - 4, 104, "slice", size=11, text_anchor="end")
    total = sum(len(nodes) for nodes in rows.values())
    return figure(WIDTH, HEIGHT, body, f"The {form} form: {total} convolutions.", shown=340)


def _convolutions(graph: Graph, name: str) -> list[Node]:
    """The convolutions with this name: one, or one for each path."""
    return [node for node in graph if node.place[-1] == name]


def _words(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _row(nodes: list[Node], top: float, count: int) -> tuple[list[float], str]:
    """The centres of a row's boxes, where arrows end, and its SVG."""
    if len(nodes) == 1:
        node = nodes[0]
        kernel = node.weights[0].shape
        groups = node.input_shapes[0][-1] // kernel[2]
        words = f"{node.input_shapes[0][-1]}, {kernel[0]}×{kernel[1]}, {kernel[3]}"
        words += f", {groups} groups" if groups > 1 else ""
        drawn = rect(20, top, WIDTH - 40, TALL, "currentColor", opacity=0.08)
        drawn += frame(20, top, WIDTH - 40, TALL, 0.8)
        if groups > 1:
            each = (WIDTH - 40) / groups
            drawn += "".join(
                rect(20 + i * each, top + TALL - 5, each, 5, path_colour(i, groups))
                for i in range(groups)
            )
        return [WIDTH / 2], drawn + text(WIDTH / 2, top + 18, words, text_anchor="middle")
    places = [0, 1, len(nodes) - 1] if len(nodes) > SHOWN else list(range(len(nodes)))
    lefts = (8.0, 98.0, 214.0) if len(nodes) > SHOWN else tuple(8 + 98.0 * i for i in places)
    drawn, centres = "", []
    for place, left in zip(places, lefts, strict=True):
        node = nodes[place]
        kernel = node.weights[0].shape
        drawn += rect(left, top, 80, TALL, path_colour(place, count), opacity=0.35)
        drawn += rect(left, top, 80, TALL, stroke=path_colour(place, count))
        words = f"{kernel[2]}, {kernel[0]}×{kernel[1]}, {kernel[3]}"
        drawn += text(left + 40, top + 18, words, size=12, text_anchor="middle")
        centres.append(left + 40)
    if len(nodes) > SHOWN:
        drawn += text(196, top + 18, f"⋯ {len(nodes)}", size=11, text_anchor="middle")
    return centres, drawn


def _links(starts: list[float], above: float, ends: list[float], below: float) -> str:
    """Arrows from each box to the one below it, or from all to all."""
    if len(starts) == len(ends):
        pairs = list(zip(starts, ends, strict=True))
    else:
        pairs = [(start, end) for start in starts for end in ends]
    return "".join(line(f"M{a},{above} L{b},{below - 1}", width=1, arrow=True) for a, b in pairs)
