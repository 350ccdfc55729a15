"""Training time that visitors of a host have used, deleted runs included."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import NamedTuple

from explorer.jobs.files import LineWriter, read_lines
from explorer.training.runs.snapshot import RunSnapshot

DAY = 24 * 3600.0


class Usage(NamedTuple):
    """What one run has used.

    Attributes:
        owner: The visitor who started it.
        address: Code of the network address that the visitor came from, or "".
        seconds: Seconds trained.
        created: When it was created, seconds since 1970.
    """

    owner: str
    address: str
    seconds: float
    created: float


def note_deleted(root: Path, run: RunSnapshot) -> None:
    """Record what a run has used that is about to be deleted, so that this gives no time back."""
    if run.owner and run.duration:
        lines = LineWriter(root / ".deleted.jsonl")
        lines.write(
            {
                "owner": run.owner,
                "address": run.address,
                "seconds": run.duration,
                "created": run.created,
            }
        )
        lines.close()


def usage_of_today(root: Path, runs: list[RunSnapshot]) -> list[Usage]:
    """Return what these runs and the deleted ones have used, if created in the last 24 hours."""
    used = [Usage(run.owner, run.address, run.duration, run.created) for run in runs]
    for record in read_lines(root / ".deleted.jsonl"):
        with contextlib.suppress(KeyError, ValueError, TypeError):
            address, seconds = str(record.get("address", "")), float(record["seconds"])
            used.append(Usage(str(record["owner"]), address, seconds, float(record["created"])))
    since = time.time() - DAY
    return [usage for usage in used if usage.created > since]
