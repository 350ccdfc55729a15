"""A run in the terminal: a progress bar, a line for each epoch, and stop requests."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
import time
from typing import TYPE_CHECKING

from explorer.cli.signals import exit_status, signals_interrupt
from explorer.formatting.numbers import duration
from explorer.jobs.text import printable
from explorer.training.runs.state import NO_CONTACT

if TYPE_CHECKING:
    from explorer.training.runs.history import Epoch
    from explorer.training.runs.snapshot import RunSnapshot
    from explorer.training.runs.store import RunStore

SECONDS = 0.3
ENDED = ("finished", "stopped", "failed", "paused")
PATIENCE = 20.0


def follow(store: RunStore, run: str) -> int:
    """Show a run until it ends.

    Returns:
        0 if it finished or was paused or stopped from elsewhere, 1 if it failed. Ctrl-C,
        SIGTERM and SIGHUP stop it and say how to resume: 130, 143, 129.
    """
    with signals_interrupt():
        try:
            snapshot = _watch(store, run)
        except KeyboardInterrupt as interrupt:
            _stop(store, run)
            return exit_status(interrupt)
    _clear()
    print(_ending(store, snapshot))
    return 1 if snapshot.state == "failed" else 0


def _watch(store: RunStore, run: str) -> RunSnapshot:
    """Print each epoch when it ends; return the final snapshot."""
    from explorer.training.runs.scheduler import tick

    shown = 0
    while True:
        tick(store)
        snapshot = store.snapshot(run)
        for epoch in snapshot.epochs[shown:]:
            _clear()
            print(epoch_line(epoch, snapshot.recipe.epochs), flush=True)
        shown = max(shown, len(snapshot.epochs))
        if snapshot.state in ENDED:
            return snapshot
        _bar(snapshot)
        time.sleep(SECONDS)


def settle(store: RunStore, run: str) -> str:
    """Wait up to `PATIENCE` seconds for a run to become inactive; return its state."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        snapshot = store.snapshot(run)
        if not snapshot.is_active:
            return snapshot.state
        time.sleep(0.1)
    asked = {"pause": "pausing"}.get(snapshot.asked, "stopping")
    return f"still {snapshot.state}; {asked} was requested"


def bar_line(snapshot: RunSnapshot, width: int = 100) -> str:
    """One line: progress, loss, accuracy, speed and time left."""
    if snapshot.state == "queued":
        return "queued: waiting for a free training slot"
    if snapshot.state == NO_CONTACT:
        return f"no contact: {printable(snapshot.reason)}"[:width]
    if not snapshot.points:
        return f"{snapshot.state}: reading data, building the network"
    point = snapshot.points[-1]
    facts = [
        f"{snapshot.progress:4.0%}",
        f"epoch {min(int(point.epoch) + 1, snapshot.recipe.epochs)}/{snapshot.recipe.epochs}",
        f"loss {point.loss:.3f}",
        f"accuracy {point.accuracy:.3f}",
        f"{point.speed:,.0f} images/s",
    ]
    if snapshot.eta is not None:
        facts.append(f"{duration(snapshot.eta)} left")
    text = "  ".join(facts)
    room = max(0, min(30, width - len(text) - 3))
    filled = round(room * snapshot.progress)
    return f"{'█' * filled}{'░' * (room - filled)} {text}"[:width]


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """One line with an epoch's results."""
    return (
        f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}  loss {epoch.loss:.4f}  "
        f"accuracy {epoch.accuracy:.4f}  validation loss {epoch.val_loss:.4f}  "
        f"accuracy {epoch.val_accuracy:.4f}  {duration(epoch.elapsed)}"
    )


def _stop(store: RunStore, run: str) -> None:
    from explorer.training.engine.errors import RunError
    from explorer.training.runs.scheduler import halt

    with contextlib.suppress(RunError):  # it may end in the same moment
        halt(store, run, "stop")
    _say("\nStopping. The curve and the last checkpoint are kept.")
    _say(_ending_stopped(store, run, settle(store, run)))


def _say(line: str) -> None:
    """Print; a closed terminal must not keep the run from ending."""
    try:
        _clear()
        print(line, flush=True)
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ending_stopped(store: RunStore, run: str, state: str) -> str:
    if state == "finished":
        return "The run had already finished."
    return f"The run is {state}. To resume it:\n  {resume_command(store, run)}"


def resume_command(store: RunStore, run: str) -> str:
    """The command that resumes a run."""
    from explorer.training.runs.store import default_runs

    usual = str(store.root) == str(default_runs()) == "runs"  # true of any shell, then
    where = "" if usual else f" --runs {shlex.quote(str(store.root))}"
    return f"python -m explorer runs resume {run}{where}"


def _ending(store: RunStore, snapshot: RunSnapshot) -> str:
    if snapshot.state == "finished":
        parts = [f"Finished in {duration(snapshot.duration)}."]
        if snapshot.best_accuracy is not None:
            parts.append(
                f"Best validation accuracy {snapshot.best_accuracy:.4f} "
                f"(epoch {snapshot.best_epoch})."
            )
        if snapshot.test_accuracy is not None:
            parts.append(f"Test accuracy {snapshot.test_accuracy:.4f}.")
        parts.append(f"Model: {store.model_path(snapshot.id)}")
        return "\n".join([" ".join(parts), *map(printable, snapshot.notes)])
    resume = f"To resume it:\n  {resume_command(store, snapshot.id)}"
    if snapshot.state == "failed":
        return f"The run failed: {printable(snapshot.reason)}\n{resume}"
    why = f": {printable(snapshot.reason)}" if snapshot.reason else ""
    return f"The run is {snapshot.state}{why}. {resume}"


def _bar(snapshot: RunSnapshot) -> None:
    """Overwrite the current line of a terminal."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write(f"\r\x1b[K{bar_line(snapshot, width)}")
        sys.stdout.flush()


def _clear() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
