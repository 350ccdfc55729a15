"""What the roofline says of a measured network, in sentences that are computed from the data."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from explorer.analysis.published import figures, imagenet_name
from explorer.analysis.report import block_of, graph_of
from explorer.analysis.series import SERIES
from explorer.cost.roofline import ARITHMETIC, Bound, Ceilings, bound, is_fused
from explorer.cost.timed import Timing
from explorer.cost.timing_text import ceilings_of, milliseconds, part_rows
from explorer.formatting import numbers
from resnext import Node, ResNeXtSpec
from resnext.keras.conv_plan import merged_groups


class Point(NamedTuple):
    """A layer under the roofline.

    Attributes:
        bound: What it does, and its bound.
        ms: Its measured time, see `Timing.steady`; not a number where nothing was measured.
        family: ``1×1``, ``grouped``, ``other`` for further convolutions, ``dense``, or ``rest``.
        fused: Whether the layer before can do it on the way.
    """

    bound: Bound
    ms: float
    family: str
    fused: bool

    @property
    def rate(self) -> float:
        """Floating-point operations a second, as measured."""
        return 2 * self.bound.macs / (self.ms / 1000) if self.ms else 0.0

    @property
    def bandwidth(self) -> float:
        """Bytes a second, as measured."""
        return self.bound.moved / (self.ms / 1000) if self.ms else 0.0


def points(timing: Timing) -> list[Point]:
    """Every layer, with its bound under the ceilings that were measured with it."""
    times = timing.parts["layer"]
    return [
        point._replace(ms=timing.steady(times[point.bound.place]))
        for point in points_on(timing.spec, timing.settings.batch, ceilings_of(timing))
    ]


def points_on(spec: ResNeXtSpec, batch: int, ceilings: Ceilings) -> list[Point]:
    """Every layer, with its bound under these ceilings and no time."""
    return [
        Point(bound(node, batch, ceilings), math.nan, family(node), is_fused(node))
        for node in graph_of(spec)
        if node.kind != "InputLayer"
    ]


def family(node: Node) -> str:
    """What kind of convolution a layer is; see `Point`."""
    if node.kind == "Dense":
        return "dense"
    if not node.multiply_adds:
        return "rest"
    if groups_of(node) > 1:
        return "grouped"
    return "1×1" if node.layer.window[0] == (1, 1) else "other"


def groups_of(node: Node) -> int:
    """Groups of a convolution; 1 for any other layer."""
    return int(getattr(node.layer, "groups", 1) or 1)


def where_the_time_goes(timing: Timing) -> str:
    """Shares of the layers' times by kind, and how many meet which ceiling."""
    found = points(timing)
    total = sum(point.ms for point in found)
    names = {
        "1×1": "1×1 convolutions",
        "grouped": "grouped 3×3 convolutions",
        "other": "other convolutions",
        "dense": "the dense layer",
    }
    shares = {
        label: sum(p.ms for p in found if p.family == name) / total for name, label in names.items()
    }
    shares["normalisations and activations"] = sum(p.ms for p in found if p.fused) / total
    shares["pooling and sums"] = max(0.0, 1 - sum(shares.values()))
    ordered = sorted(shares.items(), key=lambda pair: -pair[1])
    listed = ", ".join(f"{label} {100 * share:.0f} %" for label, share in ordered if share > 0.005)
    return f"Of the layers' times, each measured alone: {listed}."


def which_ceiling(bounds: Sequence[Bound], name: str) -> str:
    """How many of the layers that multiply meet which ceiling of a machine."""
    working = [one for one in bounds if one.macs]
    arithmetic = sum(one.by == ARITHMETIC for one in working)
    return (
        f"On {name}, {arithmetic} of {len(working)} convolutions and dense layers meet the ceiling "
        f"of arithmetic, {len(working) - arithmetic} that of memory traffic."
    )


def why_grouped(timing: Timing) -> list[str]:
    """Why the grouped 3×3 runs at a fraction of the peak; empty if there is none."""
    graph, batch, ceilings = graph_of(timing.spec), timing.settings.batch, ceilings_of(timing)
    grouped = [node for node in graph if family(node) == "grouped"]
    if not grouped:
        return []
    node = max(grouped, key=lambda one: timing.steady(timing.parts["layer"][one.name]))
    before = next(
        n
        for n in graph
        if family(n) == "1×1" and block_of(n) == block_of(node) and "/shortcut/" not in n.name
    )
    own, other = bound(node, batch, ceilings), bound(before, batch, ceilings)
    ms = {n.name: timing.steady(timing.parts["layer"][n.name]) for n in (node, before)}
    rates = {
        one.place: 2 * one.macs / (ms[one.place] / 1000) / ceilings.product for one in (own, other)
    }
    allowed = 2 * own.macs / own.seconds / ceilings.product
    groups = groups_of(node)
    channels = node.input_shapes[0][-1] // groups
    said = [
        f"**{own.place}**, the slowest grouped convolution, has {groups} paths of {channels} "
        f"channels. It does {numbers.short(own.macs)} MACs, {groups} times fewer than an ordinary "
        f"3×3 of its width, but reads and writes the same feature maps: {own.intensity:.1f} MACs a "
        f"byte, against {other.intensity:.1f} of the 1×1 convolution {other.place}.",
    ]
    if own.by == ARITHMETIC:
        said.append(
            f"That is still above the {ceilings.ridge:.1f} MACs a byte from which on this machine "
            "is bound by its arithmetic: memory traffic alone does not explain what follows."
        )
    else:
        said.append(
            f"That is below the {ceilings.ridge:.1f} MACs a byte that this machine needs to keep "
            f"its arithmetic busy: memory traffic allows at most {100 * allowed:.0f} % of the "
            "matrix product's rate."
        )
    said.append(
        f"Measured: {100 * rates[own.place]:.0f} % of the matrix product's rate, and "
        f"{100 * rates[other.place]:.0f} % for that 1×1 convolution."
    )
    merged = groups // merged_groups(groups, channels, "native")
    words = (
        f"What the bound does not know: each path multiplies {9 * channels} numbers by a kernel "
        f"with {channels} outputs"
    )
    vector = timing.conditions.machine.vector
    if vector and timing.conditions.device == "CPU":
        filled = min(1.0, channels / vector)
        words += (
            f", and a vector register of this processor holds {vector} numbers: {channels} outputs "
            + (f"fill {100 * filled:.0f} % of it" if filled < 1 else "fill it")
        )
    if merged > 1:
        words += (
            f". So this program computes {merged} neighbouring paths as one, with zeros between "
            f"them: {merged} times the arithmetic, and still less time"
        )
    said.append(f"{words}.")
    return said


def order_of_stages(timing: Timing) -> str:
    """The stages by measured time, and by the bound, slowest first."""
    rows = part_rows(timing, "stage")
    measured = [row.place for row in sorted(rows, key=lambda row: -row.steady)]
    by_bound = [row.place for row in sorted(rows, key=lambda row: -(row.bound or 0))]
    if measured == by_bound:
        return f"Slowest first, measured and by the bound alike: {', '.join(measured)}."
    return (
        f"Slowest first, measured: {', '.join(measured)}. By the bound: {', '.join(by_bound)}. "
        "Where the two differ, the bound is wrong about the order."
    )


def faster_than_bound(timing: Timing) -> str:
    """Layers that were faster than their bound; empty if none was."""
    found = [point for point in points(timing) if 0 < point.ms < point.bound.ms]
    if not found:
        return ""
    most = max(found, key=lambda point: point.bound.ms / point.ms)
    return (
        f"{len(found)} of {len(timing.parts['layer'])} layers were faster than their bound, "
        f"{most.bound.place} {most.bound.ms / most.ms:.1f} times: the bound does not know of data "
        "that are still in a cache"
        + (
            ", and on a busy machine the ceilings come out too low."
            if timing.conditions.is_disturbed
            else "."
        )
    )


class Ratio(NamedTuple):
    """How much longer one network takes than another.

    Attributes:
        label: Who measured, and on what; or that it is the bound.
        value: Time of the network divided by that of the other.
    """

    label: str
    value: float


def resnet_of(name: str, depth: int) -> str:
    """The ResNet of a depth, to which a ResNeXt of the tables is compared; empty if it is one."""
    plain = imagenet_name(depth, 1, 64)
    return "" if name == plain else plain


def published_ratios(name: str, other: str) -> list[Ratio]:
    """Published times of a network divided by those of another, by machine."""
    speeds: dict[str, dict[str, float]] = {}
    for figure in figures():
        if figure.quantity == "images_per_second" and figure.series:
            speeds.setdefault(figure.series, {})[figure.name] = figure.value
    return [
        Ratio(SERIES[series].label, values[other] / values[name])
        for series, values in speeds.items()
        if name in values and other in values
    ]


def ratios(timing: Timing, other: Timing) -> list[Ratio]:
    """A network's time divided by another's: measured, by the bound, and published."""
    busy = timing.conditions.is_disturbed or other.conditions.is_disturbed
    found = [Ratio("fastest calls here" if busy else "measured here", time_ratio(timing, other))]
    if timing.onnx is not None and other.onnx is not None:
        found.append(
            Ratio("ONNX Runtime here", timing.steady(timing.onnx) / other.steady(other.onnx))
        )
    if not timing.settings.train:
        pair = [sum(row.bound or 0 for row in part_rows(one, "stage")) for one in (timing, other)]
        found.append(Ratio("by the bound", pair[0] / pair[1]))
    return [*found, *published_ratios(timing.spec.name, other.spec.name)]


def time_ratio(timing: Timing, other: Timing) -> float:
    """A network's time divided by another's.

    By turns if they took them together, else of the medians; of the fastest calls if other programs
    disturbed one of them.
    """
    if timing.conditions.is_disturbed or other.conditions.is_disturbed:
        return timing.whole.fastest / other.whole.fastest
    if timing.conditions.date == other.conditions.date:
        return timing.whole.ratio(other.whole)
    return timing.whole.ms / other.whole.ms


def ratio_sentence(timing: Timing, other: Timing) -> str:
    """The ratios in a sentence, and whether all have one sign."""
    found = ratios(timing, other)
    listed = ", ".join(f"{ratio.label} {ratio.value:.2f}" for ratio in found)
    here = found[0].value > 1
    wrong = [ratio.label for ratio in found[1:] if (ratio.value > 1) != here]
    end = f" Another sign than here: {', '.join(wrong)}." if wrong else " All have one sign."
    return f"Time of {timing.spec.name} divided by {other.spec.name}'s: {listed}.{end}"


def sums_sentence(timing: Timing) -> str:
    """What the parts sum to at each level, next to the whole."""
    whole = timing.steady(timing.whole)
    listed = ", ".join(
        f"{label} {milliseconds(timing.sums[level])} ms ({timing.sums[level] / whole:.2f} of it)"
        for level, label in (("stage", "stages"), ("block", "blocks"), ("layer", "layers"))
    )
    basis = ", by the fastest calls" if timing.conditions.is_disturbed else ""
    return (
        f"The whole network took {milliseconds(whole)} ms{basis}; parts measured alone sum to: "
        f"{listed}."
    )


def median_share(found: Iterable[Point], name: str, product: float) -> float | None:
    """Median share of the matrix product's rate of a family of layers; None without any."""
    rates = [point.rate / product for point in found if point.family == name]
    return statistics.median(rates) if rates else None
