"""The other side of `explorer.lesson.process`: ``python -m explorer.lesson.worker FOLDER``."""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
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


def main(folder: Path) -> None:
    """Answer the request in ``folder``; a refusal or failure is an answer, too."""
    asked = json.loads((folder / "request.json").read_text())
    with np.load(folder / "request.npz", allow_pickle=False) as loaded:
        arrays: Arrays = {name: loaded[name] for name in loaded.files}
    try:
        _limit(asked["megabytes"])
        answer = _answer(asked["task"], asked["request"], arrays)
    except ValueError as error:
        answer = Answer({"refused": str(error)})
    except MemoryError:
        answer = Answer({"failed": TOO_MUCH})
    except Exception as error:
        answer = Answer({"failed": _sentence(error)})
    np.savez(folder / "answer.npz", **answer.arrays)  # type: ignore[arg-type]
    written = folder / "answer.part"
    written.write_text(json.dumps(answer.values))
    written.rename(folder / "answer.json")


def _answer(task: str, request: dict[str, Any], arrays: Arrays) -> Answer:
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
    most = megabytes * 2**20
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _sentence(error: Exception) -> str:
    kind = type(error).__name__
    if "ResourceExhausted" in kind:
        return TOO_MUCH
    lines = str(error).strip().splitlines() or ["no message"]
    return f"The calculation failed with {kind}: {lines[0][:300]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
