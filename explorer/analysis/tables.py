"""Reports as pandas tables, CSV, JSON, Markdown and text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from explorer.analysis import formats
from explorer.analysis.conventions import convention
from explorer.analysis.formats import Answer, Grid, Notes
from explorer.analysis.report import SUMMED, Report, Row
from explorer.formatting import numbers
from explorer.jobs.text import printable

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = Row._fields
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

    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    table["output_shape"] = [numbers.shape(row.output_shape) for row in rows]
    return table.astype({name: whole_type(getattr(row, name) for row in rows) for name in _WHOLE})


def whole_type(values: Iterable[int | None]) -> str:
    """The pandas type that holds these whole numbers and their sum."""
    return "Int64" if sum(value or 0 for value in values) < 2**63 else "object"


def as_dict(report: Report, by: str = "stage") -> dict[str, Any]:
    """Plain JSON types; ``uncounted`` names the layers that no sum of ``macs`` holds."""
    return {**_head(report, by), "rows": [_plain(row) for row in report.by(by)], **_foot(report)}


def _head(report: Report, by: str) -> dict[str, Any]:
    totals = _plain(report.totals)
    return {
        "name": report.name,
        "input_shape": list(report.input_shape),
        "count": report.count,
        "by": by,
        "totals": {key: totals[key] for key in (*_WHOLE, "layers", "counted")},
    }


def _foot(report: Report) -> dict[str, Any]:
    return {"uncounted": [{"name": row.name, "kind": row.kind} for row in report.uncounted]}


def answer(report: Report, by: str = "stage") -> Answer:
    """The rows at a level for `explorer.analysis.formats`: the main columns for a reader."""
    return Answer(
        blocks=lambda wide: [title(report), _grid(report, by), notes(report)],
        records=lambda: (COLUMNS, map(_record, report.by(by))),
        plain=partial(as_dict, report, by),
        json=partial(to_json, report, by),
    )


def to_json(report: Report, by: str = "stage") -> str:
    """`as_dict` as indented JSON."""
    plain = {**_head(report, by), "rows": [], **_foot(report)}
    text = json.dumps(plain, indent=2, ensure_ascii=False)
    rows = report.by(by)
    return text.replace('"rows": []', f'"rows": {_indented(rows)}', 1) if rows else text


def _indented(rows: Sequence[Row]) -> str:
    """The rows as `json.dumps` indents them, which is slow: Python's encoder in C does not."""
    shapes = {
        shape: json.dumps(shape, indent=2).replace("\n", "\n      ")
        for shape in {row.output_shape for row in rows}
    }
    at = COLUMNS.index("output_shape")
    cells = [cell for row in rows for cell in (*row[:at], None, *row[at + 1 :])]
    # An encoded value never holds a line break, so this separates values.
    encoded = iter(json.dumps(cells, ensure_ascii=False, separators=("\n", ":"))[1:-1].split("\n"))
    template = "    {\n" + ",\n".join(f'      "{name}": %s' for name in COLUMNS) + "\n    }"
    texts = []
    for row in rows:
        values = list(islice(encoded, len(COLUMNS)))
        values[at] = shapes[row.output_shape]
        texts.append(template % tuple(values))
    return "[\n" + ",\n".join(texts) + "\n  ]"


def to_csv(report: Report, by: str = "stage") -> str:
    """`frame` as CSV, with plain numbers."""
    return formats.to_csv(answer(report, by))


def to_markdown(report: Report, by: str = "stage") -> str:
    """A Markdown table of the main columns, with the totals and the counting convention."""
    return formats.to_markdown(answer(report, by))


def to_text(report: Report, by: str = "stage") -> str:
    """The same, aligned for a terminal."""
    return formats.to_text(answer(report, by))


def title(report: Report) -> str:
    """Which network, on which input."""
    return f"{printable(report.name)}, input {numbers.shape(report.input_shape)}"


def notes(report: Report) -> Notes:
    """What the numbers mean, and what they leave out."""
    rule = convention(report.count)
    totals = report.totals
    lines = [
        f"Parameters are the trainable ones: {numbers.full(totals.params)}. Not "
        f"trainable, such as moving statistics: {numbers.full(totals.non_trainable_params)}.",
        f"{rule.unit} as {rule.title} counts: {rule.description}",
    ]
    if report.uncounted:
        named = ", ".join(printable(f"{row.name} ({row.kind})") for row in report.uncounted[:5])
        more = len(report.uncounted) - 5
        lines.append(
            f"Not counted, unknown kind: {named}" + (f" and {more} more." if more > 0 else ".")
        )
    return Notes(lines)


def _record(row: Row) -> Sequence[Any]:
    return row._replace(output_shape=numbers.shape(row.output_shape))  # type: ignore[arg-type]


def _grid(report: Report, by: str) -> Grid:
    """The main columns, totals last."""
    unit = convention(report.count).unit
    counts = ["MACs", "FLOPs"] if unit == "MACs" else ["FLOPs"]
    header = [by, "kind", "output", "parameters", *counts]
    header += ["activations", "weights", "outputs", "field", "stride"]
    kinds = by != "stage"
    if not kinds:
        header.remove("kind")

    def cells(row: Row, name: str) -> list[str]:
        sums = (row.params, row.macs, row.flops, row.activations)
        params, macs, flops, values = (at_least(number, row.counted) for number in sums)
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
    return Grid(header, [*rows, cells(report.totals, "total")], words=2, total=True)


def at_least(number: int | None, counted: bool) -> str:
    """A sum from which something unknown is missing says so."""
    return numbers.full(number) if counted or number is None else f"≥ {number:,}"


def _plain(row: Row) -> dict[str, Any]:
    plain = row._asdict()
    plain["output_shape"] = None if row.output_shape is None else list(row.output_shape)
    return plain
