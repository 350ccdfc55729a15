"""What starts a run's supervisor: this host's queue, or Ray or Slurm on one of a cluster's nodes.

A run stays the same folder, with the same supervisor and the same exact resume, whatever starts it.
`scheduler.launcher_of` makes a launcher from its name.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from explorer.jobs import processes
from explorer.training.engine.errors import RunError
from explorer.training.runs.state import LOCAL
from explorer.training.runs.store import RunStore

VARIABLE = "RESNEXT_LAUNCHER"
RAY, SLURM = "ray", "slurm"
CORES_PER_RUN = 4
RETRIES = 10  # supervisors of a run that may be killed, or with Ray nodes that it may lose


class Launcher(Protocol):
    """What starts runs that are queued for it."""

    name: str

    def check(self, store: RunStore) -> None:
        """Raise `RunError` if it cannot start runs of this folder; nothing is created before."""

    def start(self, store: RunStore, runs: Sequence[str]) -> None:
        """See that queued runs are started, now or when there is room."""

    def cancel(self, store: RunStore, run: str) -> None:
        """Forget a run that was paused or stopped before it had started."""

    def alive(self, store: RunStore, run: str) -> bool:
        """Return whether the run will be started or was, and has not ended."""


def launcher_name(given: str | None = None) -> str:
    """Return the name of a launcher: `local`, `ray`, `ray://ADDRESS` or `slurm`.

    Args:
        given: The name; by default RESNEXT_LAUNCHER, or `local`.

    Raises:
        RunError: It is another word.
    """
    name = (os.environ.get(VARIABLE, "") or LOCAL) if given is None else given
    if name in (LOCAL, RAY, SLURM) or (name.startswith("ray://") and len(name) > len("ray://")):
        return name
    what = VARIABLE if given is None else "the launcher"
    raise RunError(f"{what} must be local, ray, ray://ADDRESS or slurm; received {name[:100]!r}")


class SupervisorDied(Exception):
    """A run's supervisor was killed; it can be started again."""


def run_supervisor(folder: str) -> int:
    """Run a supervisor on this node; the body of a cluster's task.

    Raises:
        SupervisorDied: It was killed.
    """
    command = [sys.executable, "-m", "explorer.training.runs.supervisor", folder, "patient"]
    with (Path(folder) / "log.txt").open("ab") as log, _signals_unblocked():
        process = subprocess.Popen(
            processes.bound_to_us(command),  # it ends with its task, and so with its node
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=processes.environment(),
        )
    try:
        code = process.wait()
    except BaseException:  # the task is cancelled
        process.kill()
        raise
    if code < 0:
        raise SupervisorDied(f"the supervisor of {Path(folder).name} was killed")
    return code


@contextmanager
def _signals_unblocked() -> Iterator[None]:
    """Let a child start with no signal blocked.

    A child has its parent's mask. Ray's workers may block signals (ray-project/ray #31805), and a
    child that blocks SIGTERM cannot be asked to end.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
