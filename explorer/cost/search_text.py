"""What a search found, for the formats of commands and pages."""

from __future__ import annotations

from explorer.analysis.conventions import convention
from explorer.analysis.formats import Answer, Block, Grid, Notes, of_dicts
from explorer.cost.search import Found
from explorer.formatting import numbers

SHOWN = 20  # rows for a reader


def answer(found: Found) -> Answer:
    """The first rows for a reader, every row for programs."""
    return Answer(lambda wide: _blocks(found), lambda: of_dicts(found.plain()), found.plain)


def _blocks(found: Found) -> list[Block]:
    unit = convention(found.count).unit
    header = ["network", "image", "parameters", unit, "peak memory", "ms"]
    cells = [
        [
            row.name,
            f"{row.resolution}×{row.resolution}",
            numbers.full(row.params),
            numbers.full(row.macs),
            numbers.size(row.memory),
            "not measured" if row.ms is None else f"{row.ms:.1f}",
        ]
        for row in found.rows[:SHOWN]
    ]
    notes = [found.summary]
    if len(found.rows) > SHOWN:
        notes.append(f"The {SHOWN} largest are shown; --format json or csv gives all.")
    notes += [
        f"{unit} as {convention(found.count).title} counts, for one image; memory of a step: "
        f"{found.settings.text}.",
    ]
    if found.times:
        notes.append(found.times)
    return [*([Grid(header, cells)] if cells else []), Notes(notes)]
