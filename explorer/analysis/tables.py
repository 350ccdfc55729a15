"""Reports as pandas tables, CSV, JSON, Markdown and text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from explorer import numbers
from explorer.conventions import convention
from explorer.report import SUMMED, Report, Row

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("table", "json", "csv", "markdown")
COLUMNS = tuple(field.name for field in fields(Row))
_WHOLE = (*SUMMED, "receptive_field", "stride")


def frame(report: Report, by: str = "stage") -> pd.DataFrame:
    """The rows at a level, in network order, with the columns of `Row`.

    Numbers are pandas's ``Int64``, so that one that is not known is ``<NA>``, or Python's
    own where 64 bits do not hold their sum; the shape is text, such as ``56×56×256``.
    """
    return rows_frame(report.by(by))


def rows_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The same for any rows."""
    import pandas as pd

    table = pd.DataFrame([vars(row) for row in rows], columns=list(COLUMNS))
    table["output_shape"] = [numbers.shape(row.output_shape) for row in rows]
    return table.astype({name: whole_type(getattr(row, name) for row in rows) for name in _WHOLE})


def whole_type(values: Iterable[int | None]) -> str:
    """The pandas type that holds these whole numbers and their sum."""
    return "Int64" if sum(value or 0 for value in values) < 2**63 else "object"


def as_dict(report: Report, by: str = "stage") -> dict[str, Any]:
    """Plain JSON types; ``uncounted`` names the layers that no sum of ``macs`` holds."""
    totals = _plain(report.totals)
    return {
        "name": report.name,
        "input_shape": list(report.input_shape),
        "count": report.count,
        "by": by,
        "totals": {key: totals[key] for key in (*_WHOLE, "layers", "counted")},
        "rows": [_plain(row) for row in report.by(by)],
        "uncounted": [{"name": row.name, "kind": row.kind} for row in report.uncounted],
    }


def to_json(report: Report, by: str = "stage") -> str:
    """`as_dict` as indented JSON."""
    return json.dumps(as_dict(report, by), indent=2, ensure_ascii=False)


def to_csv(report: Report, by: str = "stage") -> str:
    """`frame` as CSV, with plain numbers."""
    return frame(report, by).to_csv(index=False)


def to_markdown(report: Report, by: str = "stage") -> str:
    """A Markdown table of the main columns, with the totals and the counting convention."""
    return f"{title(report)}\n\n{markdown(*_display(report, by))}\n{notes(report, '- ')}"


def to_text(report: Report, by: str = "stage") -> str:
    """The same, aligned for a terminal."""
    return f"{title(report)}\n\n{text(*_display(report, by))}\n{notes(report, '')}"


def title(report: Report) -> str:
    """Which network, on which input."""
    return f"{_printable(report.name)}, input {numbers.shape(report.input_shape)}"


def notes(report: Report, bullet: str) -> str:
    """What the numbers mean, and what they leave out."""
    rule = convention(report.count)
    totals = report.totals
    lines = [
        f"Parameters are the trainable ones: {numbers.full(totals.trainable_params)}. Not "
        f"trainable, such as moving statistics: {numbers.full(totals.non_trainable_params)}.",
        f"{rule.unit} as {rule.title} counts: {rule.description}",
    ]
    if report.uncounted:
        named = ", ".join(_printable(f"{row.name} ({row.kind})") for row in report.uncounted[:5])
        more = len(report.uncounted) - 5
        lines.append(
            f"Not counted, unknown kind: {named}" + (f" and {more} more." if more > 0 else ".")
        )
    return "\n" + "".join(f"{bullet}{line}\n" for line in lines)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 2) -> str:
    """A Markdown table; the first ``words`` columns are text, the rest aligned right."""
    rule = ["---" if i < words else "---:" for i in range(len(header))]
    lines = [header, rule, *([_escaped(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def text(
    header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 2, totals: bool = True
) -> str:
    """An aligned table for a terminal; with ``totals`` its last row stands under a line."""
    rows = [[_printable(cell) for cell in row] for row in rows]
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


def _display(report: Report, by: str) -> tuple[list[str], list[list[str]]]:
    """Header and cells of the main columns, totals last."""
    unit = convention(report.count).unit
    counts = ["MACs", "FLOPs"] if unit == "MACs" else ["FLOPs"]
    header = [by, "kind", "output", "parameters", *counts]
    header += ["activations", "weights", "outputs", "field", "stride"]
    kinds = by != "stage"
    if not kinds:
        header.remove("kind")

    def cells(row: Row, name: str) -> list[str]:
        sums = (row.trainable_params, row.macs, row.flops, row.activations)
        params, macs, flops, values = (_at_least(number, row.counted) for number in sums)
        return [
            name,
            *([row.kind] if kinds else []),
            numbers.shape(row.output_shape),
            params,
            *([macs, flops] if unit == "MACs" else [flops]),
            values,
            numbers.size(row.weight_bytes),
            numbers.size(row.activation_bytes),
            numbers.full(row.receptive_field),
            numbers.full(row.stride),
        ]

    rows = [cells(row, row.name) for row in report.by(by)]
    return header, [*rows, cells(report.totals, "total")]


def _at_least(number: int | None, counted: bool) -> str:
    """A sum from which something unknown is missing says so."""
    return numbers.full(number) if counted or number is None else f"≥ {number:,}"


def _plain(row: Row) -> dict[str, Any]:
    plain = asdict(row)
    plain["output_shape"] = None if row.output_shape is None else list(row.output_shape)
    return plain


def _printable(cell: str) -> str:
    """Names come from files, too: nothing in them may steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in cell)


def _escaped(cell: str) -> str:
    """Nothing in a name may end a cell or become HTML."""
    cell = " ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|")
    cell = cell.replace("[", "\\[").replace("&", "&amp;")
    return cell.replace("<", "&lt;").replace("`", "\\`")
