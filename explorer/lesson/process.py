"""Calculations with TensorFlow in a process of their own, with limits on time and memory.

The page never imports TensorFlow: it asks here, and gets numbers and arrays back. Question and
answer are JSON and arrays in a folder that lasts as long as the question. The process stays warm
from one question to the next, because its imports take longer than most answers.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

SECONDS = 240.0
MEGABYTES = 6_000
IDLE_SECONDS = 300.0


class ProcessError(RuntimeError):
    """The calculation did not come to an end; the message says why in a sentence."""


@dataclass(frozen=True)
class Answer:
    """What a calculation gave.

    Attributes:
        values: Plain JSON types.
        arrays: Arrays by name.
    """

    values: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)


def run_apart(
    task: str,
    request: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]] | None = None,
    *,
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
) -> Answer:
    """Run a task of `explorer.lesson.worker` in another process and wait for its answer.

    Args:
        task: One of `explorer.lesson.worker.TASKS`.
        request: What the task needs, as plain JSON types.
        arrays: The arrays that it needs.
        seconds: The process is killed when it takes longer.
        megabytes: Most memory that its data may take (kept to on Linux).

    Raises:
        ValueError: The task refused the request; the message is the task's own.
        ProcessError: It took too long or died.
    """
    return _shared_desk().ask(task, request, arrays or {}, seconds, megabytes)


@cache
def _shared_desk() -> Desk:
    """The desk of this program, for all its sessions."""
    desk = Desk()
    atexit.register(desk.close)
    return desk


class Desk:
    """Puts one question after another to a process that stays warm between them.

    Args:
        idle_seconds: After so long without a question the process ends; the next one starts
            another.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._turn = threading.Lock()
        self.interpreter: Interpreter | None = None

    def ask(
        self,
        task: str,
        request: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        seconds: float,
        megabytes: int,
    ) -> Answer:
        """See `run_apart`; whoever comes meanwhile waits for their turn."""
        with self._turn, tempfile.TemporaryDirectory(prefix="lesson-") as name:
            folder = Path(name)
            (folder / "request.json").write_text(
                json.dumps({"task": task, "megabytes": megabytes, "request": dict(request)})
            )
            np.savez(folder / "request.npz", **arrays)  # type: ignore[arg-type]
            try:
                if self.interpreter is not None:
                    try:
                        return self.interpreter.answer(folder, seconds)
                    except Died:
                        self.close()  # idle for too long, or worn out: the question is not to blame
                self.interpreter = Interpreter(self._idle_seconds)
                return self.interpreter.answer(folder, seconds)
            except ProcessError:
                self.close()
                raise

    def close(self) -> None:
        """End the process."""
        if self.interpreter is not None:
            self.interpreter.close()
            self.interpreter = None


class Died(ProcessError):
    """The process ended, or ran out of memory, before it had an answer."""


class Interpreter:
    """A fresh interpreter that answers questions; it ends with the program that started it."""

    def __init__(self, idle_seconds: float) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self._reader = ThreadPoolExecutor(1)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "explorer.lesson.worker", str(idle_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(),
        )

    def answer(self, folder: Path, seconds: float) -> Answer:
        """The answer to the question in a folder.

        Raises:
            ValueError: The task refused it.
            ProcessError: It took too long or died; the process is of no use any more.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{folder}\n".encode())
            self.process.stdin.flush()
        except OSError:
            raise Died(self._last_words()) from None
        try:
            self._reader.submit(self.process.stdout.readline).result(seconds)
        except TimeoutError:
            raise ProcessError(f"The calculation was ended after {seconds:g} seconds.") from None
        if not (folder / "answer.json").exists():
            raise Died(self._last_words())
        return _read(folder)

    def close(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        self._reader.shutdown()
        for pipe in (self.process.stdin, self.process.stdout, self._log):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _last_words(self) -> str:
        status = self.process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        last = (lines or ["no message"])[-1][:300]
        return f"The calculation ended without an answer (exit status {status}): {last}"


def _environment() -> dict[str, str]:
    """For the new process: quiet, on the processor, and our package found from any folder."""
    root = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([root, known] if known else [root]),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "-1"),
        "KERAS_BACKEND": "tensorflow",
    }


def _read(folder: Path) -> Answer:
    values = json.loads((folder / "answer.json").read_text())
    if "refused" in values:
        raise ValueError(values["refused"])
    if "failed" in values:
        raise (Died if values.get("memory") else ProcessError)(values["failed"])
    with np.load(folder / "answer.npz", allow_pickle=False) as arrays:
        return Answer(values, {name: arrays[name] for name in arrays.files})
