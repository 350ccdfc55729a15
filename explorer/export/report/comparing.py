"""Several networks side by side in a report."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.analysis.compare import Comparison
from explorer.analysis.conventions import convention
from explorer.analysis.measures import MORE, Measure, measures
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
    return measures_table("What a choice rests on", comparison.names, columns)


def steps_section(names: Sequence[str], columns: Sequence[Measure]) -> Section:
    """What steps of the networks take."""
    table = measures_table("Memory of a step, and time where it was measured", names, columns)
    return Section("Memory and time", (table,))


def measures_table(caption: str, names: Sequence[str], columns: Sequence[Measure]) -> Table:
    """A row for each network, a column for each measure; the first of several is the baseline."""
    rows = [
        (
            Cell(printable(name, 100), "baseline" if not index and len(names) > 1 else ""),
            *(Cell(column.text(index), column.difference(index)) for column in columns),
        )
        for index, name in enumerate(names)
    ]
    header = (Cell("Network"), *(Cell(column.title, column.basis) for column in columns))
    return Table(caption, header, tuple(rows))


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
