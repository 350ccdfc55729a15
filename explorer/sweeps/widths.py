"""The widths at which networks of one family cost the same.

A family is one depth and one number of channels; its networks differ in cardinality and in the
width of a path. The paper doubles the width from stage to stage (section 3.1), so that one whole
number decides the cost, which cannot always come near to a budget. `per-stage` gives each stage
its own whole number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from explorer.analysis.equal_cost import CHANNELS, block_params, solve
from explorer.cost.blocks import Parts
from explorer.cost.settings import Settings
from explorer.cost.timings import Kept, timings_here
from explorer.sweeps.errors import SweepError
from resnext import ResNeXtSpec
from resnext.names import blocks_of_depth
from resnext.stage import Stage

# By the word of the command: what is equal.
BUDGETS = {
    "equal-macs": "MACs",
    "equal-params": "parameters",
    "equal-step-time": "measured step time",
}
WIDTHS = {
    "doubling": "Widths are doubled from stage to stage and bring the cost nearest to the budget.",
    "per-stage": "Widths are chosen for each stage: the stages nearest to the reference's whose "
    "sum is within the tolerance.",
}
TOLERANCE = 0.03  # relative; table 2 of the paper differs by as much
STEP = Settings(train=True)
MOST_STEPS = 200  # widths that are tried around the rule of equal cost


@dataclass(frozen=True)
class Family:
    """What the networks of a sweep have in common.

    Attributes:
        depth: As in names: 26, 50, 101, 152, 200, or 9n + 2 for CIFAR.
        channels: Of the first stage's output; 256 in the paper.
        changes: Other fields of every spec, such as ``classes``.
    """

    depth: int
    channels: int = CHANNELS
    changes: tuple[tuple[str, Any], ...] = ()

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(blocks_of_depth(self.depth))

    @property
    def stage_channels(self) -> tuple[int, ...]:
        """Channels of each stage's output."""
        return tuple(self.channels * 2**stage for stage in range(self.stages))

    def network(self, cardinality: int, widths: tuple[int, ...]) -> ResNeXtSpec:
        """The network with these widths of a path, one a stage, or one that is doubled.

        Raises:
            SpecError: A rule of the network is broken.
        """
        name = f"resnext{self.depth}_{cardinality}x{widths[0]}d"
        spec = ResNeXtSpec.from_name(name, **dict(self.changes))
        widths = doubled(widths[0], len(spec.blocks)) if len(widths) == 1 else widths
        if self.channels == CHANNELS and widths == doubled(widths[0], len(widths)):
            return spec
        stages = (
            Stage(blocks, cardinality * width, channels, 1 if number == 0 else 2)
            for number, (blocks, width, channels) in enumerate(
                zip(spec.blocks, widths, self.stage_channels)
            )
        )
        return spec.replace(groups=tuple(stages))


@dataclass
class Costs:
    """Costs of networks, equal parts computed once.

    Attributes:
        at: A key of `BUDGETS`.
        step: The training step whose time is limited, if it is a time.
        timings: Where measured times come from.
    """

    at: str = "equal-macs"
    step: Settings = STEP
    timings: Kept = field(default_factory=timings_here)
    _parts: Parts = field(default_factory=lambda: Parts(Settings()))

    def macs_and_params(self, spec: ResNeXtSpec) -> tuple[int, int]:
        """MACs of one image, and weights that training changes."""
        figures = self._parts.figures(spec)
        return figures.macs, figures.params

    def of(self, spec: ResNeXtSpec) -> float:
        """What the budget limits.

        Raises:
            SweepError: It is a time, and the network was not measured on this machine.
        """
        if self.at == "equal-step-time":
            timing = self.timings.alike(spec, self.step)
            if timing is None:
                raise not_measured([spec], self.step)
            return timing.steady_ms
        macs, params = self.macs_and_params(spec)
        return macs if self.at == "equal-macs" else params

    def measured(self, family: Family, cardinality: int) -> list[ResNeXtSpec]:
        """The networks of a family whose training step was measured; widths are doubled."""
        timed = (timing.spec for timing in self.timings.all() if timing.settings == self.step)
        known = (spec for spec in timed if self.timings.alike(spec, self.step))
        alike = (spec for spec in known if spec.cardinality == cardinality)
        return [
            spec
            for spec in alike
            if spec == family.network(cardinality, (spec.stages[0].width // cardinality,))
        ]


def not_measured(specs: Sequence[ResNeXtSpec], step: Settings) -> SweepError:
    """An error that says how to measure networks of equal classes and input size."""
    spec = specs[0]
    usual = ResNeXtSpec.from_name(spec.name)
    options = [] if spec.classes == usual.classes else [f"--classes {spec.classes}"]
    if spec.input_shape != usual.input_shape:
        options.append(f"--input {'x'.join(map(str, spec.input_shape))}")
    options += [f"--{n} {getattr(spec, n)}" for n in ("form", "padding")
                if getattr(spec, n) != getattr(usual, n)]  # fmt: skip
    names = " ".join(each.name for each in specs)
    command = " ".join(["python -m explorer time", names, *options, "--train --batch"])
    return SweepError(
        "A budget of step time needs training steps that were measured on this machine. To measure "
        f"what is missing: {command} {step.batch}"
    )


def doubled(width: int, stages: int) -> tuple[int, ...]:
    """The paper's widths: each stage has twice the one before."""
    return tuple(width * 2**stage for stage in range(stages))


def at_budget(
    family: Family, cardinality: int, budget: float, reference: ResNeXtSpec, costs: Costs
) -> ResNeXtSpec:
    """The network whose doubled widths bring its cost nearest to a budget.

    Args:
        family: Of the network.
        cardinality: Number of its paths.
        budget: In the unit of ``costs``.
        reference: A network of about this cost, from which the search begins.
        costs: What is counted; no times.
    """
    first = reference.stages[0].width // reference.cardinality
    share = budget / costs.of(reference)
    target = round(share * block_params(reference.cardinality, first, family.channels))
    width = solve(cardinality, max(1, target), family.channels).width

    def cost(number: int) -> float:
        return costs.of(family.network(cardinality, (number,)))

    known = cost(width)
    step = 1 if known < budget else -1
    for _ in range(MOST_STEPS):  # the rule counts one block, so the answer is near
        following = width + step
        if following < 1:
            break
        found = cost(following)
        if abs(found - budget) >= abs(known - budget):
            break
        width, known = following, found
    return family.network(cardinality, (width,))


def at_budget_by_stage(
    family: Family,
    cardinality: int,
    budget: float,
    reference: ResNeXtSpec,
    costs: Costs,
    tolerance: float = TOLERANCE,
) -> ResNeXtSpec:
    """The network whose widths, one chosen for each stage, keep its cost near to a budget.

    Each stage may take the widths next to the one whose block costs as much as the reference's
    (`explorer.analysis.equal_cost`). Of the combinations within the tolerance that one is taken
    whose stages are nearest to the reference's, each by itself; if there is none, the nearest.
    """
    targets = [
        block_params(reference.cardinality, stage.width // reference.cardinality, stage.filters)
        for stage in reference.stages
    ]
    choices = []
    for target, channels in zip(targets, family.stage_channels):
        width = solve(cardinality, target, channels).width
        choices.append(sorted({max(1, width - 1), width, width + 1}))

    def worst(widths: tuple[int, ...]) -> float:
        """Largest deviation of a stage's block."""
        costs_now = (
            block_params(cardinality, width, channels)
            for width, channels in zip(widths, family.stage_channels)
        )
        return max(abs(now / target - 1) for now, target in zip(costs_now, targets))

    found = []
    for widths in product(*choices):
        spec = family.network(cardinality, widths)
        found.append((abs(costs.of(spec) / budget - 1), worst(widths), widths))
    near = [row for row in found if row[0] <= tolerance]
    best = min(near, key=lambda row: (row[1], row[0])) if near else min(found)
    return family.network(cardinality, best[2])
