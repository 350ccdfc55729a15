"""The networks of a grid that keep within a budget, the largest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from explorer.analysis.conventions import DEFAULT
from explorer.cost.blocks import Parts
from explorer.cost.budget import Budget
from explorer.cost.grid import Grid
from explorer.cost.settings import Settings
from explorer.cost.timings import Timings, timings_here
from resnext import ResNeXtSpec, SpecError

Progress = Callable[[int, int], None]
PROGRESS_STEP = 250  # networks between two reports of progress


class Candidate(NamedTuple):
    """One network of a grid.

    Attributes:
        name: Its own, which leaves out the resolution.
        depth: Layers with weights on the longest path.
        cardinality: Number of paths of a block.
        width: Channels of a path in the first stage.
        resolution: Rows of the image.
        params: Weights that training changes.
        macs: In the counting convention's unit.
        activations: Output values of convolutions and dense layers.
        memory: Bytes at the peak of the step.
        ms: Milliseconds of inference on one image on this machine; None if not measured.
    """

    name: str
    depth: int
    cardinality: int
    width: int
    resolution: int
    params: int
    macs: int
    activations: int
    memory: int
    ms: float | None


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        rows: The networks within the budget, the largest first.
        searched: Number of networks whose figures were computed.
        invalid: Number of combinations that are no network.
        reason: The rule that the first of these breaks.
        not_measured: Number of networks left out because a time was asked for and they have none.
        settings: The step whose memory is shown.
        times: How the times of the networks were measured; empty if none was.
        count: The counting convention.
        order: The column that the rows are sorted by.
    """

    rows: tuple[Candidate, ...]
    searched: int
    invalid: int
    reason: str
    not_measured: int
    settings: Settings
    times: str
    count: str
    order: str

    @property
    def summary(self) -> str:
        """How many of how many, in a sentence or two."""
        text = f"{len(self.rows):,} of {self.searched:,} networks keep within the budget."
        if self.not_measured:
            text += f" {self.not_measured:,} were not measured on this machine."
        if self.invalid:
            text += f" {self.invalid:,} combinations are no network: {self.reason}"
        return text

    def plain(self) -> list[dict[str, Any]]:
        """The rows as plain JSON types, each with the step and the conditions of its figures."""
        rows = [row._asdict() for row in self.rows]
        return [
            {
                **{"memory_bytes" if k == "memory" else k: v for k, v in row.items()},
                "memory_step": self.settings.text,
                "ms_conditions": None if row["ms"] is None else self.times,
            }
            for row in rows
        ]


def search(
    grid: Grid,
    budget: Budget = Budget(),  # noqa: B008  # frozen
    settings: Settings = Settings(),  # noqa: B008  # frozen
    *,
    count: str = DEFAULT,
    timings: Timings | None = None,
    progress: Progress | None = None,
) -> Found:
    """Compute every network of a grid and keep those within the budget.

    Args:
        grid: The networks.
        budget: Upper limits, each of which a network may reach.
        settings: The step whose memory is computed.
        count: Name of the counting convention.
        timings: Where measured times come from; by default from this machine.
        progress: Called now and then with the number of networks done, and of all.

    Returns:
        The networks, sorted by the budget's first limit of MACs, parameters, memory and time (by
        MACs if it has none), the largest first.

    Raises:
        InputError: No combination of the grid is a network; the message is of the first.
    """
    timings = timings or timings_here()
    parts = Parts(settings, count)
    candidates, specs, invalid, reason = [], [], 0, ""
    for number, spec in enumerate(grid.specs()):
        if progress is not None and number % PROGRESS_STEP == 0:
            progress(number, len(grid))
        if isinstance(spec, SpecError):
            invalid, reason = invalid + 1, reason or str(spec)
        else:
            candidates.append(_candidate(spec, parts, timings))
            specs.append(spec)
    if not candidates:
        raise SpecError(reason)
    order = next(iter(budget.limits), "macs")
    timed = "ms" in budget.limits
    kept = [row for row in candidates if fits(row, budget)]
    kept.sort(key=lambda row: _size(row, order), reverse=True)
    return Found(
        rows=tuple(kept),
        searched=len(candidates),
        invalid=invalid,
        reason=reason,
        not_measured=sum(row.ms is None for row in candidates) if timed else 0,
        settings=settings,
        times=timings.conditions(specs),
        count=count,
        order=order,
    )


def fits(row: Candidate, budget: Budget) -> bool:
    """Whether a network keeps within every limit; one without a measured time has none."""
    values = ((getattr(row, name), limit) for name, limit in budget.limits.items())
    return all(value is not None and value <= limit for value, limit in values)


def frontier(rows: Iterable[Candidate], cost: str, gain: str) -> list[Candidate]:
    """The rows of which no other has as much of ``gain`` for less or equal ``cost``.

    Rows in which one of them is not known are left out. Sorted by cost.
    """
    known = [row for row in rows if None not in (getattr(row, cost), getattr(row, gain))]
    known.sort(key=lambda row: (getattr(row, cost), -getattr(row, gain)))
    best: list[Candidate] = []
    for row in known:
        if not best or getattr(row, gain) > getattr(best[-1], gain):
            best.append(row)
    return best


def _candidate(spec: ResNeXtSpec, parts: Parts, timings: Timings) -> Candidate:
    return Candidate(
        spec.name,
        spec.depth,
        spec.cardinality,
        spec.width,
        spec.input_shape[0],
        *parts.figures(spec),
        timings.ms(spec),
    )


def _size(row: Candidate, order: str) -> tuple[float, ...]:
    return getattr(row, order) or 0, row.macs, row.params, -row.memory
