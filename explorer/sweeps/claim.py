"""The paper's claim, tried on small networks: what two sweeps on CIFAR-10 gave.

``claim.csv`` has every run of both, as ``sweeps export`` writes them; ``benchmarks/claim.py`` makes
it. A row's ``sweep`` is A (equal MACs), B (equal parameters), or AB for a network that both have,
which was trained once. docs/claim.md has the plan.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from explorer.formatting import numbers
from explorer.sweeps.results import Mean

TABLE = "claim.csv"
AT: Mapping[str, str] = MappingProxyType({"A": "equal-macs", "B": "equal-params"})
MANY = 32  # paths, as in the paper's networks
ENOUGH = 2  # standard errors above which a difference is called shown
SEEDS_FOR = 8  # two means of n seeds differ by 2 standard errors of 2 s² / n at n = 8 s² / d²


@dataclass(frozen=True)
class Network:
    """One network over its seeds.

    Attributes:
        label: Such as ``32x1-2-3d``.
        role: "", or ``wider`` or ``deeper`` for a rival of twice the cost.
        cardinality: Of every block.
        widths: Channels of one path in each stage, such as ``1-2-3``.
        params: Weights that training changes.
        macs: Of one image.
        errors: Test errors of the last epoch in percent, by seed.
    """

    label: str
    role: str
    cardinality: int
    widths: str
    params: int
    macs: int
    errors: tuple[float, ...]

    @property
    def mean(self) -> Mean:
        """Over the seeds."""
        found = Mean.of(self.errors)
        assert found is not None
        return found


@dataclass(frozen=True)
class Difference:
    """How much lower the error of the network of many paths is than that of another.

    Attributes:
        many: The network of `MANY` paths.
        other: Of one path.
        points: Mean error of the other less that of the many paths.
        error: Standard error: the root of the sum of both squared.
    """

    many: Network
    other: Network
    points: float
    error: float

    @property
    def is_shown(self) -> bool:
        """Whether it is above two standard errors, in either direction."""
        return abs(self.points) > ENOUGH * self.error

    @property
    def seeds(self) -> int:
        """How many seeds of each would show a difference of this size, if errors scatter so."""
        scatter = self.error**2 * len(self.many.errors) / 2
        return math.ceil(SEEDS_FOR * scatter / self.points**2)

    @property
    def text(self) -> str:
        """A sentence."""
        other = {"": "one path at the same cost"}.get(
            self.other.role, f"the {self.other.role} network of twice the cost"
        )
        less = "lower" if self.points > 0 else "higher"
        rest = f"no clear difference (about {self.seeds:,} seeds of each would be needed)"
        verdict = "a clear difference" if self.is_shown else rest
        return (
            f"The error of {self.many.label} is {abs(self.points):.2f} ± {self.error:.2f} points "
            f"{less} than that of {self.other.label.partition(',')[0]}, {other}: {verdict}."
        )


def text() -> str:
    """``claim.csv`` as it is."""
    return files(__package__).joinpath(TABLE).read_text(encoding="utf-8")


@cache
def rows() -> tuple[Mapping[str, str], ...]:
    """Every run of both sweeps."""
    return tuple(MappingProxyType(row) for row in csv.DictReader(text().splitlines(), strict=True))


@cache
def networks(sweep: str) -> tuple[Network, ...]:
    """The networks of a sweep, by cardinality, rivals last.

    Args:
        sweep: Key of `AT`.
    """
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows():
        if sweep in row["sweep"]:
            found.setdefault(row["network"], []).append(row)
    made = [_network(label, runs) for label, runs in found.items()]
    return tuple(sorted(made, key=lambda each: (bool(each.role), each.cardinality)))


def differences(sweep: str) -> list[Difference]:
    """The network of many paths against that of one path, and against the rivals."""
    family = networks(sweep)
    (many,) = (each for each in family if each.cardinality == MANY and not each.role)
    return [difference(many, other) for other in family if other.cardinality == 1]


def difference(many: Network, other: Network) -> Difference:
    """How they differ; both need at least two seeds for a standard error."""
    mine, theirs = many.mean, other.mean
    error = math.hypot(mine.error or 0.0, theirs.error or 0.0)
    return Difference(many, other, theirs.mean - mine.mean, error)


def verdict() -> str:
    """Whether many paths differ from one at the same cost, in a sentence."""
    shown = any(each.is_shown for at in AT for each in differences(at) if not each.other.role)
    found = "an effect" if shown else "no effect"
    return f"At this size, {len(networks('A')[0].errors)} seeds show {found} of cardinality."


def data() -> str:
    """The images and the length of the training, in a sentence."""
    first = rows()[0]
    seeds = len({row["seed"] for row in rows()})
    epochs = first["epochs_done"]
    return f"CIFAR-10 from JPEG ({first['data']}), for {epochs} epochs, with {seeds} seeds each."


def table(sweep: str) -> list[dict[str, str]]:
    """The networks with their costs and errors, as text."""
    return [
        {
            "Network": each.label,
            "Widths": each.widths,
            "Parameters": numbers.full(each.params),
            "MACs": numbers.full(each.macs),
            "Test error, %": each.mean.text,
            "By seed": ", ".join(f"{error:.2f}" for error in each.errors),
        }
        for each in networks(sweep)
    ]


def _network(label: str, runs: Sequence[Mapping[str, str]]) -> Network:
    first = runs[0]
    ordered = sorted(runs, key=lambda run: int(run["seed"]))
    return Network(
        label=label,
        role=first["role"],
        cardinality=int(first["cardinality"]),
        widths=first["widths"],
        params=int(first["parameters"]),
        macs=int(first["macs"]),
        errors=tuple(100 * (1 - float(run["test_accuracy"])) for run in ordered),
    )
