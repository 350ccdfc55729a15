"""What starts a run's supervisor: this host's queue, or Ray on one of a cluster's nodes.

A run stays the same folder, with the same supervisor and the same exact resume, whoever starts it.
`scheduler.launcher_of` makes a launcher from its name.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from explorer.training.engine.errors import RunError
from explorer.training.runs.state import LOCAL
from explorer.training.runs.store import RunStore

VARIABLE = "RESNEXT_LAUNCHER"
RAY = "ray"
CORES_PER_RUN = 4


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
    """Return the name of a launcher: `local`, `ray`, or `ray://ADDRESS`.

    Args:
        given: The name; by default RESNEXT_LAUNCHER, or `local`.

    Raises:
        RunError: It is none of these.
    """
    name = (os.environ.get(VARIABLE, "") or LOCAL) if given is None else given
    if name in (LOCAL, RAY) or (name.startswith("ray://") and len(name) > len("ray://")):
        return name
    what = VARIABLE if given is None else "the launcher"
    raise RunError(f"{what} must be local, ray or ray://ADDRESS; received {name[:100]!r}")
