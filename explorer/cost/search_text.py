"""What a search found, as text, Markdown, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from explorer.analysis import tables
from explorer.analysis.conventions import convention
from explorer.cost.search import Candidate, Found
from explorer.formatting import numbers

SHOWN = 20  # rows of a table in a terminal


def to_text(found: Found) -> str:
    """The first rows, aligned for a terminal."""
    return _written(found, tables.text, "")


def to_markdown(found: Found) -> str:
    """The same in Markdown."""
    return _written(found, tables.markdown, "- ")


def to_json(found: Found) -> str:
    """Every row."""
    return json.dumps(found.plain(), indent=2)


def to_csv(found: Found) -> str:
    """Every row."""
    text = io.StringIO()
    names = ["memory_bytes" if name == "memory" else name for name in Candidate._fields]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(found.rows)
    return text.getvalue()


FORMATS: Mapping[str, Callable[[Found], str]] = MappingProxyType(
    {"table": to_text, "json": to_json, "csv": to_csv, "markdown": to_markdown}
)


def _written(found: Found, write: Callable[..., str], bullet: str) -> str:
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
    table = f"{write(header, cells, 1, **_plain(write))}\n\n" if cells else ""
    return table + "".join(f"{bullet}{note}\n" for note in notes)


def _plain(write: Callable[..., str]) -> dict[str, bool]:
    """There is no row of totals."""
    return {"totals": False} if write is tables.text else {}
