"""What was measured, for the formats of commands and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from explorer.analysis.formats import Answer, Block, Grid, Notes
from explorer.analysis.report import block_of, graph_of, stage_of
from explorer.cost.roofline import Ceilings, bound_ms
from explorer.cost.roofline import bound as layer_bound
from explorer.cost.timed import Timing
from explorer.formatting import numbers
from resnext import Node

RULE = (
    "Each part runs alone as a compiled function on random values. The time is the median over "
    "turns, minus the time of an empty call; the range is the quartiles. If other programs "
    "disturbed the measurement, shares use the fastest call. Equal parts are timed once."
)
FUSION = (
    "Parts alone sum to more or less than the whole: in the whole network, a convolution, "
    "its normalisation and its ReLU are one operation, and values stay in caches between layers."
)
BOUND = (
    "Bound: the shortest possible time at this machine's peak arithmetic and memory speed, both "
    "measured. Normalisations and activations count as free where another layer can do them. It "
    "is not a prediction."
)


class PartRow(NamedTuple):
    """A stage, a block or a layer with its time.

    Attributes:
        place: Its place.
        kind: As in `explorer.analysis.report.Row`.
        macs: Multiply-adds for one image.
        ms: Its time alone.
        low: Lower quartile.
        high: Upper quartile.
        fastest: Its fastest call.
        bound: The least time by the roofline; None for a training step.
        macs_per_byte: Multiply-adds for each byte that a layer moves; None for a training step, and
            for blocks and stages.
        bound_by: The ceiling that a layer meets, see `explorer.cost.roofline.Bound`; or None.
        steady: On which a judgement rests; see `Timing.steady`.
    """

    place: str
    kind: str
    macs: int
    ms: float
    low: float
    high: float
    fastest: float
    bound: float | None
    macs_per_byte: float | None
    bound_by: str | None
    steady: float

    @property
    def reached(self) -> float | None:
        """The bound as a share of the time."""
        return self.bound / self.steady if self.bound is not None and self.steady else None


def ceilings_of(timing: Timing) -> Ceilings:
    """The ceilings that were measured with it."""
    found = timing.conditions
    return Ceilings(found.machine.name, found.product, found.copy)


def part_rows(timing: Timing, by: str) -> list[PartRow]:
    """The rows at a level, in network order."""
    nodes: dict[str, list[Node]] = {}
    for node in graph_of(timing.spec):
        place = {"layer": node.name, "block": block_of(node) or stage_of(node)}
        nodes.setdefault(place.get(by, stage_of(node)), []).append(node)
    rows = []
    for row in timing.report.by(by):
        times = timing.parts[by][row.name]
        least = bound_ms(nodes[row.name], timing.settings.batch, ceilings_of(timing))
        layer = None
        if by == "layer" and not timing.settings.train:
            layer = layer_bound(nodes[row.name][0], timing.settings.batch, ceilings_of(timing))
        rows.append(
            PartRow(
                row.name,
                row.kind,
                row.macs or 0,
                times.ms,
                times.low,
                times.high,
                times.fastest,
                None if timing.settings.train else least,
                None if layer is None else layer.intensity,
                None if layer is None else layer.by,
                timing.steady(times),
            )
        )
    return rows


def milliseconds(value: float | None) -> str:
    """Three digits that count, at most three behind the point: 812, 81.2, 8.12, 0.81, 0.081."""
    if value is None:
        return numbers.UNKNOWN
    digits = next((d for d, most in enumerate((99.95, 9.995, 0.0995)) if value >= most), 3)
    return f"{value:,.{digits}f}"


def as_dict(timings: Sequence[Timing]) -> dict[str, Any]:
    """The JSON of the command ``time``."""
    plain = []
    for timing in timings:
        one = timing.as_dict()
        rows = {
            (level, row.place): row for level in timing.parts for row in part_rows(timing, level)
        }
        for part in one["parts"]:
            row = rows[part["level"], part["name"]]
            part["bound_ms"] = row.bound
            part["macs_per_byte"] = row.macs_per_byte
            part["bound_by"] = row.bound_by
        plain.append(one)
    return {"rule": RULE, "timings": plain}


def answer(timings: Sequence[Timing], by: str) -> Answer:
    """The networks, and their parts at a level; JSON has every level."""
    names = ["network", "mode", "batch", "level", "place", "kind", "macs"]
    names += ["ms", "low_ms", "high_ms", "fastest_ms", "bound_ms", "macs_per_byte", "bound_by"]
    return Answer(
        lambda wide: _blocks(timings, by),
        lambda: (names, _records(timings, by)),
        partial(as_dict, timings),
    )


def _records(timings: Sequence[Timing], by: str) -> Iterator[list[Any]]:
    for timing in timings:
        head = [timing.spec.name, timing.settings.mode, timing.settings.batch]
        whole = timing.whole
        times = [whole.ms, whole.low, whole.high, whole.fastest, None, None, None]
        yield [*head, "network", "", "network", timing.report.totals.macs, *times]
        yield from ([*head, by, *row[:-1]] for row in part_rows(timing, by))


def network_table(timings: Sequence[Timing]) -> tuple[list[str], list[list[str]]]:
    """Header and cells, a row for each network and batch; ratios to the first of its batch."""
    onnx = any(timing.onnx is not None for timing in timings)
    header = ["network", "batch", "ms", "quartiles", "fastest", "images/s", "share of the product"]
    header += ["ratio", "ratio of fastest"]
    header += ["ONNX Runtime, ms", "TensorFlow / ONNX Runtime"] if onnx else []
    cells = []
    for timing in timings:
        first = next(one for one in timings if one.settings == timing.settings)
        whole = timing.whole
        row = [
            timing.spec.name,
            str(timing.settings.batch),
            milliseconds(whole.ms),
            f"{milliseconds(whole.low)} to {milliseconds(whole.high)}",
            milliseconds(whole.fastest),
            f"{timing.images_per_second:,.1f}",
            f"{timing.share_of_limit():.2f}",
            f"{whole.ratio(first.whole):.2f}",
            f"{whole.fastest / first.whole.fastest:.2f}",
        ]
        if onnx:
            other = timing.onnx
            row += [
                milliseconds(None if other is None else other.ms),
                numbers.UNKNOWN
                if other is None
                else f"{timing.steady(whole) / timing.steady(other):.2f}",
            ]
        cells.append(row)
    return header, cells


def part_table(timing: Timing, by: str) -> tuple[list[str], list[list[str]]]:
    """Header and cells, a row for each part, and the whole network last."""
    rows = part_rows(timing, by)
    bounds = not timing.settings.train
    basis = "fastest" if timing.conditions.is_disturbed else "ms"
    header = [by, "MACs", "ms", "quartiles", "fastest", f"share of {basis}"]
    header += ["bound, ms", f"bound / {basis}"] if bounds else []
    total = sum(row.steady for row in rows)

    def cells(row: PartRow) -> list[str]:
        least = [milliseconds(row.bound), _share(row.reached)] if bounds else []
        return [
            row.place,
            numbers.short(row.macs),
            milliseconds(row.ms),
            f"{milliseconds(row.low)} to {milliseconds(row.high)}",
            milliseconds(row.fastest),
            f"{100 * row.steady / total:.1f} %",
            *least,
        ]

    least = sum(row.bound or 0 for row in rows)
    macs = numbers.short(timing.report.totals.macs)
    end = [milliseconds(least), _share(least / total)] if bounds else []
    summed = ["sum of these", macs, milliseconds(sum(row.ms for row in rows)), "",
              milliseconds(sum(row.fastest for row in rows)), "100.0 %", *end]  # fmt: skip
    end = [milliseconds(least), _share(least / timing.steady(timing.whole))] if bounds else []
    one = timing.whole
    whole = [
        "whole network",
        macs,
        milliseconds(one.ms),
        f"{milliseconds(one.low)} to {milliseconds(one.high)}",
        milliseconds(one.fastest),
        f"{100 * timing.steady(one) / total:.1f} %",
        *end,
    ]
    return header, [*map(cells, rows), summed, whole]


def _share(value: float | None) -> str:
    return numbers.UNKNOWN if value is None else f"{value:.2f}"


def _blocks(timings: Sequence[Timing], by: str) -> list[Block]:
    grids = [Grid(*network_table(timings))]
    for timing in timings:
        title = f"{timing.spec.name}, {timing.settings.text}"
        grids.append(Grid(*part_table(timing, by), total=True, title=title))
    conditions = timings[-1].conditions
    notes = [
        conditions.text,
        f"Ceilings: {numbers.short(conditions.product)}FLOP/s in a matrix product, "
        f"{numbers.short(conditions.copy)}B/s read and written in a copy.",
        RULE,
        FUSION,
        "Share of the product: the step's multiply-adds a second, of those of the matrix product; "
        "a training step counts three times those of inference.",
    ]
    if timings[0].settings.train:
        notes.append("Parts are forward and backward passes, without the optimizer.")
    else:
        notes.append(BOUND)
    return [*grids, Notes(notes)]
