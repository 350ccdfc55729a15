"""The formats of tables: an entry in `FORMATS` for each, which commands and pages offer.

A module that has something to show makes an `Answer` of it, without thinking of a format. A format
writes any answer, from its blocks, its records or its plain types.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from explorer.jobs.text import printable


@dataclass(frozen=True)
class Grid:
    """A table for a reader.

    Attributes:
        header: A cell for each column.
        rows: As many cells each.
        words: The first so many columns are text, the others numbers, aligned right.
        total: The last row is the sum of the others.
        title: Above the table; or empty.
        note: Right below it; or empty.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    total: bool = False
    title: str = ""
    note: str = ""


class Notes(tuple[str, ...]):
    """Sentences below a table, one a line."""

    __slots__ = ()


Block = str | Grid | Notes  # a str is a paragraph
Records = tuple[Sequence[str], Iterable[Iterable[Any]]]  # the header, and rows


@dataclass(frozen=True)
class Answer:
    """What a command or page shows; each part is made when a format asks for it.

    Attributes:
        blocks: For a reader. Its argument says whether there is room for long columns, such as
            sources: there is none in a terminal.
        records: For programs: the header, and rows of plain values; None is an empty cell.
        plain: Everything in JSON's types.
        json: The same as text, where something writes it faster than the format does.
    """

    blocks: Callable[[bool], Sequence[Block]]
    records: Callable[[], Records]
    plain: Callable[[], Any]
    json: Callable[[], str] | None = None


def of_dicts(rows: Sequence[Mapping[str, Any]]) -> Records:
    """Records of rows that have the same keys; at least one."""
    return list(rows[0]), [row.values() for row in rows]


def to_text(answer: Answer) -> str:
    """Aligned for a terminal."""

    def written(block: Block) -> str:
        if isinstance(block, Grid):
            title = f"{block.title}\n\n" if block.title else ""
            note = f"\n{block.note}" if block.note else ""
            return title + text(block.header, block.rows, block.words, block.total) + note
        return block if isinstance(block, str) else "\n".join(block)

    return "\n\n".join(map(written, answer.blocks(False))) + "\n"


def to_markdown(answer: Answer) -> str:
    """In GitHub's flavour, with all columns."""

    def written(block: Block) -> str:
        if isinstance(block, Grid):
            title = f"### {block.title}\n\n" if block.title else ""
            note = f"\n\n{block.note}" if block.note else ""
            return title + markdown(block.header, block.rows, block.words) + note
        return block if isinstance(block, str) else "\n".join(f"- {line}" for line in block)

    return "\n\n".join(map(written, answer.blocks(True))) + "\n"


def to_csv(answer: Answer) -> str:
    """The records."""
    return csv_text(*answer.records())


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows of plain values as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def to_json(answer: Answer) -> str:
    """Indented."""
    if answer.json is not None:
        return answer.json()
    return json.dumps(answer.plain(), indent=2, ensure_ascii=False)


class Format(NamedTuple):
    """How an answer is written: label on pages, file ending, MIME type, and the writer."""

    label: str
    ending: str
    mime: str
    write: Callable[[Answer], str]


# By the word of the commands' --format.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "table": Format("Text", "txt", "text/plain", to_text),
        "json": Format("JSON", "json", "application/json", to_json),
        "csv": Format("CSV", "csv", "text/csv", to_csv),
        "markdown": Format("Markdown", "md", "text/markdown", to_markdown),
    }
)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 2) -> str:
    """A Markdown table; the first ``words`` columns are text, the rest aligned right."""
    rule = ["---" if i < words else "---:" for i in range(len(header))]
    lines = [header, rule, *([_escaped(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def text(
    header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 2, totals: bool = True
) -> str:
    """An aligned table for a terminal; with ``totals`` its last row is under a line."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if i < words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in (header, *rows)
    ]
    line = "─" * max(map(len, lines))
    end = [line, lines[-1]] if totals else lines[-1:]
    return "\n".join([lines[0], line, *lines[1:-1], *end])


def _escaped(cell: str) -> str:
    """Nothing in a name may end a cell or become HTML."""
    cell = " ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|")
    cell = cell.replace("[", "\\[").replace("&", "&amp;")
    return cell.replace("<", "&lt;").replace("`", "\\`")
