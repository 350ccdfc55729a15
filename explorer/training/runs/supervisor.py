"""The process that starts a run's trainer, sees that it obeys, and records how it ended.

It imports no TensorFlow and stays small, so that it survives what ends the trainer. It holds the
run's lease; when that is taken over, it ends the trainer and writes nothing more.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from explorer.jobs import processes
from explorer.jobs.files import is_disk_full, read_json
from explorer.jobs.process_priority import lower_priority
from explorer.training.engine.errors import RunError
from explorer.training.runs import hosts
from explorer.training.runs.folder import free_ballast, wanted
from explorer.training.runs.leases import (
    BEATS,
    Held,
    Holder,
    LeaseHeld,
    LeaseLost,
    holder,
    late_seconds,
    take,
)
from explorer.training.runs.scheduler import tick
from explorer.training.runs.state import ACTIVE, RunState
from explorer.training.runs.store import RunStore

POLL_SECONDS = 0.1
GRACE_SECONDS = 1.3  # of the 2 s in which a run ends when asked
EXIT_FINISHED, EXIT_HALTED, EXIT_TIME_UP = 0, 10, 11
EXIT_FAILED, EXIT_DISK_FULL, EXIT_MEMORY, EXIT_LEASE_LOST = 20, 21, 22, 23
DISK_FULL = "the disk is full; free some space, then resume"
MEMORY = "the memory ran out; try a smaller batch, input or network, then start again"


def main(folder: Path, patient: bool = False) -> None:
    """Supervise the run in `folder` from start to end.

    Args:
        folder: The run's.
        patient: Wait while another supervisor is heard of, and take over if it no longer is.
    """
    lower_priority()
    store = RunStore(folder.parent)
    try:
        late_seconds()
    except RunError as error:
        _refuse(store, folder, str(error))
        return
    lease = _take(store, folder, patient)
    if lease is None:
        return
    with lease.kept():
        _supervise(store, lease)
    tick(store)


def _refuse(store: RunStore, folder: Path, reason: str) -> None:
    """Record why the run cannot be trained here, unless somebody else may be at it."""
    print(reason)
    with contextlib.suppress(RunError), store.locked():  # deleted meanwhile
        state = store.state(folder.name)
        free = holder(folder, store.clock) in (Holder.NONE, Holder.DEAD)
        if free and state.state in ("queued", *ACTIVE):
            failed = RunState("failed", reason, host=state.host, launcher=state.launcher)
            store.set_state(folder.name, failed)


def _take(store: RunStore, folder: Path, patient: bool) -> Held | None:
    """Take the run's lease, or None if it should not be trained here."""
    while True:
        try:
            if store.state(folder.name).state not in ("queued", *ACTIVE):
                return None
            return take(folder, store.clock)
        except LeaseHeld as error:
            if not patient:
                print(error)
                return None
        time.sleep(late_seconds() / BEATS)


def _supervise(store: RunStore, lease: Held) -> None:
    folder = lease.run
    attempts = store.snapshot(folder.name).attempts
    lease.discard(folder / "outcome.json")
    trainer = processes.spawn(
        "explorer.training.runs.trainer",
        folder,
        folder / "log.txt",
        False,
        str(os.getpid()),
        str(lease.number),
    )
    try:
        _record_start(store, lease, trainer.pid, attempts)
    except BaseException:
        trainer.kill()
        raise
    killed = supervise(trainer, folder, lease.lost)
    try:
        with contextlib.suppress(RunError):  # deleted meanwhile
            try:
                _record_ending(store, lease, trainer.returncode, killed)
            except OSError as error:
                if not is_disk_full(error):
                    raise
                free_ballast(folder)
                _record_ending(store, lease, trainer.returncode, killed)
            lease.release()
    except LeaseLost as error:
        print(error)  # the trainer may have been killed before it said so


def supervise(
    trainer: subprocess.Popen[bytes], folder: Path, lost: threading.Event | None = None
) -> bool:
    """Wait for the trainer to end; kill it if it is asked to end and takes too long.

    Args:
        trainer: Its process.
        folder: The run's.
        lost: Set once the run belongs to somebody else; the trainer is then killed at once.

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
        if lost is not None and lost.is_set():
            trainer.kill()
            killed = True
        if wanted(folder) == "run":
            asked = None
            continue
        asked = asked or time.monotonic()
        if time.monotonic() - asked > GRACE_SECONDS:
            trainer.kill()
            killed = True


def _record_start(store: RunStore, lease: Held, trainer: int, attempts: int) -> None:
    here, run = hosts.this_host(), lease.run.name
    with store.locked():
        state = store.state(run)
        started = replace(
            state,
            state="starting",
            attempts=attempts,
            after=lease.number - 1,
            worker=os.getpid(),
            worker_identity=processes.identity(os.getpid()),
            trainer=trainer,
            trainer_identity=processes.identity(trainer),
            host=here.name,
            space=here.space,
        )
        store.set_state(run, started, lease)


def _record_ending(store: RunStore, lease: Held, code: int, killed: bool) -> None:
    run = lease.run.name
    with store.locked():
        before = store.state(run)
        state = replace(ending(code, lease.run, killed), host=before.host, launcher=before.launcher)
        store.set_state(run, state, lease)


def ending(code: int, folder: Path, killed: bool = False) -> RunState:
    """Return a run's state after its trainer has ended.

    Args:
        code: The trainer's exit code; negative for a signal.
        folder: The run's.
        killed: Whether the supervisor killed the trainer because it took too long to end.
    """
    want = wanted(folder)
    if code == EXIT_FINISHED:
        return RunState("finished")
    if want != "run" and code in (EXIT_HALTED, -signal.SIGKILL, -signal.SIGTERM):
        return RunState("paused" if want == "pause" else "stopped")
    if code == EXIT_HALTED or (killed and code == -signal.SIGKILL):
        return RunState("queued")  # it was asked to continue while it was ending
    state = "stopped" if code == EXIT_TIME_UP else "failed"
    try:
        return RunState(state, str(read_json(folder / "outcome.json")["reason"]))
    except (OSError, ValueError, KeyError):
        return RunState("failed", exit_reason(code))


def exit_reason(code: int) -> str:
    """Return what an exit code means, as a sentence."""
    if code == EXIT_DISK_FULL:
        return DISK_FULL
    if code == EXIT_MEMORY:
        return MEMORY
    if code >= 0:
        return f"the training process ended with exit code {code}; see its log"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    hint = "; the system does that when memory runs out" if -code == signal.SIGKILL else ""
    return f"the training process was killed by signal {-code} ({name}{hint})"


if __name__ == "__main__":
    main(Path(sys.argv[1]), patient=sys.argv[2:] == ["patient"])
