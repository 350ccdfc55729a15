"""A run's folder: its files, its name, and what its run is asked to do.

runs/ID/run.json        what was asked for: name, source, owner
        spec.json       the network
        recipe.json     how it is trained
        state.json      its state (written under the lock of all runs)
        lease/N/        who is at work on it; see `explorer.training.runs.leases`
        control.json    what it should do: run, pause or stop
        metrics.jsonl   the curve, append-only
        summary.json    the curve's epochs and last points, for lists of runs; made from it
        checkpoint.npz  weights, optimizer and position
        epochs/N.npz    confusion matrix and mistakes
        batch.npz       a recent batch with predictions
        model.keras     the trained network, or what it had learned when it was paused or stopped
        log.txt         what the processes printed
        slurm/          what submitit keeps of the run's jobs
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from explorer.jobs.files import read_json
from explorer.jobs.text import is_one_line
from explorer.training.runs.snapshot import MAX_NAME

ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
MODEL = "model.keras"
BALLAST_BYTES = 256 * 1024


def is_run(folder: Path) -> bool:
    """Return whether this is a run's folder, which may be a copy or have been renamed."""
    named = ID.fullmatch(folder.name) or (folder / "run.json").is_file()
    return bool(named) and is_name(folder.name) and folder.is_dir()


def is_name(name: str) -> bool:
    """Return whether a run's folder may have this name; it is used in links and as a path."""
    return 0 < len(name) <= MAX_NAME and is_one_line(name) and not re.search(r"^\.|[/\\,:]", name)


def wanted(folder: Path) -> str:
    """Return what a run should do: `run`, `pause` or `stop`; `stop` if its folder is gone."""
    try:
        want: Any = read_json(folder / "control.json").get("want")
    except OSError:
        return "run" if folder.is_dir() else "stop"
    except ValueError:
        return "run"
    return want if want in ("pause", "stop") else "run"


def keep_ballast(folder: Path) -> None:
    """Reserve space in which a run can still say why it ended when the disk is full."""
    with contextlib.suppress(OSError):
        (folder / "ballast").write_bytes(b"\1" * BALLAST_BYTES)


def free_ballast(folder: Path) -> None:
    """Give the reserved space back."""
    (folder / "ballast").unlink(missing_ok=True)
