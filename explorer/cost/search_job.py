"""A search in a worker process, so that thousands of networks keep no page waiting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from explorer.cost.budget import Budget
from explorer.cost.grid import Grid
from explorer.cost.search import Candidate, Found, search
from explorer.cost.settings import Settings
from explorer.jobs.job import Job
from explorer.jobs.questions import Answer, Arrays, Progress, Question
from explorer.jobs.queue import NOBODY, Asker, JobQueue, shared_queue

SECONDS, MEGABYTES = 300.0, 2_000


def start_search(
    grid: Grid,
    budget: Budget,
    settings: Settings,
    count: str,
    asker: Asker = NOBODY,
    queue: JobQueue | None = None,
) -> Job:
    """Queue a search; `found_of` reads its answer.

    Raises:
        OSError: No temporary folder can be made.
    """
    request = {
        "grid": asdict(grid),
        "budget": asdict(budget),
        "settings": asdict(settings),
        "count": count,
    }
    question = Question(f"{__name__}:compute", request, seconds=SECONDS, megabytes=MEGABYTES)
    return (queue or shared_queue()).submit(question, asker)


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Search; phases are ``done of all``."""
    grid = request["grid"]
    choices = {name: tuple(values) for name, values in grid.items() if name != "changes"}
    found = search(
        Grid(**choices, changes=tuple((name, value) for name, value in grid["changes"])),
        Budget(**request["budget"]),
        Settings(**request["settings"]),
        count=request["count"],
        progress=lambda done, total: progress(f"{done} of {total}"),
    )
    plain = asdict(replace(found, rows=()))
    return Answer({**plain, "rows": [list(row) for row in found.rows]})


def found_of(answer: Answer) -> Found:
    """What a search found."""
    values = dict(answer.values)
    rows = tuple(Candidate(*row) for row in values.pop("rows"))
    return Found(**{**values, "settings": Settings(**values["settings"]), "rows": rows})


def share_done(phase: str) -> float:
    """From 0 to 1, by the phase of a job."""
    done, _, total = phase.partition(" of ")
    return int(done) / int(total) if total else 0.0
