"""The memory of a step as text, Markdown and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from explorer.analysis import tables
from explorer.analysis.compare import FORMATS, TOTAL, Comparison
from explorer.analysis.report import Report
from explorer.cost.memory import PARTS, RULE, Memory, Parts
from explorer.formatting import numbers

GIB = 2**30
ROOMS = (2, 4, 8, 16, 24, 32, 80)  # GiB of usual machines and cards


def sentence(found: Memory) -> str:
    """The peak, its layer and pass, and the step."""
    at = found.peak_at
    where = f"at {at.place}, {at.phase}"
    return f"Peak memory {numbers.size(found.peak_bytes)} {where} ({found.settings.text})"


def rows(parts: Parts) -> list[tuple[str, int]]:
    """Label and bytes of each part that there is."""
    return [(label, getattr(parts, name)) for name, label in PARTS.items() if getattr(parts, name)]


def summary(report: Report, found: Memory, by: str, form: str) -> str:
    """A report and the memory of a step, in one of `explorer.analysis.tables.FORMATS`.

    JSON has ``memory``; CSV is the timeline, as one file holds one table.
    """
    if form == "json":
        plain = {**tables.as_dict(report, by), "memory": found.as_dict()}
        return json.dumps(plain, indent=2, ensure_ascii=False)
    if form == "csv":
        return to_csv(found)
    *_, write = tables.FORMATS[form]
    return write(report, by) + (to_markdown if form == "markdown" else to_text)(found)


def comparison_text(comparison: Comparison, found: Sequence[Memory], form: str) -> str:
    """A comparison with the memory of a step of each network, in one of its formats."""
    if form == "json":
        plain = comparison.as_dict()
        for network, one in zip(plain["networks"], found):
            network["memory"] = one.as_dict()
        return json.dumps(plain, indent=2, ensure_ascii=False)
    if form == "csv":
        frame = comparison.frame()
        peaks = dict(zip(comparison.names, [one.peak_bytes for one in found]))
        frame["peak_memory_bytes"] = [
            peaks[name] if stage == TOTAL else None
            for stage, name in zip(frame["stage"], frame["network"])
        ]
        return frame.astype({"peak_memory_bytes": "Int64"}).to_csv(index=False)
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
    mark, title = ("### ", tables.markdown) if form == "markdown" else ("", tables.text)
    more = {} if form == "markdown" else {"totals": False}
    table = title(header, cells, 1, **more)
    return f"{FORMATS[form](comparison)}\n{mark}Memory: {found[0].settings.text}\n\n{table}\n"


def to_text(found: Memory) -> str:
    """The peak, its parts and the largest batches, aligned for a terminal."""
    return _written(found, tables.text(*_cells(found), 1), "")


def to_markdown(found: Memory) -> str:
    """The same in Markdown."""
    return _written(found, tables.markdown(*_cells(found), 1), "- ")


def to_csv(found: Memory) -> str:
    """The timeline: a row for each layer's forward pass and, in training, backward pass."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["phase", "layer", *(f"{name}_bytes" for name in PARTS), "total_bytes"])
    for moment in found.moments:
        parts = found.parts(moment)
        writer.writerow([moment.phase, moment.place, *parts, parts.total])
    return text.getvalue()


def largest(found: Memory, rooms: Sequence[int] = ROOMS) -> list[tuple[int, int]]:
    """For each number of GiB the largest batch that fits."""
    return [(room, found.largest_batch(room * GIB)) for room in rooms]


def _cells(found: Memory) -> tuple[list[str], list[list[str]]]:
    peak = found.peak
    cells = [
        [label, numbers.size(size), numbers.percent(size, peak.total)] for label, size in rows(peak)
    ]
    return ["memory at the peak", "size", "share"], [
        *cells,
        ["total", numbers.size(peak.total), numbers.percent(peak.total, peak.total)],
    ]


def _written(found: Memory, table: str, bullet: str) -> str:
    fits = ", ".join(f"{room} GiB: {batch:,}" for room, batch in largest(found))
    lines = [f"Largest batch in {fits}.", RULE]
    if found.settings.half:
        lines.append(
            "Weights, their gradients and the optimizer's state are float32, as Keras's mixed "
            "precision keeps them."
        )
    notes = "".join(f"{bullet}{line}\n" for line in lines)
    return f"\n{sentence(found)}\n\n{table}\n\n{notes}"
