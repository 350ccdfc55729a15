"""Several networks side by side in a report."""

from __future__ import annotations

from explorer.analysis.compare import Comparison
from explorer.analysis.conventions import convention
from explorer.analysis.measures import MORE, measures
from explorer.export.report.parts import Cell, Paragraph, Part, Section, Table
from explorer.formatting import numbers
from explorer.jobs.text import printable

MOST_STAGES = 10  # columns of a table, after the name


def comparison_section(comparison: Comparison, accuracy: str, speed: str) -> Section:
    """What a choice rests on, and where the cost differs."""
    parts: list[Part] = [
        Paragraph(f"Differences are to the first network, {printable(comparison.names[0], 100)}."),
        decision_table(comparison, accuracy, speed),
    ]
    unit = convention(comparison.count).unit
    if len(comparison.stages) > MOST_STAGES:
        parts.append(
            Paragraph(
                f"The networks have {len(comparison.stages)} different stages; each network's "
                "section has its own."
            )
        )
    else:
        for column, words in (("params", "Parameters"), ("macs", unit)):
            parts.append(stages_table(comparison, column, f"{words} by stage"))
    return Section("Comparison", tuple(parts))


def decision_table(comparison: Comparison, accuracy: str, speed: str) -> Table:
    """A row for each network, a column for each measure."""
    columns = measures(comparison, accuracy, speed)
    rows = [
        (
            Cell(printable(name, 100), "" if index else "baseline"),
            *(Cell(column.text(index), column.difference(index)) for column in columns),
        )
        for index, name in enumerate(comparison.names)
    ]
    header = (Cell("Network"), *(Cell(column.title, column.basis) for column in columns))
    return Table("What a choice rests on", header, tuple(rows))


def stages_table(comparison: Comparison, column: str, caption: str) -> Table:
    """A row for each network, a column for each stage, with differences."""
    aligned = (*comparison.stages, comparison.total)
    rows = []
    for index, name in enumerate(comparison.names):
        row = [Cell(printable(name, 100))]
        for stage in aligned:
            value, first = stage.value(index, column), stage.value(0, column)
            if stage.rows[index] is None:
                row.append(Cell(numbers.UNKNOWN, "no such stage"))
            elif not index or value is None or not first:
                row.append(Cell(numbers.short(value)))
            else:
                note = numbers.changed(100 * (value / first - 1), MORE)
                row.append(Cell(numbers.short(value), note))
        rows.append(tuple(row))
    header = (Cell("Network"), *(Cell(printable(stage.stage, 24)) for stage in aligned))
    return Table(caption, header, tuple(rows))
