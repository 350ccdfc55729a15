"""What visitors may do where the app is hosted for others: one environment variable turns it on.

With RESNEXT_HOSTED=1 nobody can name a path of the server, uploads, runs and training time are
capped for each visitor and in all, and only its owner can change a run. Without it the person at
the machine is trusted and nothing is capped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from explorer.training.data.sources import CIFAR10, SYNTHETIC
from explorer.training.errors import DataError, RunError, TimeUp
from explorer.training.files import write_atomically
from explorer.training.snapshot import ACTIVE, RunSnapshot
from explorer.training.store import RunStore

DAY = 24 * 3600.0
UNUSED = 3600.0  # seconds after which an upload that no run needs is removed
OPEN_STATES = ("queued", "starting", "running", "paused")
UPLOAD_SUFFIXES = (".zip", ".tar.gz")


@dataclass(frozen=True)
class Limits:
    """Caps on a host for many.

    Attributes:
        hosted: Whether anything is capped at all.
        runs_per_visitor: Runs of one visitor that are not over.
        runs_in_all: Runs of all visitors that are not over.
        run_seconds: Training time of one run.
        visitor_seconds: Training time of one visitor's runs of a day; a run that was begun below
            it may go on to its own cap.
        seconds_in_all: Likewise of all visitors.
        upload_bytes: Size of one upload, and of all uploads of one visitor.
        uploads_in_all: Bytes of all uploads together.
    """

    hosted: bool = False
    runs_per_visitor: int = 2
    runs_in_all: int = 10
    run_seconds: float = 1800.0
    visitor_seconds: float = 2 * 3600.0
    seconds_in_all: float = 16 * 3600.0
    upload_bytes: int = 200 * 2**20
    uploads_in_all: int = 2 * 2**30


def limits() -> Limits:
    """Return the limits that the environment asks for."""
    return Limits(hosted=os.environ.get("RESNEXT_HOSTED", "") not in ("", "0", "false"))


def check_start(store: RunStore, source: str, owner: str, runs: int = 1) -> None:
    """Raise if this visitor may not start so many runs on this source.

    Raises:
        DataError: The source is a path that was not uploaded by this visitor.
        RunError: The visitor, or all together, have too many runs.
    """
    caps = limits()
    if not caps.hosted:
        return
    if source not in (SYNTHETIC, CIFAR10):
        path = Path(source).resolve()
        if not owner or path.parent != _uploads(store, owner).resolve() or not path.is_file():
            raise DataError(f"data must be {SYNTHETIC}, {CIFAR10} or a file that you uploaded")
    _check_shares(store, owner, runs)


def check_resume(store: RunStore, run: RunSnapshot) -> None:
    """Raise `RunError` if a run may not be taken up again: as for a new one of its owner."""
    if limits().hosted and run.state not in ("queued", *ACTIVE):
        check_time(run.duration)
        _check_shares(store, run.owner, but=run.id)


def _check_shares(store: RunStore, owner: str, more: int = 1, but: str = "") -> None:
    caps, runs = limits(), store.list()
    waiting = [run for run in runs if run.state in OPEN_STATES and run.id != but]
    mine = sum(run.owner == owner for run in waiting)
    if mine + more > caps.runs_per_visitor:
        raise RunError(
            f"each visitor may have {caps.runs_per_visitor} runs at a time: "
            f"there are {mine}, and {more} asked for"
        )
    if len(waiting) + more > caps.runs_in_all:
        raise RunError(f"the queue is full ({caps.runs_in_all} runs); try again later")
    since = time.time() - DAY
    spent = [(run.owner, run.duration) for run in runs if run.created > since]
    spent += [(who, seconds) for who, seconds, created in store.deleted() if created > since]
    if sum(seconds for who, seconds in spent if who == owner) >= caps.visitor_seconds:
        raise RunError(f"each visitor may train for {caps.visitor_seconds / 3600:g} hours a day")
    if sum(seconds for _, seconds in spent) >= caps.seconds_in_all:
        raise RunError("the training time of all visitors is used up for today; come back later")


def check_owner(run: RunSnapshot, visitor: str) -> None:
    """Raise `RunError` if this visitor may not pause, resume, stop or delete a run."""
    if limits().hosted and (not visitor or run.owner != visitor):
        raise RunError("only the person who started a run can change or delete it")


def check_time(elapsed: float) -> None:
    """Raise `TimeUp` once a run has trained for as long as a host allows."""
    caps = limits()
    if caps.hosted and elapsed > caps.run_seconds:
        raise TimeUp(f"the training time allowed here, {caps.run_seconds:.0f} s, is used up")


def save_upload(store: RunStore, name: str, data: bytes, owner: str = "") -> str:
    """Keep an uploaded archive and return the source that names it.

    Args:
        store: The runs that it is for.
        name: The file's name; only its ending is used.
        data: The archive.
        owner: The visitor, letters and digits.

    Raises:
        DataError: It is no archive by its name, or too large.
    """
    caps = limits()
    drop_unused(store)
    suffix = next((end for end in UPLOAD_SUFFIXES if name.lower().endswith(end)), None)
    if suffix is None:
        raise DataError(f"an upload must end in {' or '.join(UPLOAD_SUFFIXES)}: {name[:100]!r}")
    folder = _uploads(store, owner)
    path = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
    if path.exists():
        path.touch()
        return str(path)
    if caps.hosted:
        kept = sum(path.stat().st_size for path in folder.glob("*"))
        everyone = sum(path.stat().st_size for path in folder.parent.glob("*/*"))
        if kept + len(data) > caps.upload_bytes:
            raise DataError(f"uploads of one visitor may take {caps.upload_bytes:,} bytes in all")
        if everyone + len(data) > caps.uploads_in_all:
            raise DataError("the space for uploads is used up; try again later")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, data)
    return str(path)


def drop_unused(store: RunStore) -> None:
    """Remove uploads of an hour ago that no run needs: finished ones have read theirs."""
    needed = {run.source for run in store.list() if run.state != "finished"}
    for path in (store.root / ".uploads").glob("*/*"):
        with contextlib.suppress(OSError):
            if str(path.resolve()) not in needed and time.time() - path.stat().st_mtime > UNUSED:
                path.unlink()


def _uploads(store: RunStore, owner: str) -> Path:
    safe = "".join(sign for sign in owner if sign.isalnum() and sign.isascii())[:64]
    return store.root / ".uploads" / (safe or "local")
