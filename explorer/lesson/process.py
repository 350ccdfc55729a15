"""A calculation with TensorFlow in a process of its own, with limits on time and memory.

The page never imports TensorFlow: it asks here, and gets numbers and arrays back. Request and
answer are JSON and arrays in a folder that lasts as long as the question.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]

SECONDS = 240.0
MEGABYTES = 6_000


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
    """Run a task of `explorer.lesson.worker` in a fresh interpreter and wait for its answer.

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
    with tempfile.TemporaryDirectory(prefix="lesson-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(
            json.dumps({"task": task, "megabytes": megabytes, "request": dict(request)})
        )
        np.savez(folder / "request.npz", **(arrays or {}))  # type: ignore[arg-type]
        command = [sys.executable, "-m", "explorer.lesson.worker", name]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=seconds,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ProcessError(f"The calculation was ended after {seconds:g} seconds.") from None
        return _read(folder, done)


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


def _read(folder: Path, done: subprocess.CompletedProcess[str]) -> Answer:
    answer = folder / "answer.json"
    if not answer.exists():
        last = (done.stderr.strip().splitlines() or ["no message"])[-1][:300]
        raise ProcessError(
            f"The calculation ended without an answer (exit status {done.returncode}): {last}"
        )
    values = json.loads(answer.read_text())
    if "refused" in values:
        raise ValueError(values["refused"])
    if "failed" in values:
        raise ProcessError(values["failed"])
    with np.load(folder / "answer.npz", allow_pickle=False) as arrays:
        return Answer(values, {name: arrays[name] for name in arrays.files})
