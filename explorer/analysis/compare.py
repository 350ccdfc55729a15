"""Networks side by side: stages aligned, differences to the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from explorer.analysis import formats, tables
from explorer.analysis.conventions import DEFAULT, convention
from explorer.analysis.formats import Answer, Block, Grid, Notes
from explorer.analysis.report import SUMMED, Report, Row, analyse
from explorer.formatting import numbers
from resnext.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"
SHOWN = (("params", "Parameters"), ("macs", "MACs"), ("activations", "Activations"))


@dataclass(frozen=True)
class Aligned:
    """One stage of every network; None where a network has no such stage."""

    stage: str
    rows: tuple[Row | None, ...]

    def difference(self, index: int, column: str) -> int | None:
        """This network's value less the first one's; a missing stage counts as 0."""
        first, other = self.value(0, column), self.value(index, column)
        return None if first is None or other is None else other - first

    def value(self, index: int, column: str) -> int | None:
        """A network's value; 0 if it has no such stage, None if it is not known."""
        row = self.rows[index]
        return 0 if row is None else getattr(row, column)


@dataclass(frozen=True)
class Comparison:
    """Several reports under one counting convention.

    Attributes:
        names: One for each network, all different.
        reports: In the same order; the first is the baseline of all differences.
    """

    names: tuple[str, ...]
    reports: tuple[Report, ...]

    @property
    def count(self) -> str:
        """Name of the counting convention."""
        return self.reports[0].count

    @cached_property
    def stages(self) -> tuple[Aligned, ...]:
        """All stages that any of the networks has, in network order."""
        by_name = [{row.name: row for row in report.stages} for report in self.reports]
        return tuple(
            Aligned(stage, tuple(rows.get(stage) for rows in by_name))
            for stage in _merged([list(rows) for rows in by_name])
        )

    @cached_property
    def total(self) -> Aligned:
        """The networks as wholes."""
        return Aligned(TOTAL, tuple(report.totals for report in self.reports))

    def records(self) -> list[dict[str, Any]]:
        """One row for each stage of each network, and for each total; see `frame`."""
        rows = []
        for aligned in (*self.stages, self.total):
            for index, name in enumerate(self.names):
                row = aligned.rows[index]
                values = {column: aligned.value(index, column) for column in SUMMED}
                differences = {
                    f"{column}_difference": aligned.difference(index, column) for column in SUMMED
                }
                shape = numbers.shape(row.output_shape if row else None)
                place = {"stage": aligned.stage, "network": name, "output_shape": shape}
                rows.append({**place, **values, **differences})
        return rows

    def frame(self) -> pd.DataFrame:
        """One row for each stage of each network, and for each total.

        Columns: ``stage``, ``network``, ``output_shape``, the summed columns of `Row`, and
        each of these as ``..._difference`` to the first network.
        """
        import pandas as pd

        table = pd.DataFrame(self.records())
        return table.astype({name: tables.whole_type(table[name]) for name in table.columns[3:]})

    def wide(self, column: str = "params") -> pd.DataFrame:
        """One row for each stage and one column for each network, of one column of `Row`."""
        import pandas as pd

        aligned = (*self.stages, self.total)
        table = pd.DataFrame(
            {name: [a.value(i, column) for a in aligned] for i, name in enumerate(self.names)},
            index=pd.Index([a.stage for a in aligned], name="stage"),
        )
        return table.astype({name: tables.whole_type(table[name]) for name in table.columns})

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "count": self.count,
            "names": list(self.names),
            "networks": [
                {"name": name, "input_shape": list(report.input_shape)}
                | {"totals": tables.as_dict(report)["totals"]}
                for name, report in zip(self.names, self.reports)
            ],
            "rows": [self._plain(aligned) for aligned in (*self.stages, self.total)],
        }

    def _plain(self, aligned: Aligned) -> dict[str, Any]:
        networks = []
        for index, name in enumerate(self.names):
            row = aligned.rows[index]
            networks.append(
                {
                    "name": name,
                    "output_shape": list(row.output_shape) if row and row.output_shape else None,
                    **{column: aligned.value(index, column) for column in SUMMED},
                    "difference": {c: aligned.difference(index, c) for c in SUMMED},
                }
            )
        return {"stage": aligned.stage, "networks": networks}

    def answer(self) -> Answer:
        """For `explorer.analysis.formats`: a table for parameters, for MACs, for activations."""
        return Answer(self._blocks, lambda: formats.of_dicts(self.records()), self.as_dict)

    def to_json(self) -> str:
        """`as_dict` as indented JSON."""
        return formats.to_json(self.answer())

    def to_csv(self) -> str:
        """`records` as CSV."""
        return formats.to_csv(self.answer())

    def to_markdown(self) -> str:
        """One Markdown table for parameters, one for MACs, one for activations."""
        return formats.to_markdown(self.answer())

    def to_text(self) -> str:
        """The same, aligned for a terminal."""
        return formats.to_text(self.answer())

    def _blocks(self, wide: bool) -> list[Block]:
        rule = convention(self.count)
        grids = [
            Grid(*self._display(column), total=True, title=rule.unit if column == "macs" else words)
            for column, words in SHOWN
        ]
        notes = [f"{rule.unit} as {rule.title} counts: {rule.description}"]
        notes += [
            f"{name}: {len(report.uncounted)} layers of unknown kind are not counted."
            for name, report in zip(self.names, self.reports)
            if report.uncounted
        ]
        return [*grids, Notes(notes)]

    def _display(self, column: str) -> tuple[list[str], list[list[str]]]:
        header = ["stage", self.names[0]]
        for name in self.names[1:]:
            header += [name, "difference"]
        rows = []
        for aligned in (*self.stages, self.total):
            cells = [aligned.stage]
            for index, row in enumerate(aligned.rows):
                cells.append(numbers.full(aligned.value(index, column) if row else None))
                if index:
                    cells.append(numbers.signed(aligned.difference(index, column)))
            rows.append(cells)
        return header, rows


def compare(sources: Sequence[Any], count: str = DEFAULT) -> Comparison:
    """Analyse each source and align the reports.

    Args:
        sources: Of each, anything that `explorer.analysis.report.analyse` takes.
        count: Name of a counting convention.

    Raises:
        ValueError: There is no source, or one cannot be analysed.
    """
    if not sources:
        raise InputError("A comparison must have at least one network. Received none.")
    return compare_reports([analyse(source, count) for source in sources])


def compare_reports(reports: Sequence[Report]) -> Comparison:
    """Align reports that are there already; those of one name are numbered."""
    names: list[str] = []
    for report in reports:
        name, number = report.name, 1
        while name in names:
            number += 1
            name = f"{report.name} ({number})"
        names.append(name)
    return Comparison(tuple(names), tuple(reports))


def _merged(orders: Iterable[list[str]]) -> list[str]:
    """All names, each after the one that it follows in its own order."""
    merged: list[str] = []
    for order in orders:
        place = 0
        for name in order:
            if name in merged:
                place = merged.index(name) + 1
            else:
                merged.insert(place, name)
                place += 1
    return merged
