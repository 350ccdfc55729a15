"""What came out of a sweep so far: every run, and every network over its seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from explorer.sweeps.plan import Plan, Trial
from explorer.training.runs.forecast import forecast
from explorer.training.runs.snapshot import RunSnapshot

# Which error is shown: of the last epoch, never the best of all, which would flatter.
MEASURES = {"test": "test error", "validation": "validation error, last epoch"}
MISSING = "missing"  # the state of a run that was not started, or was deleted


class Row(NamedTuple):
    """One run of a sweep.

    Attributes:
        trial: Number of its network.
        seed: Of its weights and order of images.
        id: Of the run's folder; "" if there is none.
        state: As of a run, or `MISSING`.
        run: What it has recorded; None if there is none, or it cannot be read.
    """

    trial: int
    seed: int
    id: str
    state: str
    run: RunSnapshot | None

    @property
    def accuracy(self) -> float | None:
        """Validation accuracy of the last epoch so far, a share."""
        return self.run.epochs[-1].val_accuracy if self.run and self.run.epochs else None

    def error(self, measure: str) -> float | None:
        """Error of a finished run in percent, by a key of `MEASURES`; None if not known."""
        if self.run is None or self.state != "finished":
            return None
        share = self.run.test_accuracy if measure == "test" else self.accuracy
        return None if share is None else 100 * (1 - share)


@dataclass(frozen=True)
class Mean:
    """A mean over seeds.

    Attributes:
        mean: In percent.
        error: Standard error, the sample's deviation over the root of the count; None of one.
        count: Number of seeds.
    """

    mean: float
    error: float | None
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean | None:
        """The mean of these values; None of none."""
        if not values:
            return None
        spread = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
        return cls(statistics.fmean(values), spread, len(values))

    @property
    def text(self) -> str:
        """Such as ``21.43 ± 0.12``."""
        return f"{self.mean:.2f}" + ("" if self.error is None else f" ± {self.error:.2f}")


@dataclass(frozen=True)
class Curve:
    """Validation error over epochs, mean and spread over the seeds that have reached them.

    Attributes:
        epochs: Counted from 1.
        mean: In percent.
        low: Mean less one standard error; the mean where there is one seed.
        high: Likewise, more.
        seeds: How many seeds each epoch has.
    """

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """A sweep at one moment.

    Attributes:
        plan: Of the sweep.
        rows: Every run, trial by trial.
        measure: A key of `MEASURES`: the test error once every finished run has one.
        seconds: Training time so far, of all runs.
        left: Seconds until all are done, or None if nothing is left or it is not known.
        reason: Where that figure comes from.
        macs: Forward MACs so far: MACs of a network times the images that it has learned from.
        macs_left: Likewise, of what is left.
    """

    plan: Plan
    rows: tuple[Row, ...]
    measure: str
    seconds: float
    left: float | None
    reason: str
    macs: float
    macs_left: float

    @property
    def states(self) -> dict[str, int]:
        """Number of runs by state."""
        found: dict[str, int] = {}
        for row in self.rows:
            found[row.state] = found.get(row.state, 0) + 1
        return found

    @property
    def finished(self) -> int:
        """Number of finished runs."""
        return self.states.get("finished", 0)

    @property
    def is_busy(self) -> bool:
        """Whether a run trains or waits."""
        return bool({"queued", "starting", "running"} & self.states.keys())

    def of_trial(self, number: int) -> list[Row]:
        """The runs of one network."""
        return [row for row in self.rows if row.trial == number]

    def errors(self, number: int) -> list[float]:
        """Errors of the finished runs of one network, in percent."""
        found = (row.error(self.measure) for row in self.of_trial(number))
        return [value for value in found if value is not None]

    def mean(self, number: int) -> Mean | None:
        """The mean error of one network; None before its first run has finished."""
        return Mean.of(self.errors(number))

    def curve(self, number: int) -> Curve:
        """The validation error of one network, over the seeds."""
        by_epoch: dict[int, list[float]] = {}
        for row in self.of_trial(number):
            for epoch in row.run.epochs if row.run else ():
                by_epoch.setdefault(epoch.epoch, []).append(100 * (1 - epoch.val_accuracy))
        means = {epoch: Mean.of(values) for epoch, values in sorted(by_epoch.items())}
        known = {epoch: mean for epoch, mean in means.items() if mean is not None}
        return Curve(
            epochs=tuple(known),
            mean=tuple(mean.mean for mean in known.values()),
            low=tuple(mean.mean - (mean.error or 0.0) for mean in known.values()),
            high=tuple(mean.mean + (mean.error or 0.0) for mean in known.values()),
            seeds=tuple(mean.count for mean in known.values()),
        )


def results(
    plan: Plan, runs: Iterable[RunSnapshot], others: Sequence[RunSnapshot] = (), together: int = 1
) -> Results:
    """What these runs say of a sweep.

    Args:
        plan: Of the sweep.
        runs: Those of the folder; the sweep's own are picked from them.
        others: Earlier runs whose speed helps the forecast; ``runs`` are used if empty.
        together: How many train at once.
    """
    known = {run.id: run for run in runs}
    rows = tuple(
        _row(trial, seed, plan.runs.get((trial, seed), ""), known)
        for trial in range(len(plan.trials))
        for seed in plan.seeds
    )
    done = [row.run for row in rows if row.run is not None and row.state == "finished"]
    tested = bool(done) and all(run.test_accuracy is not None for run in done)
    own = [row.run for row in rows if row.run is not None]
    left, reason = _time_left(plan, rows, others or own or list(known.values()), together)
    costs = [_work(plan, row) for row in rows]
    return Results(
        plan=plan,
        rows=rows,
        measure="test" if tested else "validation",
        seconds=sum(run.duration for run in own),
        left=left,
        reason=reason,
        macs=sum(done for done, _ in costs),
        macs_left=sum(whole - done for done, whole in costs),
    )


def expected(
    plan: Plan, runs: Sequence[RunSnapshot], together: int = 1
) -> tuple[list[float], float, str]:
    """Seconds of one run of each trial, of the whole plan, and where the figures come from."""
    each = [forecast([trial.spec], plan.recipe, plan.images, runs) for trial in plan.trials]
    specs = [trial.spec for trial in plan.trials for _ in plan.seeds]
    whole = forecast(specs, plan.recipe, plan.images, runs, together, plan.launcher)
    return [one.seconds for one in each], whole.seconds, whole.reason


def empirical_distribution(errors: Sequence[float]) -> tuple[list[float], list[float]]:
    """The share of networks whose error is at most each of these errors, sorted.

    The error empirical distribution function of Radosavovic et al. 2019 (arXiv 1905.13214) and
    2020 (arXiv 2003.13678), who count the networks below an error; here the one at it counts too.
    """
    ordered = sorted(errors)
    return ordered, [(number + 1) / len(ordered) for number in range(len(ordered))]


def _row(trial: int, seed: int, run: str, known: Mapping[str, RunSnapshot]) -> Row:
    found = known.get(run)
    return Row(trial, seed, run, MISSING if found is None else found.state, found)


def _work(plan: Plan, row: Row) -> tuple[float, float]:
    """Forward MACs of training so far, and of the whole run."""
    trial: Trial = plan.trials[row.trial]
    used = min(plan.images, plan.recipe.limit or plan.images)
    learned = used - max(1, round(used * plan.recipe.validation))
    whole = float(trial.macs) * plan.recipe.epochs * learned
    return (whole * row.run.progress if row.run else 0.0), whole


def _time_left(
    plan: Plan, rows: Sequence[Row], runs: Sequence[RunSnapshot], together: int
) -> tuple[float | None, str]:
    open_rows = [row for row in rows if row.state != "finished"]
    if not open_rows:
        return None, ""
    needed = sorted({row.trial for row in open_rows})
    each = {
        number: forecast(
            [plan.trials[number].spec], plan.recipe, plan.images, runs, on=plan.launcher
        )
        for number in needed
    }
    longest = max(needed, key=lambda number: each[number].seconds)
    seconds = [
        row.run.eta
        if row.run is not None and row.run.eta is not None
        else each[row.trial].seconds * (1 - (row.run.progress if row.run else 0.0))
        for row in open_rows
    ]
    return max(*seconds, sum(seconds) / max(1, together)), each[longest].reason
