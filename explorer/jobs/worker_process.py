"""The parent's end of a worker process: start it, ask it, end it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from explorer.jobs.processes import environment
from explorer.jobs.questions import Answer, Question, receive, send
from explorer.jobs.text import printable
from resnext.errors import InputError, UserError


class JobError(UserError):
    """The work did not come to its end; the message says why in a sentence."""


class WorkerDied(JobError):
    """The process ended, or ran out of memory, before it had an answer."""


class JobBug(RuntimeError):
    """The work raised an error that nobody expected; its traceback is in the message."""


class WorkerProcess:
    """A process that answers questions; it ends with the program that started it.

    Args:
        folder: Temporary files of this program. The process removes it when the program is gone.
        alone: See `explorer.jobs.questions.Question`.
    """

    def __init__(self, folder: Path, alone: bool = False) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        self._ended_because = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "explorer.jobs.worker", str(folder), *(["alone"] * alone)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={
                **environment(),
                "TF_CPP_MIN_LOG_LEVEL": "3",
                **({} if alone else {"CUDA_VISIBLE_DEVICES": "-1"}),
                "KERAS_BACKEND": "tensorflow",
                "COLUMNS": "100",
                "TMPDIR": str(folder),
            },
            start_new_session=True,
        )

    def ask(
        self, question: Question, request: Mapping[str, Any], progress: Callable[[str], None]
    ) -> Answer:
        """Return the answer to a question.

        Raises:
            InputError: The task refused it; the message is the task's own.
            JobError: It took too long, or the process died.
            JobBug: It failed for a reason that nobody expected.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        limit = threading.Timer(
            question.seconds, self.kill, (f"It was ended after {question.seconds:g} seconds.",)
        )
        limit.daemon = True
        limit.start()
        try:
            asked = {"task": question.task, "request": request, "megabytes": question.megabytes}
            send(self.process.stdin, asked, question.arrays)
            while True:
                values, arrays = receive(self.process.stdout)
                if "phase" not in values:
                    break
                progress(values["phase"])
        except (EOFError, OSError):
            raise self._death() from None
        finally:
            limit.cancel()
        if "refused" in values:
            raise InputError(values["refused"])
        if "memory" in values:
            self.kill(values["memory"])
            raise WorkerDied(values["memory"])
        if "bug" in values:
            raise JobBug(values["bug"])
        for array in arrays.values():
            array.flags.writeable = False
        return Answer(values["values"], arrays)

    @property
    def is_usable(self) -> bool:
        """Whether it can be asked again."""
        return not self._ended_because and self.process.poll() is None

    def megabytes(self) -> int:
        """How much memory it holds."""
        import psutil  # type: ignore[import-untyped]

        try:
            return int(psutil.Process(self.process.pid).memory_info().rss) // 2**20
        except psutil.Error:
            return 0

    def kill(self, because: str) -> None:
        """End the process at once, from any thread; who waits for its answer gets a `JobError`."""
        self._ended_because = self._ended_because or because
        self.process.kill()

    def end(self) -> None:
        """End the process and close what belongs to it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._log):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _death(self) -> JobError:
        status = self.process.wait()
        if self._ended_because:
            return JobError(self._ended_because)
        if status < 0:
            return WorkerDied(
                f"The process ended without a result (signal {-status}); "
                "it was killed, or memory ran out."
            )
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        last = next(
            (text for line in reversed(lines) if (text := printable(line, 300).strip())), ""
        )
        return WorkerDied(
            f"The process ended without a result (exit status {status}): {last or 'no message'}"
        )
