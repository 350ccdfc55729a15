"""A run in the terminal: a bar that moves, a line for each epoch, and a clean Ctrl-C."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
import time
from typing import TYPE_CHECKING

from explorer.cli.run_tables import duration

if TYPE_CHECKING:
    from explorer.training import Epoch, RunSnapshot, RunStore

SECONDS = 0.3
ENDED = ("finished", "stopped", "failed", "paused")
PATIENCE = 20.0


def follow(store: RunStore, run: str) -> int:
    """Show a run until it ends.

    Returns:
        0 if it finished or was paused or stopped from elsewhere, 1 if it failed, 130 after
        Ctrl-C, which stops it and says how to resume.
    """
    shown = 0
    try:
        while True:
            store.tick()
            snapshot = store.snapshot(run)
            for epoch in snapshot.epochs[shown:]:
                _clear()
                print(epoch_line(epoch, snapshot.recipe.epochs), flush=True)
            shown = max(shown, len(snapshot.epochs))
            if snapshot.state in ENDED:
                break
            _bar(snapshot)
            time.sleep(SECONDS)
    except KeyboardInterrupt:
        _clear()
        print("\nStopping; the curve and the last checkpoint are kept ...", flush=True)
        return _stop(store, run)
    _clear()
    print(_ending(store, snapshot))
    return 1 if snapshot.state == "failed" else 0


def settle(store: RunStore, run: str) -> str:
    """Wait a while until a run has done what it was asked, and return its state."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        snapshot = store.snapshot(run)
        if not snapshot.is_active:
            return snapshot.state
        time.sleep(0.1)
    return f"still {snapshot.state}; it was asked to {snapshot.asked or 'end'}"


def bar_line(snapshot: RunSnapshot, width: int = 100) -> str:
    """One line: how far, how good, how fast, how long."""
    if snapshot.state == "queued":
        return "waiting for its turn: another run trains"
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
    """What an epoch came to."""
    return (
        f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}  loss {epoch.loss:.4f}  "
        f"accuracy {epoch.accuracy:.4f}  validation loss {epoch.val_loss:.4f}  "
        f"accuracy {epoch.val_accuracy:.4f}  {duration(epoch.elapsed)}"
    )


def _stop(store: RunStore, run: str) -> int:
    from explorer.training import RunError

    with contextlib.suppress(RunError):  # it may end in the same moment
        store.request(run, "stop")
    print(_ending_stopped(store, run, settle(store, run)))
    return 130


def _ending_stopped(store: RunStore, run: str, state: str) -> str:
    if state == "finished":
        return "It had just finished."
    return f"The run is {state}. To resume it:\n  {resume_command(store, run)}"


def resume_command(store: RunStore, run: str) -> str:
    """What to type to take a run up again."""
    where = "" if str(store.root) == "runs" else f" --runs {shlex.quote(str(store.root))}"
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
        return " ".join([*parts, *snapshot.notes])
    resume = f"To resume it:\n  {resume_command(store, snapshot.id)}"
    if snapshot.state == "failed":
        return f"The run failed: {snapshot.reason}\n{resume}"
    return f"The run is {snapshot.state}. {resume}"


def _bar(snapshot: RunSnapshot) -> None:
    """Draw over the line before, where there is a terminal."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write(f"\r\x1b[K{bar_line(snapshot, width)}")
        sys.stdout.flush()


def _clear() -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
        sys.stdout.flush()
