"""How much longer a ResNeXt takes than the ResNet of its depth: published, and measured here.

Times of two machines cannot be compared; what can be is the ratio of two networks on each, and
whether it is above or below 1. The ratio of MACs is next to it: it is what a count predicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.analysis.formats import Answer, Block, Grid, Notes, of_dicts
from explorer.analysis.published import figures
from explorer.analysis.report import analyse
from explorer.cost.explained import published_ratios, resnet_of, time_ratio
from explorer.cost.timings import Kept
from explorer.formatting import numbers
from resnext import ResNeXtSpec

RULE = (
    "Time of a network divided by that of the ResNet of its depth, in inference: as published, by "
    "MACs, and on one image on this machine. The sign is the same if the network is slower than "
    "the ResNet on both machines, or faster on both."
)
SAME, OTHER, UNKNOWN = "same sign", "other sign", "not measured here"


@dataclass(frozen=True)
class Compared:
    """One network on one published machine.

    Attributes:
        network: Its name.
        other: The ResNet of its depth.
        source: Who published the speeds, and on what.
        theirs: The published ratio.
        macs: The ratio of MACs.
        ours: The ratio that was measured here; None if one of the two was not timed.
    """

    network: str
    other: str
    source: str
    theirs: float
    macs: float
    ours: float | None

    @property
    def verdict(self) -> str:
        """Whether both are on the same side of 1."""
        if self.ours is None:
            return UNKNOWN
        return SAME if (self.ours > 1) == (self.theirs > 1) else OTHER

    def plain(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "network": self.network,
            "divided_by": self.other,
            "source": self.source,
            "published_ratio": round(self.theirs, 3),
            "macs_ratio": round(self.macs, 3),
            "measured_ratio": None if self.ours is None else round(self.ours, 3),
            "verdict": self.verdict,
        }


def compared(timings: Kept) -> list[Compared]:
    """Every published ratio, with those that follow from the times that were kept."""
    names = {f.name for f in figures() if f.quantity == "images_per_second"}
    found = []
    for spec in sorted(map(ResNeXtSpec.from_name, names), key=lambda one: (one.depth, one.name)):
        name = resnet_of(spec.name, spec.depth)
        if not name:
            continue
        other = ResNeXtSpec.from_name(name)
        pair = timings.alike(spec), timings.alike(other)
        ours = time_ratio(pair[0], pair[1]) if pair[0] and pair[1] else None
        macs = (analyse(spec).totals.macs or 0) / (analyse(other).totals.macs or 1)
        found += [
            Compared(spec.name, name, ratio.label, ratio.value, macs, ours)
            for ratio in published_ratios(spec.name, name)
        ]
    return found


def conditions(found: Sequence[Compared], timings: Kept) -> str:
    """How the times here were measured; empty if none was."""
    names = [name for one in found for name in (one.network, one.other)]
    return timings.conditions(map(ResNeXtSpec.from_name, names))


def summary(found: Sequence[Compared]) -> str:
    """How many have the sign of what was measured here, in a sentence or two."""
    timed = [one for one in found if one.ours is not None]
    same = [one for one in timed if one.verdict == SAME]
    said = [f"{len(found)} published ratios."]
    if timed:
        said.append(f"{len(same)} of the {len(timed)} that were measured here have the same sign.")
    missing = list(dict.fromkeys(
        name for one in found if one.ours is None for name in (one.other, one.network)
    ))  # fmt: skip
    if missing:
        said.append(f"To measure what is missing: python -m explorer time {' '.join(missing)}")
    return " ".join(said)


def rows(found: Sequence[Compared]) -> list[dict[str, str]]:
    """As they are shown."""
    return [
        {
            "network": one.network,
            "divided by": one.other,
            "published by": one.source,
            "published": f"{one.theirs:.2f}",
            "MACs": f"{one.macs:.2f}",
            "here": numbers.UNKNOWN if one.ours is None else f"{one.ours:.2f}",
            "verdict": one.verdict,
        }
        for one in found
    ]


def answer(timings: Kept) -> Answer:
    """The ratios for `explorer.analysis.formats`."""
    found = compared(timings)
    times = conditions(found, timings)

    def blocks(wide: bool) -> list[Block]:
        shown = rows(found)
        grid = Grid(list(shown[0]), [list(row.values()) for row in shown], words=3)
        return [grid, Notes([RULE, summary(found), *([times] if times else [])])]

    def plain() -> list[dict[str, Any]]:
        return [one.plain() | {"conditions": None if one.ours is None else times} for one in found]

    return Answer(blocks, lambda: of_dicts(plain()), plain)
