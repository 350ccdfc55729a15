"""The state of a run as `state.json` records it, and whether its process is alive."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from explorer.jobs import processes
from explorer.training.runs.checks import ProcessId, checked

STATES = ("queued", "starting", "running", "paused", "finished", "stopped", "failed")
ACTIVE = ("starting", "running")
COPIED = "its folder was copied or renamed while it was at work"
VANISHED = "its process ended without a word: it was killed, or the machine went down"


@dataclass(frozen=True)
class RunState:
    """What `state.json` holds.

    Attributes:
        state: One of `STATES`.
        reason: Why it failed, or stopped by itself, a sentence; else "".
        place: Place in the queue; the lowest is next.
        worker: Process id of the run's supervisor.
        worker_identity: What distinguishes it from another process with that id.
        trainer: Process id of the one that trains.
        trainer_identity: Likewise.
        attempts: How often the run had been started or resumed before this start.
        folder: Name of the run's folder, by which a copy of it is recognised.
    """

    state: str
    reason: str = ""
    place: int = 0
    worker: ProcessId | None = None
    worker_identity: str | None = None
    trainer: ProcessId | None = None
    trainer_identity: str | None = None
    attempts: int = 0
    folder: str = ""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunState:
        """Return the state that `to_dict` described.

        Raises:
            ValueError: A value is missing or wrong.
        """
        state = cls(**checked(values, cls))
        if state.state not in STATES:
            raise ValueError(f"a run's state must be one of {STATES}; received {state.state!r}")
        return state

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return asdict(self)

    def of(self, folder: str) -> RunState:
        """Return the state of the run in a folder: a copy does not own the original's processes."""
        if self.folder in ("", folder):
            return self
        if self.state in ("queued", *ACTIVE):
            return RunState("stopped", COPIED, folder=folder)
        return replace(self, worker=None, trainer=None, folder=folder)

    def is_dead(self) -> bool:
        """Return whether the run should be at work, but its supervisor is gone."""
        return self.state in ACTIVE and not processes.is_alive(self.worker, self.worker_identity)

    def kill(self) -> None:
        """End the run's processes at once."""
        processes.kill(self.worker, self.worker_identity)
        processes.kill(self.trainer, self.trainer_identity)
