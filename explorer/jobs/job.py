"""One question in the queue, as who asked sees it. See `explorer.jobs.queue`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition
from typing import Any, Protocol

from explorer.jobs.questions import Answer, Question
from explorer.jobs.worker_process import JobError, WorkerProcess

Watch = Callable[["Job"], None]
WATCH_SECONDS = 0.2


@dataclass(eq=False)
class Run:
    """The work on a question, which several jobs may share."""

    question: Question
    key: str
    phase: str = ""
    folder: Path | None = None
    worker: WorkerProcess | None = None
    answer: Answer | None = None
    error: Exception | None = None
    closed: bool = False
    started: float | None = None
    ended: float | None = None

    @property
    def is_good(self) -> bool:
        """Whether another job may share it."""
        return not self.closed and self.error is None


@dataclass(frozen=True)
class QueuePlace:
    """Where a waiting job is.

    Attributes:
        own: Whether the work that has run longest is of the same browser tab.
        seconds: How long that has run.
        ahead: How many others wait before this job.
    """

    own: bool
    seconds: float
    ahead: int

    @property
    def sentence(self) -> str:
        """Who is first, and how many are next."""
        whose = (
            "Your own earlier calculation"
            if self.own
            else "A calculation of another visitor or tab"
        )
        then = "yours is next"
        if self.ahead:
            others = "1 other waits" if self.ahead == 1 else f"{self.ahead} others wait"
            then = f"{others} before yours"
        return f"{whose} has run for {self.seconds:.0f} s; {then}."


class Queue(Protocol):
    """What a job knows of its queue; `explorer.jobs.queue.JobQueue` is the real one."""

    changed: Condition
    waiting: list[Run]
    running: list[Run]
    jobs: dict[Job, Any]

    def leave(self, job: Job) -> None: ...


class Job:
    """A question that was submitted. Make one with `explorer.jobs.queue.JobQueue.submit`."""

    def __init__(self, queue: Queue, run: Run, owner: str) -> None:
        self.run = run
        self.owner = owner
        self.submitted = self.seen = time.monotonic()
        self._queue = queue
        self._closed = False

    @property
    def phase(self) -> str:
        """What its process last reported."""
        return self.run.phase

    @property
    def elapsed(self) -> float:
        """Seconds of work so far, without the time in the queue."""
        if self.run.started is None:
            return 0.0
        return (self.run.ended or time.monotonic()) - self.run.started

    @property
    def waited(self) -> float:
        """Seconds since it was submitted."""
        return time.monotonic() - self.submitted

    @property
    def is_over(self) -> bool:
        """Whether there is an answer, or an error."""
        return self._closed or self.run.error is not None or self.run.answer is not None

    def place(self) -> QueuePlace | None:
        """Where it waits, or None if it does not."""
        with self._queue.changed:
            if self.run not in self._queue.waiting:
                return None
            first = min(self._queue.running, key=lambda run: run.started or 0.0)
            owners = {job.owner for job in self._queue.jobs if job.run is first}
            seconds = time.monotonic() - (first.started or 0.0)
            ahead = self._queue.waiting.index(self.run)
            return QueuePlace(self.owner in owners, seconds, ahead)

    def poll(self) -> Answer | None:
        """The answer, or None while there is none. Never waits.

        Raises:
            InputError: The task refused the request; the message is the task's own.
            JobError: The work took too long, its process died, or the job was closed.
            JobBug: It failed for a reason that nobody expected.
        """
        if self._closed:
            raise JobError("It was cancelled.")
        if self.run.error is not None:
            raise self.run.error
        return self.run.answer

    def wait(self, watch: Watch | None = None) -> Answer:
        """The answer, when it is there; see `poll`.

        Args:
            watch: Called several times a second until then; what it raises ends the waiting.
        """
        while (answer := self.poll()) is None:
            if watch is not None:
                watch(self)
            with self._queue.changed:
                if self.poll() is None:
                    self._queue.changed.wait(WATCH_SECONDS)
        return answer

    def close(self) -> None:
        """Leave the queue. The work ends, and its files go, if nobody else waits for it."""
        if not self._closed:
            self._closed = True
            self._queue.leave(self)
