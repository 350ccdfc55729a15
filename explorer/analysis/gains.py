"""What cardinality gains: a ResNeXt against the ResNet of its depth, at about the same cost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from explorer.analysis.family import Member, members
from explorer.analysis.series import MODERN, SERIES, groups


@dataclass(frozen=True)
class Gain:
    """Two networks of one recipe.

    Attributes:
        depth: Of both.
        attention: Of both: ``none`` or ``se``.
        plain: The ResNet.
        grouped: The ResNeXt, 32x4d.
    """

    depth: int
    attention: str
    plain: Member
    grouped: Member

    @property
    def points(self) -> float:
        """Percentage points of top-1 accuracy."""
        return round(self.grouped.accuracy - self.plain.accuracy, 3)

    @property
    def text(self) -> str:
        """Such as ``+1.49``: to two digits, as far as the sources go."""
        return f"{self.points:+.2f}".rstrip("0").rstrip(".").replace("-", "−")

    @property
    def one_training(self) -> bool:
        """Whether the source trained both in the same way."""
        return self.plain.training == self.grouped.training


def gains_of(recipes: Iterable[str]) -> list[Gain]:
    """The gains that these recipes show, by attention and depth.

    A pair has the same depth, resolution and crop. The trainings of recipes that share a name may
    differ; see `Gain.one_training`.
    """
    wanted = set(recipes)
    mine = [row for row in members() if row.recipe in wanted and row.spec]
    found = []
    for grouped in mine:
        match = re.fullmatch(r"(se)?resnext(\d+)_32x4d", grouped.spec)
        for plain in mine if match else ():
            same = (plain.resolution, plain.crop) == (grouped.resolution, grouped.crop)
            if match and same and plain.spec == f"{match[1] or ''}resnet{match[2]}":
                found.append(Gain(int(match[2]), match[1] or "none", plain, grouped))
    return sorted(found, key=lambda gain: (gain.attention, gain.depth))


@cache
def all_gains() -> Mapping[str, tuple[Gain, ...]]:
    """The gains of every recipe that shows one, by its label in `explorer.analysis.series`."""
    found = {label: tuple(gains_of(recipes)) for label, recipes in groups().items()}
    return MappingProxyType({label: gains for label, gains in found.items() if gains})


def by_recipe(depth: int = 50) -> str:
    """A sentence: the gain at a depth under plain and under modern recipes."""
    at = {
        label: gain
        for label, gains in all_gains().items()
        for gain in gains
        if gain.depth == depth and gain.attention == "none"
    }
    modern = [label for label, gain in at.items() if SERIES[gain.grouped.recipe].kind == MODERN]
    least, most = (pick(modern, key=lambda label: at[label].points) for pick in (min, max))
    trainings = {at[label].grouped.training for label in modern}
    notes = {
        label: "" if gain.one_training else ", not trained alike" for label, gain in at.items()
    }
    said = {
        label: f"{gain.text.removeprefix('+')}{{}} ({label}{notes[label]})"
        for label, gain in at.items()
    }
    return (
        f"Top-1 accuracy gained by ResNeXt-{depth} 32x4d over ResNet-{depth} at about the same "
        f"cost: {said['the paper'].format(' points')}, {said['torchvision V1'].format('')}, "
        f"{said[least].format('')} to {said[most].format('')} under {len(trainings)} modern "
        "recipes."
    )


def by_depth() -> str:
    """A sentence: in how many recipes with several depths the gain shrinks, and where not."""
    shrinks: list[str] = []
    grows: list[str] = []
    others: list[str] = []
    for label, gains in all_gains().items():
        for attention, words in (("none", label), ("se", f"{label} (squeeze and excitation)")):
            some = [gain for gain in gains if gain.attention == attention]
            if len(some) > 1:
                points = [gain.points for gain in some]
                values = ", ".join(gain.text for gain in some)
                depths = ", ".join(str(gain.depth) for gain in some)
                fall = all(after < before for before, after in pairwise(points))
                rise = all(after > before for before, after in pairwise(points))
                kind = shrinks if fall else grows if rise else others
                kind.append(f"{words}: {values} at {depths} layers")
    count = len(shrinks) + len(grows) + len(others)
    text = f"The gain shrinks with depth in {len(shrinks)} of {count} recipes"
    text += f" ({shrinks[0]})" if shrinks else ""
    text += f"; it grows in {'; '.join(grows)}" if grows else ""
    text += f"; it does neither in {'; '.join(others)}" if others else ""
    return f"{text}."
