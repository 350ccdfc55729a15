"""The networks of a sweep: every point of a grid, or some drawn at random, at one cost."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from explorer.analysis.equal_cost import BOTTLENECK, CHANNELS
from explorer.sweeps.errors import SweepError
from explorer.sweeps.plan import Trial
from explorer.sweeps.widths import (
    BUDGETS,
    TOLERANCE,
    WIDTHS,
    Costs,
    Family,
    at_budget,
    at_budget_by_stage,
    not_measured,
)
from resnext import ResNeXtSpec, SpecError
from resnext.names import IMAGENET_BLOCKS, blocks_of_depth

SAMPLERS = ("grid", "random")
MOST_NETWORKS = 500
MOST_CHANNELS = 4096
RIVAL_COST = 2  # as table 4 of the paper: rivals may cost twice as much
_REFERENCE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})d?")


@dataclass(frozen=True)
class Design:
    """Which networks a sweep has.

    Attributes:
        choices: Values by name: ``depth``, ``cardinality``, ``resolution``, and ``width`` where no
            budget decides it. Every combination is a network.
        at: A key of `BUDGETS`; "" for no budget.
        reference: ``CxDd``, the network whose cost is the budget; "" for one path and a quarter
            of the channels, as in ResNet. Its depth is the first of the choices.
        widths: A key of `WIDTHS`.
        channels: Of the first stage's output; 256 in the paper.
        tolerance: Relative deviation of costs that still counts as equal.
        rivals: Whether a wider and a deeper network at twice the cost are added, as in table 4.
        sample: So many networks are drawn at random instead of all; None for all.
        sample_seed: Decides which.
        changes: Other fields of every spec, such as ``classes``.

    Raises:
        SweepError: A rule is broken; the message states the rule and the value.
    """

    choices: Mapping[str, tuple[int, ...]]
    at: str = ""
    reference: str = ""
    widths: str = "doubling"
    channels: int = CHANNELS
    tolerance: float = TOLERANCE
    rivals: bool = False
    sample: int | None = None
    sample_seed: int = 0
    changes: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        if self.at and self.at not in BUDGETS:
            raise SweepError(
                f"The budget must be one of {', '.join(BUDGETS)}. Received {self.at[:80]!r}."
            )
        if self.widths not in WIDTHS:
            raise SweepError(
                f"The widths must be one of {', '.join(WIDTHS)}. Received {self.widths[:80]!r}."
            )
        if not 0 < self.tolerance <= 1:
            raise SweepError(
                "The tolerance must be above 0 and at most 100 %. "
                f"Received {100 * self.tolerance:g} %."
            )
        if not 1 <= self.channels <= MOST_CHANNELS:
            raise SweepError(
                f"The channels of the first stage must be 1 to {MOST_CHANNELS:,}. "
                f"Received {self.channels}."
            )
        for name in ("depth", "cardinality", *(() if self.at else ("width",))):
            if not self.choices.get(name):
                raise SweepError(f"The grid needs at least one {name}. Received none.")
        if self.at and self.choices.get("width"):
            raise SweepError(
                "With a budget the width follows from the cardinality, so the grid cannot name it. "
                f"Received width={self.choices['width'][0]}."
            )
        if not self.at and (self.reference or self.rivals or self.widths != "doubling"):
            raise SweepError(
                "A reference, rivals and widths for each stage need a budget, such as "
                "--at equal-macs."
            )
        if self.at == "equal-step-time" and self.widths == "per-stage":
            raise SweepError("Widths for each stage need --at equal-macs or equal-params.")
        if self.at == "equal-step-time" and (self.rivals or self.channels != CHANNELS):
            raise SweepError(
                f"Rivals, and other channels than {CHANNELS}, need --at equal-macs or equal-params."
            )
        if self.sample is not None and not 1 <= self.sample <= MOST_NETWORKS:
            raise SweepError(
                f"The number of networks to draw must be 1 to {MOST_NETWORKS}. "
                f"Received {self.sample}."
            )
        if self.sample is None and self._size > MOST_NETWORKS:
            raise SweepError(
                f"A sweep can have at most {MOST_NETWORKS} networks. Received {self._size:,}; a "
                "sample of a larger grid can be drawn at random."
            )

    @property
    def _size(self) -> int:
        size = 1
        for values in self.choices.values():
            size *= max(1, len(set(values)))
        return size

    @property
    def sampler(self) -> str:
        """One of `SAMPLERS`."""
        return "grid" if self.sample is None else "random"

    def points(self) -> list[dict[str, int]]:
        """The combinations that are asked for, in the order of the grid.

        A sample is drawn without replacement, so that every combination is as likely.
        """
        names = [name for name, values in self.choices.items() if values]
        values = (dict.fromkeys(self.choices[name]) for name in names)
        points = [dict(zip(names, point)) for point in product(*values)]
        if self.sample is None or self.sample >= len(points):
            return points
        drawn = random.Random(self.sample_seed).sample(range(len(points)), self.sample)
        return [points[number] for number in sorted(drawn)]


@dataclass(frozen=True)
class Designed:
    """The networks of a design.

    Attributes:
        trials: The networks, rivals last.
        budget: The cost that all have, in the unit of the budget; None without one.
        reference: The network whose cost it is, such as ``1x64d at depth 29``; "" without one.
    """

    trials: tuple[Trial, ...]
    budget: float | None = None
    reference: str = ""


def designed(design: Design, costs: Costs | None = None) -> Designed:
    """Choose the networks of a design.

    Args:
        design: What is asked for.
        costs: What is counted; by default from the conventions and this machine's timings.

    Raises:
        SpecError: A combination is no network; the message is of the first.
        SweepError: Costs are times, and a cardinality has no network that was measured.
    """
    costs = costs or Costs(design.at or "equal-macs")
    points = design.points()
    several = {
        name: len({point.get(name) for point in points}) > 1 for name in ("depth", "resolution")
    }
    if not design.at:
        trials = [
            _trial(
                _family(design, point).network(point["cardinality"], (point["width"],)),
                point,
                several,
                costs,
            )
            for point in points
        ]
        return Designed(tuple(trials))
    reference = _reference(design)
    if design.at == "equal-step-time":
        _check_measured(design, points, reference, costs)
    budget = costs.of(reference)
    trials = [
        _trial(_fitted(design, point, budget, reference, costs), point, several, costs, budget)
        for point in points
    ]
    if design.rivals:
        trials += _rivals(design, reference, costs, RIVAL_COST * budget)
    depth = _first(design)["depth"]
    return Designed(tuple(trials), budget, f"{short_name(reference)} at depth {depth}")


def _family(design: Design, point: Mapping[str, int]) -> Family:
    changes = design.changes
    if side := point.get("resolution"):
        changes = (*changes, ("input_shape", (side, side, 3)))
    return Family(point["depth"], design.channels, changes)


def _reference(design: Design) -> ResNeXtSpec:
    """The network whose cost is the budget."""
    match = _REFERENCE.fullmatch(design.reference or f"1x{max(1, design.channels // BOTTLENECK)}d")
    if match is None:
        raise SweepError(
            "The reference must be cardinality and width, such as 1x64d. "
            f"Received {design.reference[:40]!r}."
        )
    return _family(design, _first(design)).network(int(match[1]), (int(match[2]),))


def _first(design: Design) -> dict[str, int]:
    """The point of the grid whose family the budget is of."""
    return {name: values[0] for name, values in design.choices.items() if values}


def _fitted(
    design: Design,
    point: Mapping[str, int],
    budget: float,
    reference: ResNeXtSpec,
    costs: Costs,
) -> ResNeXtSpec:
    family, cardinality = _family(design, point), point["cardinality"]
    if design.at == "equal-step-time":
        found = costs.measured(family, cardinality)
        return min(found, key=lambda spec: (abs(costs.of(spec) - budget), spec.name))
    if design.widths == "doubling":
        return at_budget(family, cardinality, budget, reference, costs)
    if family != _family(design, _first(design)):
        raise SweepError("Widths for each stage need a grid of one depth and one resolution.")
    return at_budget_by_stage(family, cardinality, budget, reference, costs, design.tolerance)


def _check_measured(
    design: Design, points: list[dict[str, int]], reference: ResNeXtSpec, costs: Costs
) -> None:
    """Raise `SweepError` if a cardinality has no measured network; it names those of equal MACs."""
    counted = Costs(timings=costs.timings)
    missing = {} if costs.timings.find(reference, costs.step) else {reference: None}
    for point in points:
        family, cardinality = _family(design, point), point["cardinality"]
        if not costs.measured(family, cardinality):
            budget = counted.of(reference)
            missing[at_budget(family, cardinality, budget, reference, counted)] = None
    if missing:
        first = next(iter(missing)).input_shape  # a command measures one size of images
        raise not_measured([spec for spec in missing if spec.input_shape == first], costs.step)


def _trial(
    spec: ResNeXtSpec,
    point: Mapping[str, int],
    several: Mapping[str, bool],
    costs: Costs,
    budget: float | None = None,
) -> Trial:
    marks = [f"depth {point['depth']}"] if several["depth"] else []
    marks += [f"{point['resolution']} pixels"] if several["resolution"] else []
    label = ", ".join([short_name(spec), *marks])
    return _counted(label, "", spec, point["depth"], costs, budget)


def _counted(
    label: str, role: str, spec: ResNeXtSpec, depth: int, costs: Costs, target: float | None
) -> Trial:
    macs, params = costs.macs_and_params(spec)
    return Trial(
        label=label,
        spec=spec,
        depth=depth,
        macs=macs,
        params=params,
        ms=costs.timings.ms(spec),
        cost=None if target is None else costs.of(spec),
        target=target,
        role=role,
    )


def short_name(spec: ResNeXtSpec) -> str:
    """Cardinality and width, such as 8x14d, or all widths where they are not doubled: 8x3-6-15d."""
    widths = [stage.width // spec.cardinality for stage in spec.stages]
    if all(width == widths[0] * 2**number for number, width in enumerate(widths)):
        return f"{spec.cardinality}x{widths[0]}d"
    return f"{spec.cardinality}x{'-'.join(map(str, widths))}d"


def _rivals(design: Design, reference: ResNeXtSpec, costs: Costs, budget: float) -> Iterator[Trial]:
    """The reference made wider, and made deeper, to this cost (table 4 of the paper)."""
    first = _first(design)
    width = reference.stages[0].width // reference.cardinality
    wider = at_budget(_family(design, first), reference.cardinality, budget, reference, costs)
    yield _counted(f"{short_name(wider)}, wider", "wider", wider, first["depth"], costs, budget)
    best: tuple[float, int, ResNeXtSpec] | None = None
    for candidate in _deeper(first["depth"]):
        try:
            family = _family(design, {**first, "depth": candidate})
            spec = family.network(reference.cardinality, (width,))
        except SpecError:
            break  # too deep to be a network
        off = abs(costs.of(spec) - budget)
        if best is not None and off >= best[0]:
            break
        best = off, candidate, spec
    if best is None:
        raise SweepError(f"There is no deeper network than one of depth {first['depth']}.")
    _, deeper, spec = best
    yield _counted(f"{short_name(spec)}, deeper", "deeper", spec, deeper, costs, budget)


def _deeper(depth: int) -> Iterator[int]:
    """The depths above this one, of its own kind."""
    if depth in IMAGENET_BLOCKS:
        yield from (each for each in IMAGENET_BLOCKS if each > depth)
    else:
        number = depth + 9
        while blocks_of_depth(number):
            if number not in IMAGENET_BLOCKS:  # 101 = 9 * 11 + 2 is a name of ImageNet's
                yield number
            number += 9
