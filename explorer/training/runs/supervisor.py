"""A run's supervisor: starts the trainer, sees that it obeys, and writes down how it ended.

It stays small (no TensorFlow), so that it survives what ends the trainer and can tell why.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from explorer.priority import step_back
from explorer.training import processes
from explorer.training.errors import RunError
from explorer.training.files import is_disk_full, read_json
from explorer.training.scheduler import tick
from explorer.training.snapshot import RunState
from explorer.training.store import RunStore, wanted

POLL_SECONDS = 0.1
GRACE_SECONDS = 1.3  # of the 2 s in which a run ends when asked
EXIT_FINISHED, EXIT_HALTED, EXIT_TIME_UP = 0, 10, 11
EXIT_FAILED, EXIT_DISK_FULL, EXIT_MEMORY = 20, 21, 22
DISK_FULL = "the disk is full; free some space, then resume"
MEMORY = "the memory ran out; try a smaller batch, input or network, then start again"


def main(folder: Path) -> None:
    """Supervise the run in `folder` from start to end."""
    step_back()
    store, run = RunStore(folder.parent), folder.name
    (folder / "outcome.json").unlink(missing_ok=True)
    trainer = processes.spawn(
        "explorer.training.trainer", folder, folder / "log.txt", False, str(os.getpid())
    )
    with store.locked():
        store.set_state(
            run,
            replace(
                store.state(run),
                trainer=trainer.pid,
                trainer_identity=processes.identity(trainer.pid),
            ),
        )
    killed = supervise(trainer, folder)
    try:
        with store.locked():
            store.set_state(run, ending(trainer.returncode, folder, killed))
    except OSError as error:
        if not is_disk_full(error):
            raise
        (folder / "ballast").unlink(missing_ok=True)
        with store.locked():
            store.set_state(run, ending(trainer.returncode, folder, killed))
    except RunError:
        pass  # deleted meanwhile
    tick(store)


def supervise(trainer: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait for the trainer to end; kill it if it was asked to and takes too long.

    Returns:
        Whether it was killed here.
    """
    asked: float | None = None
    killed = False
    while True:
        try:
            trainer.wait(POLL_SECONDS)
            return killed
        except subprocess.TimeoutExpired:
            pass
        if wanted(folder) == "run":
            asked = None
            continue
        asked = asked or time.monotonic()
        if time.monotonic() - asked > GRACE_SECONDS:
            trainer.kill()
            killed = True


def ending(code: int, folder: Path, killed: bool = False) -> RunState:
    """Return the state that a trainer's exit code, and what it left written, amount to.

    Args:
        code: The exit code.
        folder: Of the run.
        killed: Whether its supervisor has killed it, for it took too long to end.
    """
    want = wanted(folder)
    if code == EXIT_FINISHED:
        return RunState("finished")
    if want != "run" and code in (EXIT_HALTED, -signal.SIGKILL, -signal.SIGTERM):
        return RunState("paused" if want == "pause" else "stopped")
    if code == EXIT_HALTED or (killed and code == -signal.SIGKILL):
        return RunState("queued")  # asked to go on after all, while it was ending
    state = "stopped" if code == EXIT_TIME_UP else "failed"
    try:
        return RunState(state, str(read_json(folder / "outcome.json")["reason"]))
    except (OSError, ValueError, KeyError):
        return RunState("failed", exit_reason(code))


def exit_reason(code: int) -> str:
    """Say in a sentence what an exit code means."""
    if code == EXIT_DISK_FULL:
        return DISK_FULL
    if code == EXIT_MEMORY:
        return MEMORY
    if code >= 0:
        return f"the training process ended with exit code {code}; its log tells more"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    hint = "; the system does that when memory runs out" if -code == signal.SIGKILL else ""
    return f"the training process was killed by signal {-code} ({name}{hint})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
