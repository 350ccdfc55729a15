"""The other side of `explorer.lesson.process`: folders of questions come in, one a line.

python -m explorer.lesson.worker IDLE_SECONDS
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from explorer.lesson.process import Answer, Arrays
from resnext.runtime import configure_environment

# Which function answers which task; each takes the request and its arrays.
TASKS = {
    "equivalence": ("explorer.lesson.equivalence_run", "compute"),
    "activations": ("explorer.lesson.activations", "compute"),
    "ablation": ("explorer.lesson.ablation", "compute"),
}

THREADS = 2
TOO_MUCH = "The calculation needs more memory than it may take."


def main(idle_seconds: float) -> None:
    """Answer until nobody asks for so long, or whoever asks is gone."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print is no reply
    while True:
        bored = threading.Timer(idle_seconds, os._exit, (0,))
        bored.daemon = True
        bored.start()
        line = sys.stdin.readline()
        bored.cancel()
        if not line:
            return
        respond(Path(line.rstrip("\n")))
        try:
            replies.write(b"done\n")
        except OSError:
            return


def respond(folder: Path) -> None:
    """Answer the question in ``folder``; a refusal or failure is an answer, too."""
    asked = json.loads((folder / "request.json").read_text())
    with np.load(folder / "request.npz", allow_pickle=False) as loaded:
        arrays: Arrays = {name: loaded[name] for name in loaded.files}
    try:
        _limit(asked["megabytes"])
        answer = _answer(asked["task"], asked["request"], arrays)
    except ValueError as error:
        answer = Answer({"refused": str(error)})
    except Exception as error:
        memory = isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__
        answer = Answer({"failed": TOO_MUCH if memory else _sentence(error), "memory": memory})
    np.savez(folder / "answer.npz", **answer.arrays)  # type: ignore[arg-type]
    written = folder / "answer.part"
    written.write_text(json.dumps(answer.values))
    written.rename(folder / "answer.json")


def _answer(task: str, request: dict[str, Any], arrays: Arrays) -> Answer:
    if task not in TASKS:
        raise ValueError(f"The task must be one of {', '.join(TASKS)}. Received {task!r}.")
    module, function = TASKS[task]
    configure_environment(THREADS)
    compute = getattr(importlib.import_module(module), function)
    answer: Answer = compute(request, arrays)
    return answer


def _limit(megabytes: int) -> None:
    """A bound on the data of this process, where the system knows one."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, hard))


def _sentence(error: Exception) -> str:
    kind = type(error).__name__
    lines = str(error).strip().splitlines() or ["no message"]
    return f"The calculation failed with {kind}: {lines[0][:300]}"


if __name__ == "__main__":
    main(float(sys.argv[1]))
