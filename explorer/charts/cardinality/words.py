"""The sentences of the picture: what a block is, why it has many paths, what a channel reads."""

from __future__ import annotations

from explorer.analysis.published import table_3
from explorer.charts.cardinality.figures import Block, Cost, Row
from explorer.formatting import numbers
from resnext import ResNeXtSpec

CROP = (224, 224, 3)  # the images of table 3
WORDS = {
    "picture": "One block, and the ResNet block of about the same cost",
    "whole": "Whole network",
    "unit": "Cardinality C (number of paths)",
    "keep": "Keep the width",
    "depth": "Depth (layers)",
    "input": "Input",
    "output": "Output",
    "shortcut": "shortcut",
    "projection": "shortcut (1×1 conv)",
    "bundled": "Each strip is {paths} paths.",
    "solid": "Too many channels to draw one by one.",
    "note": "Block: its three convolutions at {shape} positions, as table 2 of the paper counts. "
    "Whole network: trainable parameters, and MACs as torchvision counts.",
}
KEEP_HELP = {
    "equal": "Off: the width follows, so that a block's cost stays about the same.",
    "fixed": "This network's groups fix the channels of its 3×3 convolutions: C × d does not "
    "change.",
}


def paths(cardinality: int, width: int) -> str:
    """``32 paths of width 4``."""
    return f"{cardinality} path{'s'[: cardinality > 1]} of width {width}"


def costs(cost: Cost) -> str:
    """Weights and MACs of a block, exact."""
    return f"{numbers.full(cost.params)} weights, {numbers.short(cost.macs)} MACs"


def network_costs(cost: Cost) -> str:
    """Parameters and MACs of a whole network, short."""
    return f"{numbers.short(cost.params)} parameters, {numbers.short(cost.macs)} MACs"


def why(block: Block, other: Block) -> str:
    """Why many paths, in one sentence.

    Args:
        block: With C paths.
        other: With one path, of about the same cost.
    """
    grouped, dense = block.rows[2], other.rows[2]
    if grouped.groups == 1:
        return (
            "With one path this is the block of ResNet: each channel of the 3×3 convolution reads "
            f"all {_channels(grouped.reads)} before it."
        )
    more = numbers.changed(
        100 * (block.cost.params / other.cost.params - 1), ("more weights", "fewer weights")
    )
    cost = "the same cost" if more == "same" else f"about the same cost ({more})"
    if abs(block.cost.params / other.cost.params - 1) > 0.1:
        cost = f"a cost as near as a whole width allows ({more})"
    read = f"reads only {_channels(grouped.reads)} instead of all {dense.reads:,}"
    if grouped.channels <= dense.channels:
        return (
            f"At {cost}, each channel of the 3×3 convolution {read}; with so few paths, no "
            "channels are gained."
        )
    return (
        f"At {cost}, the 3×3 convolution has {_channels(grouped.channels)} instead of "
        f"{dense.channels:,}, because each of them {read}."
    )


def measured(spec: ResNeXtSpec) -> str:
    """What the paper measured of a network with these paths, if it did."""
    if spec.name.startswith("se") or spec.input_shape != CROP or spec.classes != 1000:
        return ""
    errors = {
        (row.cardinality, row.width): {50: row.error_50, 101: row.error_101} for row in table_3()
    }
    here = errors.get((spec.cardinality, spec.width), {}).get(spec.depth)
    named = spec.name in (
        f"resnext{spec.depth}_{spec.cardinality}x{spec.width}d",
        f"resnet{spec.depth}",
    )
    if here is None or not named:
        return ""
    cardinality, other = (32, errors[32, 4]) if spec.cardinality == 1 else (1, errors[1, 64])
    return (
        f"Top-1 error on ImageNet in the paper (table 3, {spec.depth} layers): {here} %, "
        f"against {other[spec.depth]} % with {cardinality} path{'s'[: cardinality > 1]}."
    )


def reading(rows: tuple[Row, ...], number: int) -> str:
    """What one channel reads, with its weights; the browser fills in {channel} and {path}."""
    row, before = rows[number], rows[number - 1]
    kernel = f" × {row.kernel} × {row.kernel}" if row.kernel > 1 else ""
    what = f"{row.reads:,}{kernel} = {row.weights:,}" if kernel else f"{row.weights:,}"
    name = {1: "after the first 1×1 convolution", 2: "after the 3×3 convolution"}
    weights = f"{what} weight{'s'[: row.weights > 1]}"
    if row.groups > 1:
        read = "only its own path's" if row.reads > 1 else "only its path's"
        return (
            f"Channel {{channel}} {name[number]} (path {{path}}) reads {read} "
            f"{_channels(row.reads)}: {weights}."
        )
    if number == 1:
        of = f"all {_channels(before.channels)} of the input"
        path = " (path {path})" if rows[2].groups > 1 else ""
        return f"Channel {{channel}} {name[1]}{path} reads {of}: {weights}."
    if number == 2:
        return f"Channel {{channel}} {name[2]} reads all {_channels(before.channels)}: {weights}."
    of = f", {before.channels // rows[2].groups} of each path" if rows[2].groups > 1 else ""
    return f"Channel {{channel}} of the sum reads all {_channels(before.channels)}{of}: {weights}."


def steps(rows: tuple[Row, ...]) -> list[dict[str, str]]:
    """The labels of the three convolutions, in the paper's words where there are paths."""
    first, one, two, last = rows
    count = two.groups
    if count == 1:
        return [
            {"title": "1×1 conv", "text": f"{first.channels} → {one.channels}", "more": ""},
            {"title": "3×3 conv", "text": f"{one.channels} → {two.channels}", "more": ""},
            {"title": "1×1 conv", "text": f"{two.channels} → {last.channels}", "more": ""},
        ]
    width = two.reads
    return [
        {"title": "Split", "text": f"{count} × 1×1 conv", "more": f"{first.channels} → {width}"},
        {"title": "Transform", "text": f"{count} × 3×3 conv", "more": f"{width} → {width}"},
        {
            "title": "Merge",
            "text": f"{count} × 1×1 conv",
            "more": f"{width} → {last.channels}, sum",
        },
    ]


def description(block: Block) -> str:
    """The picture of a block in words, for a screen reader."""
    first, one, two, last = block.rows
    if two.groups == 1:
        return (
            f"A block with one path: {first.channels} channels, a 1×1 convolution to "
            f"{one.channels}, a 3×3 convolution among them, a 1×1 convolution to {last.channels}, "
            "and the shortcut added."
        )
    return (
        f"A block with {two.groups} paths. Each splits off {two.reads} channels from "
        f"{first.channels} by a 1×1 convolution, transforms them by a 3×3 convolution, and returns "
        f"to {last.channels} by another 1×1 convolution; the paths are summed, and the shortcut "
        "is added."
    )


def _channels(count: int) -> str:
    return f"{count:,} channel{'s'[: count != 1]}"
