"""Published accuracies of ResNeXt, its ancestors and its descendants, each with its recipe.

``family.csv`` is the one place for accuracies on ImageNet-1K: a row is a network under one recipe,
as one source states it. A person can edit it; `read` refuses what it must not hold. Figures are
written as the source has them. What a network of ours costs is computed here, not read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from explorer.analysis.conventions import CONVENTIONS, DEFAULT
from explorer.analysis.report import Row as Counted
from explorer.analysis.report import analyse
from resnext import ResNeXtSpec, SpecError
from resnext.errors import InputError

TABLE = "family.csv"
SCALES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
# By family: what its blocks are, next to those of ResNet and ResNeXt.
RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        "ResNet": "one path: the bottleneck block",
        "Wide ResNet": "ResNet with a bottleneck twice as wide",
        "ResNeXt": "many paths: a grouped 3x3 convolution",
        "SE-ResNet": "ResNet with a gate on the channels",
        "SE-ResNeXt": "ResNeXt with a gate on the channels",
        "ResNeSt": "ResNeXt with attention among splits of its paths",
        "RegNetX": "ResNeXt without a bottleneck, one width for all groups",
        "RegNetY": "RegNetX with a gate on the channels",
        "ConvNeXt": "as many groups as channels, in another block",
    }
)
# A name, and after it a number: of a paper, a table or a commit.
_SOURCE = re.compile(r"[A-Za-z]{3}.*\d")
_NEEDED = ("network", "family", "line", "recipe", "training", "resolution", "source")


@dataclass(frozen=True)
class Member:
    """One row: a network under one recipe. Figures are text, as the source has them.

    Attributes:
        network: Its name.
        spec: The same as `resnext.ResNeXtSpec.from_name` takes it; empty if it makes no such
            network.
        family: Key of `RELATIONS`.
        line: What a chart joins: networks of one family, template, recipe and image size.
        recipe: Key of `explorer.analysis.series.SERIES`.
        training: The recipe as the source names or links it, and where that was read, if elsewhere.
        top1: Accuracy on ImageNet-1K's validation images in percent, one crop; or
        error: the rest to 100, if the source states errors.
        resolution: Rows of the tested image.
        crop: Share of the resized image's shorter side that is tested; empty if not stated.
        params: Parameters; empty if the source states none.
        macs: Multiply-adds; empty if the source states none.
        count: Counting convention of ``macs``.
        source: Who published it, and where.
        checked: Day on which the figure was last looked up; empty if it could not be.
        reason: Why a stated cost is not what we count, if that is known.
    """

    network: str
    spec: str
    family: str
    line: str
    recipe: str
    training: str
    top1: str
    error: str
    resolution: str
    crop: str
    params: str
    macs: str
    count: str
    source: str
    checked: str
    reason: str

    @property
    def relation(self) -> str:
        """What its blocks are, next to those of ResNet and ResNeXt."""
        return RELATIONS[self.family]

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy in percent."""
        return float(Decimal(self.top1) if self.top1 else 100 - Decimal(self.error))

    @property
    def side(self) -> int:
        """Rows and columns of the tested image."""
        return int(self.resolution)

    @property
    def made(self) -> ResNeXtSpec | None:
        """The network on images of this resolution; None if it is not ours."""
        if not self.spec:
            return None
        return ResNeXtSpec.from_name(self.spec, input_shape=(self.side, self.side, 3))

    def counted(self, count: str = DEFAULT) -> Counted | None:
        """What we count of it by a convention; None if it is not ours."""
        return _counted(self.spec, self.side, count) if self.spec else None

    def cost(self, name: str) -> float | None:
        """``params`` or ``macs``: counted if the network is one of ours, else as stated."""
        if counted := self.counted():
            value: int | None = getattr(counted, name)
            return value
        stated: str = getattr(self, name)
        return number(stated) if stated else None


@cache
def members() -> tuple[Member, ...]:
    """Every row of ``family.csv``, in its order."""
    return read(files(__package__).joinpath(TABLE).read_text(encoding="utf-8"))


def read(text: str) -> tuple[Member, ...]:
    """The rows of such a table.

    Raises:
        InputError: A column or cell is missing, a figure cannot be read, a network is none that
            can be made, or is twice in a recipe, or a line joins two recipes or image sizes.
    """
    names = [field.name for field in fields(Member)]
    table = csv.DictReader(text.splitlines(), strict=True)
    if table.fieldnames != names:
        raise InputError(
            f"The columns of {TABLE} must be {', '.join(names)}. "
            f"Received {', '.join(table.fieldnames or [])}."
        )
    rows = []
    for place, cells in enumerate(table, 2):
        if None in cells or None in cells.values():
            raise InputError(f"Line {place} of {TABLE} must have {len(names)} cells.")
        row = Member(**cells)
        _check(row, f"Line {place} of {TABLE} ({row.network})")
        rows.append(row)
    _check_lines(rows)
    return tuple(rows)


def number(stated: str) -> float:
    """A figure as a source has it, such as ``25.0 M``, as a number."""
    digits, _, scale = stated.partition(" ")
    return float(Decimal(digits) * SCALES[scale])


def _check(row: Member, place: str) -> None:
    for name in _NEEDED:
        if not getattr(row, name).strip():
            raise InputError(f"{place} must have a {name}. Received none.")
    if not _SOURCE.search(row.source):
        raise InputError(
            f"{place} must say in its source who published it, and in which paper, table or "
            f"commit. Received {row.source!r}."
        )
    if row.family not in RELATIONS:
        raise InputError(
            f"{place} must have a family of {', '.join(RELATIONS)}. Received {row.family!r}."
        )
    if bool(row.top1) == bool(row.error):
        raise InputError(
            f"{place} must have the top-1 accuracy or the error. "
            f"Received {row.top1!r} and {row.error!r}."
        )
    try:
        correct = 0 < row.accuracy < 100 and row.side > 0 and 0 < float(row.crop or 1) <= 1
        correct &= all(number(stated) > 0 for stated in (row.params, row.macs) if stated)
        if row.checked:
            date.fromisoformat(row.checked)
    except (ArithmeticError, ValueError, KeyError):
        correct = False
    if not correct:
        raise InputError(
            f"{place} must have an accuracy or error of 0 to 100, a resolution in pixels, a crop "
            "of 0 to 1, costs such as 25.0 M, and a day such as 2026-11-30. Received "
            f"{row.top1 or row.error}, {row.resolution}, {row.crop}, {row.params}, {row.macs}, "
            f"{row.checked}."
        )
    if bool(row.macs) != bool(row.count):
        raise InputError(f"{place} must name the counting convention of its MACs, if it has any.")
    if row.count and row.count not in CONVENTIONS:
        raise InputError(
            f"{place} must have a counting convention of {', '.join(CONVENTIONS)}. "
            f"Received {row.count!r}."
        )
    if not row.spec and not (row.params and row.macs):
        raise InputError(f"{place} is not one of our networks, so its costs must be given.")
    try:
        row.made  # noqa: B018  # refuses a name that is none
    except SpecError as error:
        raise InputError(f"{place}: {error}") from None


def _check_lines(rows: Iterable[Member]) -> None:
    first: dict[str, Member] = {}
    known: set[tuple[str, str]] = set()
    for row in rows:
        if (row.network, row.recipe) in known:
            raise InputError(
                f"A network must have one row in a recipe. Received {row.network} twice in "
                f"{row.recipe!r}."
            )
        known.add((row.network, row.recipe))
        other = first.setdefault(row.line, row)
        for name in ("recipe", "training", "family", "resolution"):
            here, there = getattr(row, name), getattr(other, name)
            if here != there:
                raise InputError(
                    f"A line must have one {name}. Received {there!r} ({other.network}) and "
                    f"{here!r} ({row.network}) in {row.line!r}."
                )


@cache
def _counted(spec: str, side: int, count: str) -> Counted:
    return analyse(ResNeXtSpec.from_name(spec, input_shape=(side, side, 3)), count).totals
