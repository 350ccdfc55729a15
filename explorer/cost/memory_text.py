"""The memory of a step, for the formats of commands and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.analysis import tables
from explorer.analysis.compare import TOTAL, Comparison
from explorer.analysis.formats import Answer, Block, Grid, Notes, Records, of_dicts
from explorer.analysis.report import Report
from explorer.cost.memory import PARTS, RULE, Memory, Parts
from explorer.formatting import numbers


def sentence(found: Memory) -> str:
    """The peak, its layer and pass, and the step."""
    at = found.peak_at
    where = f"at {at.place}, {at.phase}"
    return f"Peak memory {numbers.size(found.peak_bytes)} {where} ({found.settings.text})"


def rows(parts: Parts) -> list[tuple[str, int]]:
    """Label and bytes of each part that there is."""
    return [(label, getattr(parts, name)) for name, label in PARTS.items() if getattr(parts, name)]


def with_memory(report: Report, found: Memory, by: str) -> Answer:
    """A report and the memory of a step: ``memory`` in JSON, and in CSV only the timeline."""
    plain = tables.answer(report, by)
    return Answer(
        blocks=lambda wide: [*plain.blocks(wide), *_blocks(found)],
        records=lambda: timeline_records(found),
        plain=lambda: {**plain.plain(), "memory": found.as_dict()},
    )


def compared(comparison: Comparison, found: Sequence[Memory]) -> Answer:
    """A comparison with the memory of a step of each network."""
    peaks = dict(zip(comparison.names, [one.peak_bytes for one in found]))

    def blocks(wide: bool) -> list[Block]:
        first = found[0].peak_bytes
        cells = [
            [
                name,
                numbers.size(one.peak_bytes),
                numbers.changed(100 * (one.peak_bytes / first - 1), ("more", "less")) if i else "",
                one.peak_at.place,
            ]
            for i, (name, one) in enumerate(zip(comparison.names, found))
        ]
        header = ["network", "peak memory", "difference", "at"]
        grid = Grid(header, cells, title=f"Memory: {found[0].settings.text}")
        return [*comparison.answer().blocks(wide), grid]

    def plain() -> dict[str, Any]:
        plain = comparison.as_dict()
        for network, one in zip(plain["networks"], found):
            network["memory"] = one.as_dict()
        return plain

    def rows() -> list[dict[str, Any]]:
        return [
            {**row, "peak_memory_bytes": peaks[row["network"]] if row["stage"] == TOTAL else None}
            for row in comparison.records()
        ]

    return Answer(blocks, lambda: of_dicts(rows()), plain)


def timeline_records(found: Memory) -> Records:
    """A row for each layer's forward pass and, in training, backward pass."""
    header = ["phase", "layer", *(f"{name}_bytes" for name in PARTS), "total_bytes"]
    moments = ((moment, found.parts(moment)) for moment in found.moments)
    return header, ([m.phase, m.place, *parts, parts.total] for m, parts in moments)


def _blocks(found: Memory) -> list[Block]:
    """The peak, its parts and the largest batches."""
    peak = found.peak
    cells = [
        [label, numbers.size(size), numbers.percent(size, peak.total)]
        for label, size in (*rows(peak), ("total", peak.total))
    ]
    fits = ", ".join(f"{room} GiB: {batch:,}" for room, batch in found.largest_batches.items())
    notes = [f"Largest batch in {fits}.", RULE]
    if found.settings.half:
        notes.append(
            "Weights, their gradients and the optimizer's state are float32, as Keras's mixed "
            "precision keeps them."
        )
    grid = Grid(["memory at the peak", "size", "share"], cells, total=True)
    return [sentence(found), grid, Notes(notes)]
