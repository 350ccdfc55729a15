"""The process of a worker: ``python -m explorer.jobs.worker FOLDER``. See `explorer.jobs.queue`.

It ends as soon as the program that started it is gone, even in the middle of its work, and then
removes that program's FOLDER of temporary files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import traceback
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from explorer.jobs.process_priority import lower_priority
from explorer.jobs.processes import processors
from explorer.jobs.questions import Answer, Arrays, function_of, receive, send
from resnext.errors import UserError
from resnext.runtime import configure_environment

THREADS = 2
NICENESS = 5  # behind the pages, but not as far as training: somebody waits
TOO_MUCH = "It needs more memory than it may take."


def main(folder: Path, alone: bool = False) -> None:
    """Answer one question after another; ``alone`` with every processor."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the replies
    questions: SimpleQueue[tuple[dict[str, Any], Arrays]] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions, folder), daemon=True).start()
    lower_priority(NICENESS)
    configure_environment(processors() if alone else THREADS)
    while True:
        asked, arrays = questions.get()
        _respond(replies, asked, arrays)


def _listen(questions: SimpleQueue[tuple[dict[str, Any], Arrays]], folder: Path) -> None:
    while True:
        try:
            questions.put(receive(sys.stdin.buffer))
        except (EOFError, OSError):
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)


def _respond(replies: IO[bytes], asked: dict[str, Any], arrays: Arrays) -> None:
    def progress(phase: str) -> None:
        send(replies, {"phase": phase}, {})

    reply: dict[str, Any]
    found: Arrays = {}
    try:
        _limit(asked["megabytes"])
        answer: Answer = function_of(asked["task"])(asked["request"], arrays, progress)
        reply, found = {"values": answer.values}, answer.arrays
    except UserError as error:
        reply = {"refused": str(error)}
    except Exception as error:
        traceback.print_exc()
        if isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__:
            reply = {"memory": TOO_MUCH}
        else:
            reply = {"bug": traceback.format_exc()}
    send(replies, reply, found)


def _limit(megabytes: int) -> None:
    """Set a bound on the data of this process, where the system has one."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 2**20, hard))


if __name__ == "__main__":
    main(Path(sys.argv[1]), alone="alone" in sys.argv[2:])
