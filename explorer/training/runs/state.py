"""The state of a run as `state.json` records it, and as it is seen by who looks for its process."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from explorer.jobs import processes
from explorer.training.runs.checks import ProcessId, checked
from explorer.training.runs.leases import Holder

STATES = ("queued", "starting", "running", "paused", "finished", "stopped", "failed")
ACTIVE = ("starting", "running")
NO_CONTACT = "no contact"  # how an active run is shown whose process is not heard of
LOCAL = "local"
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
        host: Name of the host where it waits or was started; "" for any.
        space: The space of process numbers of `worker`; see `explorer.training.runs.hosts.Host`.
        after: Number of its newest lease before this start; what has a higher one is at work.
        launcher: Who starts it: one of `explorer.training.runs.launchers`.
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
    host: str = ""
    space: str = ""
    after: int = 0
    launcher: str = LOCAL

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
        return replace(self, worker=None, trainer=None, folder=folder, after=0)

    def as_seen(self, holder: Holder) -> RunState:
        """Return the state to show, given what is known of the process that should be at work."""
        if self.state not in ACTIVE or holder in (Holder.HERE, Holder.HEARD):
            return self
        where = self.host or "its host"
        if holder is Holder.LATE:
            reason = f"{where} was not heard of lately; it may still train it. Resume takes it over"
        elif self.launcher == LOCAL:
            return replace(self, state="failed", reason=VANISHED)
        else:
            reason = f"its process on {where} has ended; {self.launcher} may start it elsewhere"
        return replace(self, state=NO_CONTACT, reason=reason)

    def kill(self) -> None:
        """End the run's processes at once."""
        processes.kill(self.worker, self.worker_identity)
        processes.kill(self.trainer, self.trainer_identity)
