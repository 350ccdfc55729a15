"""The plan of a sweep, and its file ``runs/sweeps/ID.json``: checked once, where it is read."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from explorer.jobs.files import read_json, write_json
from explorer.jobs.text import is_one_line, sentence
from explorer.sweeps.errors import SweepError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.checks import Seconds1970, checked
from explorer.training.runs.snapshot import MAX_NAME
from resnext import ResNeXtSpec
from resnext.errors import UserError

VERSION = 1
FOLDER = "sweeps"  # in the folder of the runs
ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
MOST_SEEDS = 100
MOST_RUNS = 1000
NESTED = ("id", "recipe", "trials", "runs")  # fields of a plan that are no plain values
MOST_NAME = 60  # a run's name holds the sweep's, the network's and the seed


@dataclass(frozen=True)
class Trial:
    """One network of a sweep, which is trained once for each seed.

    Attributes:
        label: Short, and different for each trial.
        spec: The network.
        depth: As in names.
        macs: Of one image, in the default convention.
        params: Weights that training changes.
        ms: Measured milliseconds of one image; None if not measured.
        cost: What the budget counts; None without a budget.
        target: What it should be.
        role: "", or ``wider`` or ``deeper`` for a rival at twice the budget.
    """

    label: str
    spec: ResNeXtSpec
    depth: int
    macs: int
    params: int
    ms: float | None = None
    cost: float | None = None
    target: float | None = None
    role: str = ""

    @property
    def deviation(self) -> float | None:
        """Relative difference of the cost from its target; None without a budget."""
        if self.cost is None or self.target is None:
            return None
        return self.cost / self.target - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of one path in each stage."""
        return tuple(stage.width // self.spec.cardinality for stage in self.spec.stages)


@dataclass(frozen=True)
class _RunRecord:
    trial: int
    seed: int
    run: str


@dataclass(frozen=True)
class Plan:
    """What a sweep trains, and which runs do.

    Attributes:
        id: Name of its file.
        name: A person's text.
        created: Seconds since 1970.
        source: Where the data come from.
        images: How many images the source has for training and validation.
        recipe: How each is trained; its seed is replaced by those of the plan.
        trials: The networks.
        seeds: With which each is trained.
        runs: Ids of the run folders by (number of the trial, seed).
        at: What is equal, a key of `explorer.sweeps.widths.BUDGETS`, or "".
        budget: The cost that all have; None without one.
        reference: The network whose cost it is, such as ``1x64d at depth 29``.
        tolerance: Relative deviation that counts as equal.
        widths: How widths were chosen, a key of `explorer.sweeps.widths.WIDTHS`.
        sampler: How networks were chosen from the grid: ``grid`` or ``random``.
        launcher: Who starts the runs.
        sample: How many networks were to be drawn from the grid; None for all.
    """

    id: str
    name: str
    created: Seconds1970
    source: str
    images: int
    recipe: Recipe
    trials: tuple[Trial, ...]
    seeds: tuple[int, ...]
    runs: Mapping[tuple[int, int], str]
    at: str = ""
    budget: float | None = None
    reference: str = ""
    tolerance: float = 0.03
    widths: str = "doubling"
    sampler: str = "grid"
    launcher: str = "local"
    sample: int | None = None

    @property
    def size(self) -> int:
        """Number of runs: one for each trial and seed."""
        return len(self.trials) * len(self.seeds)

    @property
    def missed(self) -> list[Trial]:
        """The trials whose cost is further from its target than the tolerance."""
        return [
            trial
            for trial in self.trials
            if trial.deviation is not None and abs(trial.deviation) > self.tolerance
        ]

    def run_name(self, trial: int, seed: int) -> str:
        """The name of a run, by which it is found if it was started and never written down."""
        return f"{self.name} {self.id[-6:]} · {self.trials[trial].label} · seed {seed}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, from which `from_dict` makes an equal plan."""
        return {
            "version": VERSION,
            **{
                field.name: getattr(self, field.name)
                for field in fields(Plan)
                if field.name not in (*NESTED, "seeds")
            },
            "seeds": list(self.seeds),
            "recipe": self.recipe.to_dict(),
            "trials": [{**vars(trial), "spec": trial.spec.to_dict()} for trial in self.trials],
            "runs": [
                {"trial": trial, "seed": seed, "run": run}
                for (trial, seed), run in sorted(self.runs.items())
            ],
        }

    @classmethod
    def from_dict(cls, sweep: str, values: Mapping[str, Any]) -> Plan:
        """The plan that `to_dict` described.

        Raises:
            ValueError: A value is missing or wrong, or of a version that is not known.
        """
        if values.get("version") != VERSION:
            raise ValueError(f"version {VERSION} is needed; found {values.get('version')!r:.40}")
        trials = tuple(
            Trial(spec=ResNeXtSpec.from_dict(each["spec"]), **checked(each, Trial, ("spec",)))
            for each in _objects(values, "trials")
        )
        runs = {}
        for each in _objects(values, "runs"):
            record = _RunRecord(**checked(each, _RunRecord))
            if record.trial >= len(trials):
                raise ValueError(f"a run's trial must be below {len(trials)}; found {record.trial}")
            runs[record.trial, record.seed] = record.run
        recipe = values.get("recipe")
        if not isinstance(recipe, dict):
            raise ValueError("recipe must be an object")
        about = checked(values, Plan, NESTED)
        plan = cls(id=sweep, recipe=Recipe.from_dict(recipe), trials=trials, runs=runs, **about)
        plan.check()
        return plan

    def check(self) -> None:
        """Raise `SweepError` if a rule of plans is broken."""
        if not self.name or len(self.name) > MOST_NAME or not is_one_line(self.name):
            raise SweepError(
                f"A sweep's name must be one line of 1 to {MOST_NAME} characters. "
                f"Received {self.name[:80]!r}."
            )
        if not self.trials:
            raise SweepError("A sweep needs at least one network. Received none.")
        if not 1 <= len(self.seeds) <= MOST_SEEDS or len(set(self.seeds)) < len(self.seeds):
            raise SweepError(
                f"A sweep needs 1 to {MOST_SEEDS} different seeds. Received {len(self.seeds)}."
            )
        if self.size > MOST_RUNS:
            raise SweepError(
                f"A sweep can have at most {MOST_RUNS:,} runs. Received {self.size:,}."
            )
        longest = max(self.run_name(number, self.seeds[-1]) for number in range(len(self.trials)))
        if len(longest) > MAX_NAME:
            raise SweepError(
                f"Names of runs have at most {MAX_NAME} characters, and with this name of the "
                f"sweep one has {len(longest)}: {longest!r}."
            )


def new_id() -> str:
    """An id that no other sweep has."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"


def sweep_ids(root: Path) -> list[str]:
    """The ids of all sweeps of a folder of runs, newest first."""
    found = (path.stem for path in (root / FOLDER).glob("*.json"))
    return sorted((name for name in found if ID.fullmatch(name)), reverse=True)


def read_plans(root: Path) -> tuple[list[Plan], dict[str, str]]:
    """All plans, newest first, and by id the reason why another cannot be read."""
    plans, damaged = [], {}
    for sweep in sweep_ids(root):
        try:
            plans.append(read_plan(root, sweep))
        except SweepError as error:
            damaged[sweep] = str(error)
    return plans, damaged


def read_plan(root: Path, sweep: str) -> Plan:
    """The plan of a sweep.

    Raises:
        SweepError: There is none, or its file is damaged.
    """
    path = plan_path(root, sweep)
    try:
        return Plan.from_dict(sweep, read_json(path))
    except FileNotFoundError:
        raise SweepError(f"There is no sweep {sweep[:80]!r}.") from None
    except (OSError, ValueError, TypeError, KeyError, UserError) as error:
        raise SweepError(f"The sweep {sweep} cannot be read: {sentence(error)}") from None


def write_plan(root: Path, plan: Plan) -> None:
    """Write a plan, atomically. Call it under `locked`."""
    write_json(plan_path(root, plan.id), plan.to_dict())


def delete_plan(root: Path, sweep: str) -> None:
    """Remove a plan; its runs stay."""
    with locked(root), contextlib.suppress(FileNotFoundError):
        plan_path(root, sweep).unlink()


def plan_path(root: Path, sweep: str) -> Path:
    """The file of a plan.

    Raises:
        SweepError: No sweep can have this id.
    """
    if not ID.fullmatch(sweep):
        raise SweepError(f"There is no sweep {sweep[:80]!r}.")
    return root / FOLDER / f"{sweep}.json"


def find(root: Path, text: str) -> str:
    """The sweep with this id or name, or else the only one whose id or name contains this text.

    Raises:
        SweepError: No sweep matches, or several do.
    """
    known = sweep_ids(root)
    found = [text] if text in known else []
    if not found and text:
        names = {plan.id: plan.name for plan in read_plans(root)[0]}
        found = (
            [sweep for sweep, name in names.items() if name == text]
            or [sweep for sweep in known if text in sweep]
            or [sweep for sweep, name in names.items() if text in name]
        )
    if len(found) == 1:
        return found[0]
    if found:
        raise SweepError(f"Several sweeps match {text[:80]!r}, such as {found[0]} and {found[1]}.")
    raise SweepError(f"There is no sweep {text[:80]!r} in {root}.")


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the lock of all plans, across threads and processes."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=60):
        yield


def with_runs(plan: Plan, trials: Sequence[int], seed: int, runs: Sequence[str]) -> Plan:
    """The plan with the runs of some trials and one seed."""
    added = {(trial, seed): run for trial, run in zip(trials, runs, strict=True)}
    return replace(plan, runs={**plan.runs, **added})


def _objects(values: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = values.get(name)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError(f"{name} must be a list of objects")
    return found
