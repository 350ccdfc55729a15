"""Published accuracies and what the networks cost: counted, stated, or measured here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from explorer.analysis.family import Member, members
from explorer.analysis.formats import Answer, Block, Grid, Notes, of_dicts
from explorer.analysis.gains import all_gains, by_depth, by_recipe
from explorer.analysis.series import SERIES, groups
from explorer.cost.timings import Timings, timings_here
from explorer.formatting import numbers
from resnext.errors import InputError

# What accuracy is shown against.
AXES = {"macs": "MACs", "params": "Parameters", "ms": "Time of an image, ms"}
NOT_ALIKE = "Marked *: the source did not train both networks in the same way."


class Point(NamedTuple):
    """A network under one recipe.

    Attributes:
        row: As published.
        params: Parameters, counted here if we can make the network, else as stated.
        macs: Likewise, for an image of the row's resolution.
        ms: Milliseconds of inference on one image on this machine; None if not measured.
    """

    row: Member
    params: float | None
    macs: float | None
    ms: float | None

    @property
    def label(self) -> str:
        """The recipe's name."""
        return SERIES[self.row.recipe].label

    def plain(self) -> dict[str, Any]:
        """Plain JSON types."""
        row = self.row
        return {
            "network": row.network,
            "name": row.spec or None,
            "family": row.family,
            "relation": row.relation,
            "recipe": row.recipe,
            "recipe_label": self.label,
            "training": row.training,
            "top1": row.accuracy,
            "resolution": row.side,
            "crop": float(row.crop) if row.crop else None,
            "params": self.params if self.params is None else round(self.params),
            "macs": self.macs if self.macs is None else round(self.macs),
            "counted_here": bool(row.spec),
            "ms": self.ms,
            "source": row.source,
            "checked": row.checked or None,
        }


def points(recipes: Iterable[str] = (), timings: Timings | None = None) -> list[Point]:
    """The networks of these recipes, or of all, in the table's order.

    Args:
        recipes: Keys of `explorer.analysis.series.SERIES`, or names of `recipe_names`.
        timings: Where measured times come from; by default from this machine.

    Raises:
        InputError: There is no such recipe.
    """
    timings = timings or timings_here()
    wanted = _keys(recipes)
    return [
        Point(row, row.cost("params"), row.cost("macs"), _ms(row, timings))
        for row in members()
        if row.recipe in wanted
    ]


def time_conditions(found: Sequence[Point], timings: Timings | None = None) -> str:
    """How the times of these networks were measured; empty if none was."""
    made = [spec for point in found if (spec := point.row.made) is not None]
    return (timings or timings_here()).conditions(made)


def recipe_names() -> dict[str, str]:
    """Every group of recipes by a name for commands and addresses, with its label."""
    return {recipes[0]: label for label, recipes in groups().items()}


def summary(found: Sequence[Point]) -> list[str]:
    """How many rows there are, what cardinality gains, and what could not be looked up."""
    unread = sum(not point.row.checked for point in found)
    recipes = len({point.row.recipe for point in found})
    rows = f"{len(found):,} published accuracies of {recipes} recipe{'s'[: recipes > 1]}."
    if unread:
        rows += f" {unread} could not be looked up again."
    return [rows, by_recipe(), by_depth()]


def _ms(row: Member, timings: Timings) -> float | None:
    made = row.made
    return None if made is None else timings.ms(made)


def _keys(recipes: Iterable[str]) -> set[str]:
    known = {recipes[0]: recipes for recipes in groups().values()}
    every = {key for keys in known.values() for key in keys}
    found: set[str] = set()
    for name in recipes:
        if name not in every:
            raise InputError(f"A recipe is one of {', '.join(known)}. Received {name!r}.")
        found.update(known.get(name, [name]))
    return found or every


def answer(found: Sequence[Point], times: str) -> Answer:
    """The rows for `explorer.analysis.formats`; a reader also sees what cardinality gains.

    Args:
        found: The rows.
        times: What `time_conditions` says of them.
    """
    notes = [*summary(found), *([times] if times else [])]

    def blocks(wide: bool) -> list[Block]:
        header, rows = _cells(found)
        if wide:
            header = [*header, "source"]
            rows = [[*cells, point.row.source] for cells, point in zip(rows, found)]
        return [Grid(header, rows, words=3), Grid(*_gain_cells(), note=NOT_ALIKE),
                Notes(notes)]  # fmt: skip

    def rows() -> list[dict[str, Any]]:
        return [
            point.plain() | {"ms_conditions": None if point.ms is None else times}
            for point in found
        ]

    return Answer(blocks, lambda: of_dicts(rows()), rows)


def gain_table() -> list[dict[str, str]]:
    """A row for each recipe that shows a gain, a column for each depth."""
    depths = sorted({gain.depth for gains in all_gains().values() for gain in gains})
    rows = []
    for label, gains in all_gains().items():
        for attention in dict.fromkeys(gain.attention for gain in gains):
            some = {gain.depth: gain for gain in gains if gain.attention == attention}
            note = "" if all(gain.one_training for gain in some.values()) else " *"
            name = label + (" (SE)" if attention == "se" else "") + note
            cells = {str(d): some[d].text if d in some else numbers.UNKNOWN for d in depths}
            rows.append({"Recipe": name, **cells})
    return rows


def _cells(found: Sequence[Point]) -> tuple[list[str], list[list[str]]]:
    header = ["network", "recipe", "image", "top-1, %", "parameters", "MACs", "ms"]
    rows = [
        [
            point.row.network,
            point.label,
            f"{point.row.side}×{point.row.side}",
            f"{point.row.accuracy:g}",
            _figure(point, point.params),
            _figure(point, point.macs),
            "not measured" if point.ms is None else f"{point.ms:.1f}",
        ]
        for point in found
    ]
    return header, rows


def _figure(point: Point, value: float | None) -> str:
    return numbers.short(value) + ("" if point.row.spec else " stated")


def _gain_cells() -> tuple[list[str], list[list[str]]]:
    rows = gain_table()
    return list(rows[0]), [list(row.values()) for row in rows]
