"""Starting, stopping and resuming a sweep. Whoever looks at the runs moves their queue along.

Its runs are queued seed by seed, so that every network has a first result before any has a
second. Runs are written into the plan after they were created; one that was created and not
written down, because the process was killed, is found again by its name.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from explorer.cost.settings import Settings
from explorer.sweeps.design import Design, designed
from explorer.sweeps.errors import SweepError
from explorer.sweeps.plan import (
    MOST_SEEDS,
    Plan,
    Trial,
    delete_plan,
    locked,
    new_id,
    read_plan,
    with_runs,
    write_plan,
)
from explorer.sweeps.widths import Costs
from explorer.training.data.sources import WORDS
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import scheduler
from explorer.training.runs.forecast import images_of
from explorer.training.runs.launchers import launcher_name
from explorer.training.runs.leases import LeaseHeld
from explorer.training.runs.state import ACTIVE
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

OPEN = ("queued", "paused", *ACTIVE)


def planned(
    design: Design,
    recipe: Recipe,
    source: str,
    seeds: int,
    name: str = "",
    launcher: str | None = None,
    costs: Costs | None = None,
) -> Plan:
    """A plan that was not written yet.

    Args:
        design: Its networks.
        recipe: How each is trained.
        source: Where the data come from.
        seeds: How many times each is trained, with the seeds 0, 1, 2, ...
        name: A person's text; by default what is swept.
        launcher: local, ray, ray://ADDRESS or slurm; by default RESNEXT_LAUNCHER.
        costs: What is counted; by default conventions, and the recipe's step as measured here.

    Raises:
        SweepError: A rule of plans or of the budget is broken.
        SpecError: A combination is no network.
        DataError: The source is not there, or does not fit a network.
        RunError: There is no launcher of this name, or what it needs is not installed.
    """
    launcher = launcher_name(launcher)
    scheduler.launcher_of(launcher)
    step = Settings(recipe.batch_size, train=True)
    found = designed(design, costs or Costs(design.at or "equal-macs", step))
    scheduler.check_fit([trial.spec for trial in found.trials], source)
    images = images_of(source)
    if source not in WORDS:
        source = str(Path(source).expanduser().resolve())  # it may be resumed from elsewhere
    plan = Plan(
        id=new_id(),
        name=(name or usual_name(design)).strip(),
        created=time.time(),
        source=source,
        images=images,
        recipe=replace(recipe, seed=0),
        trials=found.trials,
        seeds=tuple(range(min(seeds, MOST_SEEDS + 1))),
        runs={},
        at=design.at,
        budget=found.budget,
        reference=found.reference,
        tolerance=design.tolerance,
        widths=design.widths,
        sampler=design.sampler,
        launcher=launcher,
        sample=design.sample,
    )
    plan.check()
    return plan


def race(specs: Sequence[ResNeXtSpec], recipe: Recipe, source: str, images: int, name: str) -> Plan:
    """A plan of networks that a person has picked, each trained once with the recipe's seed.

    Raises:
        SweepError: A rule of plans is broken.
    """
    costs = Costs()
    trials = []
    for spec in specs:
        macs, params = costs.macs_and_params(spec)
        trials.append(Trial(spec.name, spec, spec.depth, macs, params, costs.timings.ms(spec)))
    plan = Plan(
        id=new_id(),
        name=name,
        created=time.time(),
        source=source,
        images=images,
        recipe=replace(recipe, seed=0),
        trials=tuple(trials),
        seeds=(recipe.seed,),
        runs={},
        launcher=launcher_name(),
    )
    plan.check()
    return plan


def usual_name(design: Design) -> str:
    """What is swept, such as ``depth 29, equal-macs``."""
    depths = "-".join(map(str, sorted(set(design.choices["depth"]))[:4]))
    return f"depth {depths}, {design.at}" if design.at else f"depth {depths}"


def start(store: RunStore, plan: Plan) -> Plan:
    """Write the plan, then start or queue the runs that it lacks; the plan as it is then.

    Raises:
        UserError: The launcher cannot start runs, or a setting is wrong, and nothing was written;
            or a run cannot be started, and those that could be are in the plan.
    """
    scheduler.ready(store, plan.launcher)
    with locked(store.root):
        write_plan(store.root, plan)
        return _start_missing(store, plan)


def resume(store: RunStore, sweep: str, on: str | None = None) -> tuple[Plan, int]:
    """Continue every run of a sweep that was paused, stopped or failed; start what it lacks.

    Args:
        store: Where its runs are kept.
        sweep: Its id.
        on: Who starts them from now on; by default the plan's launcher.

    Returns:
        The plan as it is then, and how many runs were continued or started.

    Raises:
        UserError: A run cannot be started, or continued though it is there and at rest: the
            launcher or a quota is against it. What was continued before goes on.
    """
    with locked(store.root):
        plan, before = read_plan(store.root, sweep), set(store.ids())
        if on is not None and launcher_name(on) != plan.launcher:
            scheduler.ready(store, on)
            plan = replace(plan, launcher=on)
            write_plan(store.root, plan)
        plan = _start_missing(store, plan)
    scheduler.tick(store)  # the state of a run whose process is gone still says that it runs
    done = len(set(plan.runs.values()) - before)
    done += sum(_resume(store, run, plan.launcher) for run in _in_order(plan) if run in before)
    scheduler.tick(store)
    return plan, done


def stop(store: RunStore, sweep: str) -> int:
    """Stop every run of a sweep that trains or waits, and return how many were asked.

    They can be resumed. The last in the queue are stopped first, so that none moves up.
    """
    asked = 0
    for run in reversed(_in_order(read_plan(store.root, sweep))):
        with contextlib.suppress(RunError):  # deleted, or over in the same moment
            if store.state(run).state in OPEN:
                scheduler.halt(store, run, "stop")
                asked += 1
    return asked


def set_seeds(store: RunStore, sweep: str, seeds: int) -> Plan:
    """Train every network with so many seeds in all, and start what is missing.

    Raises:
        SweepError: The sweep has more already.
        UserError: The launcher cannot start runs, or a setting is wrong, and nothing was written;
            or a run cannot be started, and those that could be are in the plan.
    """
    with locked(store.root):
        plan = read_plan(store.root, sweep)
        if seeds < len(plan.seeds):
            raise SweepError(
                f"Seeds can be added: the sweep has {len(plan.seeds)}. Received {seeds}."
            )
        unused = (number for number in itertools.count() if number not in plan.seeds)
        more = tuple(itertools.islice(unused, min(seeds, MOST_SEEDS + 1) - len(plan.seeds)))
        plan = replace(plan, seeds=(*plan.seeds, *more))
        plan.check()
        scheduler.ready(store, plan.launcher)
        write_plan(store.root, plan)
        return _start_missing(store, plan)


def delete(store: RunStore, sweep: str, runs: bool = False) -> None:
    """Forget a sweep; ``runs`` deletes its runs too."""
    plan = read_plan(store.root, sweep)
    if runs:
        stop(store, sweep)
        for run in _in_order(plan):
            with contextlib.suppress(RunError):  # deleted before
                store.delete(run)
    delete_plan(store.root, sweep)


def _resume(store: RunStore, run: str, launcher: str) -> bool:
    """Continue a run if it is there and at rest; whether it was continued."""
    if not _is_resumable(store, run):
        return False
    try:
        scheduler.resume(store, run, launcher)
    except (scheduler.AlreadyWaits, LeaseHeld):
        return False
    except RunError:
        if _is_resumable(store, run):
            raise
        return False  # somebody has deleted or resumed it in the same moment
    return True


def _is_resumable(store: RunStore, run: str) -> bool:
    try:
        return store.snapshot(run).is_resumable
    except RunError:  # deleted, damaged
        return False


def _start_missing(store: RunStore, plan: Plan) -> Plan:
    """Start what the plan lacks. Call it under the lock of the plans."""
    there = set(store.ids())
    kept = {place: run for place, run in plan.runs.items() if run in there}
    missing = {(t, seed) for seed in plan.seeds for t in range(len(plan.trials))} - kept.keys()
    if not missing:
        return plan
    plan = replace(plan, runs={**kept, **_lost(store, plan, missing, there - set(kept.values()))})
    for seed in plan.seeds:
        trials = [t for t in range(len(plan.trials)) if (t, seed) not in plan.runs]
        if trials:
            plan = with_runs(plan, trials, seed, _launch(store, plan, trials, seed))
            write_plan(store.root, plan)
    write_plan(store.root, plan)
    return plan


def _launch(store: RunStore, plan: Plan, trials: Sequence[int], seed: int) -> list[str]:
    """Start or queue a run for each of these trials by the plan's launcher; their ids."""
    networks = [(plan.trials[t].spec, plan.run_name(t, seed)) for t in trials]
    recipe = replace(plan.recipe, seed=seed)
    return scheduler.start_all(store, networks, recipe, plan.source, on=plan.launcher)


def _lost(
    store: RunStore, plan: Plan, missing: set[tuple[int, int]], others: set[str]
) -> dict[tuple[int, int], str]:
    """The runs of this sweep that its plan does not name, by their names and settings."""
    wanted = {plan.run_name(*place): place for place in missing}
    found = {}
    for run in others:
        with contextlib.suppress(RunError):
            snapshot = store.snapshot(run)
            place = wanted.get(snapshot.name)
            if place is None or snapshot.spec != plan.trials[place[0]].spec:
                continue
            if snapshot.recipe == replace(plan.recipe, seed=place[1]):
                found[place] = run
    return found


def _in_order(plan: Plan) -> list[str]:
    """The runs in the order in which they were queued: seed by seed."""
    return [run for (_, _), run in sorted(plan.runs.items(), key=lambda item: item[0][::-1])]
