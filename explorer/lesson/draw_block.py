"""One bottleneck block in the aggregated form, step by step (paper, figures 1 and 3a)."""

from __future__ import annotations

from explorer.analysis.palette import channel_colour, path_colour
from explorer.charts.svg import element, polygon, rect, text
from explorer.lesson.block import STEPS, Block
from explorer.lesson.figure import ARROW, figure, frame, group, line

LEFT, WIDE = 20.0, 360.0
RIGHT = LEFT + WIDE
WIDTH, HEIGHT = 420.0, 520.0
# Upper edge of each tensor.
TOPS = {"input": 34.0, "thin": 128.0, "turned": 214.0, "wide": 306.0, "sum": 402.0, "out": 478.0}
BAR = 26.0
STACK = 56.0
FAINT, STRONG = 0.10, 0.55
LABEL = 17  # large enough for a lecture room


def draw_block(block: Block, step: str, follow: int = 1) -> str:
    """HTML of the block up to a step; later steps are faint.

    Args:
        block: What to draw.
        step: One of `STEPS`; it fades in.
        follow: The path that is marked, counted from 1.
    """
    last = STEPS.index(step)
    parts = (_input, _split, _transform, _widen, _merge, _add)
    body = "".join(
        group(part(block, follow - 1), "" if i < last else "new" if i == last else "ghost")
        for i, part in enumerate(parts)
    )
    words = (
        f"A block of {block.cardinality} paths of width {block.width}, drawn up to the step "
        f"{step}; path {follow} is marked."
    )
    return figure(WIDTH, HEIGHT, ARROW + _channels(block.channels) + body, words, shown=560)


def _label(top: float, words: str) -> str:
    return text(LEFT, top - 6, words, size=LABEL)


def _channels(count: int) -> str:
    """Definition of the stripes of a tensor with all channels, for `_stripes`."""
    each = WIDE / count
    stripes = [rect(LEFT + i * each, 0, each, BAR, channel_colour(i, count)) for i in range(count)]
    return (
        f'<defs><g id="lesson-channels" shape-rendering="crispEdges">{"".join(stripes)}</g></defs>'
    )


def _stripes(top: float) -> str:
    """A tensor with all channels of the block, each in its colour."""
    return element("use", href="#lesson-channels", y=top) + frame(LEFT, top, WIDE, BAR, 0.6)


def _columns(block: Block, top: float, followed: int) -> str:
    """Thin tensors side by side, each channel a shade of its path's colour."""
    each = WIDE / block.cardinality
    gap = min(2.0, each / 6)
    shades = min(block.width, 8)
    drawn = []
    for i in range(block.cardinality):
        x, inner = LEFT + i * each + gap / 2, each - gap
        drawn += [
            rect(
                x + inner * k / shades,
                top,
                inner / shades,
                BAR,
                path_colour(i, block.cardinality, k / max(1, shades - 1)),
                title=f"Path {i + 1}: {block.width} channels",
            )
            for k in range(shades)
        ]
        if i == followed:
            drawn.append(frame(x - 1, top - 1, inner + 2, BAR + 2))
    return "".join(drawn)


def _funnels(block: Block, top: float, bottom: float, followed: int, opens: bool) -> str:
    """Trapezoids between all channels and each path: every path reads or writes all of them."""
    each = WIDE / block.cardinality
    drawn = []
    order = [i for i in range(block.cardinality) if i != followed] + [followed]
    for i in order:
        narrow = (LEFT + i * each, LEFT + (i + 1) * each)
        above, below = (narrow, (LEFT, RIGHT)) if opens else ((LEFT, RIGHT), narrow)
        corners = [(above[0], top), (above[1], top), (below[1], bottom), (below[0], bottom)]
        faint = FAINT if block.cardinality <= 8 else FAINT / 3
        opacity = STRONG if i == followed else faint
        drawn.append(polygon(corners, path_colour(i, block.cardinality), opacity=opacity))
    return "".join(drawn)


def _input(block: Block, followed: int) -> str:
    words = f"Input: {block.side}×{block.side}×{block.channels}"
    return _label(TOPS["input"], words) + _stripes(TOPS["input"])


def _split(block: Block, followed: int) -> str:
    top = TOPS["thin"]
    words = f"{block.cardinality} × (1×1 conv): {block.channels} → {block.width} channels each"
    return (
        _funnels(block, TOPS["input"] + BAR, top - 22, followed, opens=False)
        + _label(top, words)
        + _columns(block, top, followed)
    )


def _transform(block: Block, followed: int) -> str:
    top, above = TOPS["turned"], TOPS["thin"] + BAR
    each = WIDE / block.cardinality
    arrows = "".join(
        line(f"M{LEFT + (i + 0.5) * each:.2f},{above + 4} V{top - 24}", arrow=i == followed,
             opacity=0.9 if i == followed else 0.25)
        for i in range(block.cardinality)
    )  # fmt: skip
    words = f"{block.cardinality} × (3×3 conv): {block.width} → {block.width} channels each"
    return arrows + _label(top, words) + _columns(block, top, followed)


def _widen(block: Block, followed: int) -> str:
    top = TOPS["wide"]
    each = STACK / block.cardinality
    layers = "".join(
        rect(LEFT, top + i * each, WIDE, each, path_colour(i, block.cardinality),
             opacity=1.0 if i == followed else 0.45, title=f"Output of path {i + 1}")
        for i in range(block.cardinality)
    )  # fmt: skip
    words = f"{block.cardinality} × (1×1 conv): {block.width} → {block.channels} channels each"
    return (
        _funnels(block, TOPS["turned"] + BAR, top - 22, followed, opens=True)
        + _label(top, words)
        + layers
        + frame(LEFT, top, WIDE, STACK, 0.6)
    )


def _merge(block: Block, followed: int) -> str:
    top = TOPS["sum"]
    middle = LEFT + WIDE / 2
    down = line(f"M{middle},{TOPS['wide'] + STACK + 4} V{top - 22}", arrow=True)
    what = f"Sum of the {block.cardinality} paths" if block.cardinality > 1 else "The only path"
    words = f"{what}: {block.side}×{block.side}×{block.channels}"
    return down + _label(top, words) + _stripes(top)


def _add(block: Block, followed: int) -> str:
    top, middle = TOPS["out"], LEFT + WIDE / 2
    edge = RIGHT + 22
    start, end = TOPS["input"] + BAR / 2, TOPS["sum"] + BAR + 14
    around = line(
        f"M{RIGHT},{start} H{edge - 8} Q{edge},{start} {edge},{start + 8} V{end - 8} "
        f"Q{edge},{end} {edge - 8},{end} H{middle + 10}",
        width=2,
        arrow=True,
    )
    circle = element("circle", cx=middle, cy=end, r=9, fill="none", stroke="currentColor")
    plus = circle + text(middle, end + 6, "+", size=18, text_anchor="middle", font_weight=600)
    return (
        around
        + plus
        + line(f"M{middle},{TOPS['sum'] + BAR} V{end - 9}", width=1)
        + text(edge - 12, end + 17, "shortcut", size=LABEL, text_anchor="end")
        + _label(top, "Output, after ReLU")
        + _stripes(top)
    )
