"""A plan and what came out of it, as text, CSV and JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from explorer.analysis.conventions import DEFAULT, convention
from explorer.analysis.formats import Answer, Block, Grid, Notes, csv_text, of_dicts, text
from explorer.cost.settings import Settings
from explorer.formatting import numbers
from explorer.formatting.json_text import json_text
from explorer.formatting.numbers import UNKNOWN, counted
from explorer.jobs.text import printable
from explorer.sweeps.plan import Plan
from explorer.sweeps.results import MEASURES, Results, Row
from explorer.sweeps.widths import BUDGETS, WIDTHS
from explorer.training.runs.forecast import Forecast

STATES = ("finished", "running", "starting", "queued", "paused", "stopped", "failed", "missing")


def plan_text(plan: Plan, each: Sequence[float], whole: float, reason: str) -> str:
    """The networks of a plan, what they cost, and how long they are expected to take.

    Args:
        plan: The plan.
        each: Seconds of one run of each network.
        whole: Seconds of the whole plan.
        reason: Where these come from.
    """
    header = ["network", "depth", "widths", "parameters", "MACs", "deviation", "one run"]
    rows = [
        [
            trial.label,
            str(trial.depth),
            "-".join(map(str, trial.widths)),
            numbers.full(trial.params),
            numbers.full(trial.macs),
            deviation(trial.deviation),
            Forecast(seconds, reason).duration,
        ]
        for trial, seconds in zip(plan.trials, each)
    ]
    notes = [
        *plan_notes(plan),
        f"{runs_of(plan)} About {Forecast(whole, reason).duration}: {reason}.",
    ]
    return text(header, rows, words=1, totals=False) + "\n\n" + "\n".join(notes)


def runs_of(plan: Plan) -> str:
    """How many runs a plan has, in a sentence."""
    networks, seeds = counted(len(plan.trials), "network"), counted(len(plan.seeds), "seed")
    images = counted(min(plan.images, plan.recipe.limit or plan.images), "image")
    epochs = counted(plan.recipe.epochs, "epoch")
    return f"{counted(plan.size, 'run')}: {networks}, {seeds}, {epochs} of {images}."


def plan_notes(plan: Plan) -> list[str]:
    """What is equal, how widths were chosen, and what misses the budget, in sentences."""
    rule = f"MACs as {convention(DEFAULT).title} counts, for one image."
    drawn = sum(not trial.role for trial in plan.trials)
    notes = []
    if plan.sample is not None and plan.sample > drawn:
        notes.append(
            f"{counted(plan.sample, 'network')} were to be drawn; the grid has only {drawn}, and "
            "all of them are taken."
        )
    if plan.budget is None:
        return [rule, *notes]
    unit = BUDGETS[plan.at]
    size = (
        f"{plan.budget:,.1f} ms" if plan.at == "equal-step-time" else f"{plan.budget:,.0f} {unit}"
    )
    widths, hint = WIDTHS[plan.widths], "Another --reference may come nearer."
    if plan.at == "equal-step-time":
        widths = (
            f"A step is {Settings(plan.recipe.batch_size, train=True).text}, as the command time "
            "measured it here; of each cardinality the measured network nearest to the budget is "
            "taken."
        )
        hint = "Other widths may come nearer, once time --train has measured them."
    elif plan.widths == "doubling":
        hint = "Another --reference or --widths per-stage may come nearer."
    rivals = " Rivals (wider, deeper) have twice that." if any(t.role for t in plan.trials) else ""
    notes.insert(0, f"Equal {unit}: {size}, that of {plan.reference}.{rivals} {widths} {rule}")
    if missed := plan.missed:
        worst = max(missed, key=lambda trial: abs(trial.deviation or 0.0))
        notes.append(
            f"{len(missed)} of {counted(len(plan.trials), 'network')} "
            f"{'differs' if len(missed) == 1 else 'differ'} from the budget by more than "
            f"{100 * plan.tolerance:g} %, {worst.label} by {deviation(worst.deviation)}. {hint}"
        )
    return notes


def deviation(share: float | None) -> str:
    """Such as +1.7 %; a dash without a budget."""
    return UNKNOWN if share is None else f"{100 * share:+.1f} %".replace("-", "−")


def progress_text(found: Results) -> str:
    """How far a sweep is, in a line."""
    left = "" if found.left is None else f" About {Forecast(found.left, '').duration} left."
    return (
        f"{states_text(found.states)}. {numbers.duration(found.seconds)} of training so far.{left}"
    )


def states_text(states: Mapping[str, int]) -> str:
    """Such as ``41 finished, 1 running, 6 queued``."""
    order = [*STATES, *(state for state in states if state not in STATES)]
    return ", ".join(f"{states[state]} {state}" for state in order if state in states)


def answer(found: Results) -> Answer:
    """Each network with its error over the seeds; for programs, every run."""
    return Answer(
        lambda wide: _blocks(found),
        lambda: of_dicts(_rows(found)),
        partial(as_dict, found),
        partial(to_json, found),
    )


def _blocks(found: Results) -> list[Block]:
    header = ["network", "parameters", "MACs", "deviation", "seeds", "error, %", "best", "worst"]
    rows = []
    for number, trial in enumerate(found.plan.trials):
        errors, mean = found.errors(number), found.mean(number)
        rows.append(
            [
                trial.label,
                numbers.full(trial.params),
                numbers.full(trial.macs),
                deviation(trial.deviation),
                f"{len(errors)}/{len(found.plan.seeds)}",
                UNKNOWN if mean is None else mean.text,
                f"{min(errors):.2f}" if errors else UNKNOWN,
                f"{max(errors):.2f}" if errors else UNKNOWN,
            ]
        )
    notes = [
        progress_text(found),
        f"Error: {MEASURES[found.measure]}, mean ± standard error over the seeds that have "
        "finished.",
        *plan_notes(found.plan),
    ]
    return [Grid(header, rows), Notes(notes)]


def sweeps_text(all_of_them: Sequence[Results]) -> str:
    """One line for each sweep."""
    if not all_of_them:
        return (
            "There are no sweeps yet. To plan one: python -m explorer sweep --dry-run "
            "--grid cardinality=1,2,4,8,16,32 --at equal-macs --depth 29"
        )
    header = ["id", "name", "networks", "seeds", "finished", "training", "left"]
    rows = [
        [
            found.plan.id,
            printable(found.plan.name, 40),
            str(len(found.plan.trials)),
            str(len(found.plan.seeds)),
            f"{found.finished}/{found.plan.size}",
            numbers.duration(found.seconds),
            UNKNOWN if found.left is None else Forecast(found.left, "").duration,
        ]
        for found in all_of_them
    ]
    return text(header, rows, words=2, totals=False)


def to_csv(found: Results) -> str:
    """Every run, a row each."""
    return csv_text(*of_dicts(_rows(found)))


def _rows(found: Results) -> list[dict[str, Any]]:
    return [_flat(found, row) for row in found.rows]


def to_json(found: Results) -> str:
    """`as_dict` as indented JSON."""
    return json_text(as_dict(found), indent=1)


def as_dict(found: Results) -> dict[str, Any]:
    """The plan, every run with its epochs, and every network over its seeds."""
    plan = found.plan
    return {
        "id": plan.id,
        "plan": plan.to_dict(),
        "progress": {
            "states": found.states,
            "seconds": found.seconds,
            "seconds_left": found.left,
            "macs": found.macs,
            "macs_left": found.macs_left,
        },
        "measure": MEASURES[found.measure],
        "networks": [
            {
                "network": trial.label,
                "errors": found.errors(number),
                "mean": None if (mean := found.mean(number)) is None else mean.mean,
                "standard_error": None if mean is None else mean.error,
            }
            for number, trial in enumerate(plan.trials)
        ],
        "runs": [
            {
                **_flat(found, row),
                "epochs": [asdict(epoch) for epoch in row.run.epochs] if row.run else [],
            }
            for row in found.rows
        ],
    }


def _flat(found: Results, row: Row) -> dict[str, Any]:
    trial, run = found.plan.trials[row.trial], row.run
    return {
        "sweep": found.plan.id,
        "network": trial.label,
        "role": trial.role,
        "depth": trial.depth,
        "cardinality": trial.spec.cardinality,
        "widths": "-".join(map(str, trial.widths)),
        "parameters": trial.params,
        "macs": trial.macs,
        "deviation": trial.deviation,
        "seed": row.seed,
        "run": row.id,
        "state": row.state,
        "data": run.data_name if run else "",
        "epochs_done": len(run.epochs) if run else 0,
        "validation_accuracy": row.accuracy,
        "best_validation_accuracy": run.best_accuracy if run else None,
        "test_accuracy": run.test_accuracy if run else None,
        "seconds": run.duration if run else 0.0,
        "machine": run.machine if run else "",
        "precision": run.precision if run else "",
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.created)) if run else "",
    }
