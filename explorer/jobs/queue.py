"""Work in separate processes, with a limit for all of it, a queue, and a certain end.

A question waits until there is room by number and by memory, is worked on by a process that stays
warm for the next one, and ends when it is closed, when the session that asked is gone, or with
this program. Equal questions are worked on once.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from explorer.jobs.job import Job, Run, Watch
from explorer.jobs.processes import identity
from explorer.jobs.questions import Answer, Question
from explorer.jobs.worker_process import JobBug, JobError, WorkerDied, WorkerProcess
from resnext.errors import InputError

IDLE_SECONDS = 300.0  # a process without a question ends after so long
GRACE_SECONDS = 15.0  # a session may be cut off for so long before its questions are closed
IDLE_MEGABYTES = 1_200  # a process that holds more is not kept
KEPT_BYTES = 200 * 2**20  # of answers
PREFIX = "resnext-jobs-"
MEMORY_SHARE = 0.7  # of the machine


@dataclass(frozen=True)
class Asker:
    """Who asks, and waits for the answer.

    Attributes:
        owner: Tells their questions from those of others.
        is_open: Whether they are still there; asked about once a second.
        watch: Called several times a second until there is an answer; what it raises ends the
            waiting.
    """

    owner: str = ""
    is_open: Callable[[], bool] = lambda: True
    watch: Watch | None = None


NOBODY = Asker()


class JobQueue:
    """Questions, in the order in which they came, and the processes that work on them.

    Args:
        slots: Most questions that are worked on at once.
        megabytes: Most memory for them together; one alone may always start.
        idle_seconds: A process without a question ends after so long.
        grace_seconds: A question is closed when its session has been gone for so long.
    """

    def __init__(
        self,
        slots: int,
        megabytes: int,
        idle_seconds: float = IDLE_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self.slots = slots
        self.megabytes = megabytes
        self._idle_seconds = idle_seconds
        self._grace_seconds = grace_seconds
        self.changed = threading.Condition()  # held to look at or change what follows
        self.waiting: list[Run] = []
        self.running: list[Run] = []
        self.jobs: dict[Job, Asker] = {}
        self._idle: list[tuple[float, WorkerProcess]] = []
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._folder: Path | None = None
        self._watcher: threading.Thread | None = None

    def submit(self, question: Question, asker: Asker) -> Job:
        """Queue a question; its job ends when it is closed, or when the asker is gone.

        Raises:
            OSError: One of the files that it reads is not there, or no folder can be made.
        """
        key = question.key()
        with self.changed:
            shared = (job.run for job in self.jobs if job.run.key == key and job.run.is_good)
            # What was measured is measured again.
            run = next((r for r in shared if not (question.alone and r.answer)), None)
            if run is None:
                run = Run(question, key)
                if key in self._kept:
                    self._kept.move_to_end(key)
                    run.answer = self._kept[key]
                else:
                    folder = self._own_folder()
                    if question.writes:
                        run.folder = Path(tempfile.mkdtemp(dir=folder))
                    self.waiting.append(run)
            job = Job(self, run, asker.owner)
            self.jobs[job] = asker
            self._advance()
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, daemon=True, name="jobs")
                self._watcher.start()
        return job

    def leave(self, job: Job) -> None:
        """Take a job out; see `Job.close`."""
        with self.changed:
            self.jobs.pop(job, None)
            run = job.run
            if any(other.run is run for other in self.jobs):
                return
            if run in self.waiting:
                self.waiting.remove(run)
            run.closed = True
            if run in self.running:
                if run.worker is not None:
                    run.worker.kill("It was cancelled.")
            else:
                self._clean(run)
            self._advance()

    def close(self) -> None:
        """End everything."""
        with self.changed:
            for job in list(self.jobs):
                job.close()
            for _, worker in self._idle:
                worker.end()
            self._idle.clear()
            self._kept.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
            self.changed.notify_all()

    def processes(self) -> list[int]:
        """The ids of the processes that live now."""
        with self.changed:
            workers = [worker for _, worker in self._idle]
            workers += [run.worker for run in self.running if run.worker is not None]
            return [worker.process.pid for worker in workers if worker.process.poll() is None]

    def _fits(self, run: Run) -> bool:
        if not self.running:
            return True
        if any(other.question.alone for other in (run, *self.running)):
            return False
        taken = sum(other.question.megabytes for other in self.running)
        return len(self.running) < self.slots and taken + run.question.megabytes <= self.megabytes

    def _advance(self) -> None:
        """Start what there is room for, in order: the first in the queue is never passed over."""
        while self.waiting and self._fits(self.waiting[0]):
            run = self.waiting.pop(0)
            self.running.append(run)
            run.started = time.monotonic()
            warm = self._idle.pop()[1] if self._idle and not run.question.alone else None
            taken = sum(other.question.megabytes for other in self.running)
            while self._idle and taken + IDLE_MEGABYTES * len(self._idle) > self.megabytes:
                self._idle.pop(0)[1].end()
            threading.Thread(target=self._work, args=(run, warm), daemon=True, name="job").start()
        self.changed.notify_all()

    def _work(self, run: Run, warm: WorkerProcess | None) -> None:
        worker = warm
        try:
            try:
                worker = self._hire(run, warm)
                run.answer = self._ask(run, worker)
            except WorkerDied:
                if warm is None or run.closed:
                    raise
                warm.end()  # it was worn out: the question is not to blame
                worker = self._hire(run, None)
                run.answer = self._ask(run, worker)
        except (JobError, InputError, JobBug) as error:
            run.error = error
        except OSError as error:
            run.error = JobError(f"Its process could not be started: {error.strerror}.")
        with self.changed:
            self.running.remove(run)
            run.ended = time.monotonic()
            run.worker = None
            if worker is not None:
                reusable = worker.is_usable and not run.question.alone
                if reusable and worker.megabytes() < IDLE_MEGABYTES:
                    self._idle.append((time.monotonic(), worker))
                else:
                    worker.end()
            if run.closed:
                self._clean(run)
            elif run.answer is not None and not (run.question.writes or run.question.alone):
                self._keep(run.key, run.answer)
            self._advance()

    def _hire(self, run: Run, warm: WorkerProcess | None) -> WorkerProcess:
        with self.changed:
            if run.closed:
                raise JobError("It was cancelled.")
            run.worker = warm or WorkerProcess(self._own_folder(), run.question.alone)
            return run.worker

    def _ask(self, run: Run, worker: WorkerProcess) -> Answer:
        def progress(phase: str) -> None:
            run.phase = phase

        request = dict(run.question.request)
        if run.folder is not None:
            request["folder"] = str(run.folder)
        return worker.ask(run.question, request, progress)

    def _keep(self, key: str, answer: Answer) -> None:
        self._kept[key] = answer
        sizes = [sum(a.nbytes for a in kept.arrays.values()) for kept in self._kept.values()]
        while len(sizes) > 1 and sum(sizes) > KEPT_BYTES:
            self._kept.popitem(last=False)
            sizes.pop(0)

    def _clean(self, run: Run) -> None:
        if run.folder is not None:
            shutil.rmtree(run.folder, ignore_errors=True)

    def _watch(self) -> None:
        """Close the jobs of sessions that are gone, and end processes that nobody needs."""
        while True:
            with self.changed:
                now = time.monotonic()
                for job, asker in list(self.jobs.items()):
                    if asker.is_open():
                        job.seen = now
                    elif now - job.seen > self._grace_seconds:
                        job.close()
                for since, worker in list(self._idle):
                    if now - since > self._idle_seconds or worker.process.poll() is not None:
                        self._idle.remove((since, worker))
                        worker.end()
                if not self.jobs and not self.running and not self._idle:
                    self._watcher = None
                    return
            time.sleep(min(1.0, self._idle_seconds / 2, self._grace_seconds / 2))

    def _own_folder(self) -> Path:
        """The folder of this program's temporary files; what dead programs left is removed."""
        if self._folder is None:
            for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                    owner = json.loads((folder / "owner.json").read_text())
                    if identity(owner["pid"]) != owner["identity"]:
                        shutil.rmtree(folder, ignore_errors=True)
            self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            owner = {"pid": os.getpid(), "identity": identity(os.getpid())}
            (self._folder / "owner.json").write_text(json.dumps(owner))
        return self._folder


def answer(question: Question, asker: Asker = NOBODY) -> Answer:
    """Ask, wait for the answer, and leave the queue however the waiting ends.

    Raises:
        InputError: The task refused the request; the message is the task's own.
        JobError: It took too long, or its process died.
        JobBug: It failed for a reason that nobody expected.
    """
    job = shared_queue().submit(question, asker)
    try:
        return job.wait(asker.watch)
    finally:
        job.close()


@cache
def shared_queue() -> JobQueue:
    """The queue of this program, for all its sessions.

    Raises:
        JobError: RESNEXT_MAX_JOBS is not a whole number from 1.
    """
    queue = JobQueue(max_jobs(), int(machine_megabytes() * MEMORY_SHARE))
    atexit.register(queue.close)
    return queue


def max_jobs() -> int:
    """How many questions are worked on at once: RESNEXT_MAX_JOBS, or by the number of cores.

    Raises:
        JobError: The variable is not a whole number from 1.
    """
    given = os.environ.get("RESNEXT_MAX_JOBS", "")
    if not given:
        return max(2, min(4, (os.cpu_count() or 1) // 2))
    if not given.isdecimal() or int(given) < 1:
        raise JobError(f"RESNEXT_MAX_JOBS must be a whole number from 1. Received {given[:80]!r}.")
    return int(given)


def machine_megabytes() -> int:
    """Memory of this machine, or of the container that this program runs in."""
    import psutil  # type: ignore[import-untyped]

    sizes = [psutil.virtual_memory().total]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            sizes.append(int(Path("/sys/fs/cgroup", name).read_text()))
    return int(min(sizes)) // 2**20
