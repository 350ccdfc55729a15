"""Quotas of a hosted app, which RESNEXT_HOSTED=1 turns on.

Runs, training time and uploads are capped for each visitor, for each network address where a
trusted proxy reports it, and in all. Without RESNEXT_HOSTED the person at the machine is trusted
and nothing is capped. A cap is checked under the lock under which what it counts is created.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace

from explorer.training.engine.errors import RunError, TimeUp
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.state import ACTIVE, NO_CONTACT
from explorer.training.runs.store import RunStore
from explorer.training.runs.usage import usage_of_today

OPEN_STATES = ("queued", "starting", "running", "paused", NO_CONTACT)
# Of each cap in all: enough for a school class that shares one address, and a rest for others.
ADDRESS_SHARE = 0.8


@dataclass(frozen=True)
class Limits:
    """Caps of a hosted app.

    Attributes:
        hosted: Whether anything is capped at all.
        runs_per_visitor: Open runs of one visitor: queued, training or paused.
        runs_in_all: Open runs of all visitors.
        run_seconds: Training time of one run.
        visitor_seconds: Training time of one visitor in 24 hours. A run that was started below
            the cap may continue to its own.
        seconds_in_all: Likewise of all visitors.
        upload_bytes: Size of all uploads of one visitor.
        uploads_in_all: Bytes of all uploads together.
        free_bytes: Space on the disk that no visitor may use.
    """

    hosted: bool = False
    runs_per_visitor: int = 2
    runs_in_all: int = 10
    run_seconds: float = 1800.0
    visitor_seconds: float = 2 * 3600.0
    seconds_in_all: float = 16 * 3600.0
    upload_bytes: int = 200 * 2**20
    uploads_in_all: int = 2 * 2**30
    free_bytes: int = 2**30


def limits() -> Limits:
    """Return the limits that the environment asks for.

    Raises:
        RunError: RESNEXT_MAX_OPEN_RUNS is not a whole number from 1.
    """
    caps = Limits(hosted=os.environ.get("RESNEXT_HOSTED", "") not in ("", "0", "false"))
    in_all = whole_number("RESNEXT_MAX_OPEN_RUNS") if caps.hosted else None
    return caps if in_all is None else replace(caps, runs_in_all=in_all)


def whole_number(variable: str) -> int | None:
    """Return the whole number from 1 in an environment variable, or None if it is not set.

    Raises:
        RunError: It holds something else.
    """
    given = os.environ.get(variable, "")
    if given and (not given.isdecimal() or int(given) < 1):
        raise RunError(f"{variable} must be a whole number from 1; received {given!r}")
    return int(given) if given else None


def check_start(store: RunStore, owner: str, runs: int = 1, address: str = "") -> None:
    """Check that a visitor may start so many runs. Call it under the lock of the store.

    Raises:
        RunError: The visitor, the visitor's address, or all together have used up a quota.
    """
    if limits().hosted:
        _check_shares(store, owner, address, runs)


def check_resume(store: RunStore, run: RunSnapshot) -> None:
    """Raise `RunError` if a run may not be resumed: the quotas of a new run apply."""
    if limits().hosted and run.state not in ("queued", *ACTIVE):
        check_time(run.duration)
        _check_shares(store, run.owner, run.address, but=run.id)


def check_turn(store: RunStore) -> None:
    """Raise `TimeUp` if no run may leave the queue, as today's training time is used up."""
    caps = limits()
    if not caps.hosted:
        return
    if sum(use.seconds for use in usage_of_today(store.root, store.list())) >= caps.seconds_in_all:
        raise TimeUp("the training time of all visitors is used up for today; resume it tomorrow")


def _check_shares(store: RunStore, owner: str, address: str, more: int = 1, but: str = "") -> None:
    caps, runs = limits(), store.list()
    waiting = [run for run in runs if run.state in OPEN_STATES and run.id != but]
    own = sum(run.owner == owner for run in waiting)
    here = sum(run.address == address for run in waiting) if address else 0
    if own + more > caps.runs_per_visitor:
        raise RunError(
            f"each visitor may have {caps.runs_per_visitor} runs at a time: "
            f"there are {own}, and {more} asked for"
        )
    if len(waiting) + more > caps.runs_in_all:
        raise RunError(f"the queue is full ({caps.runs_in_all} runs); try again later")
    if here + more > max(1, ADDRESS_SHARE * caps.runs_in_all):
        raise RunError("too many runs were started from this network address; try again later")
    used = usage_of_today(store.root, runs)
    if sum(use.seconds for use in used if use.owner == owner) >= caps.visitor_seconds:
        raise RunError(f"each visitor may train for {caps.visitor_seconds / 3600:g} hours a day")
    from_here = sum(use.seconds for use in used if address and use.address == address)
    if from_here >= ADDRESS_SHARE * caps.seconds_in_all:
        raise RunError("the training time of this network address is used up for today")
    if sum(use.seconds for use in used) >= caps.seconds_in_all:
        raise RunError("the training time of all visitors is used up for today; come back later")
    if free_bytes(store) < caps.free_bytes:
        raise RunError("the disk of this host is almost full; try again later")


def check_owner(run: RunSnapshot, visitor: str) -> None:
    """Raise `RunError` if this visitor may not pause, resume, stop or delete a run."""
    if limits().hosted and (not visitor or run.owner != visitor):
        raise RunError("only the person who started a run can change or delete it")


def check_time(elapsed: float) -> None:
    """Raise `TimeUp` once a run has trained for as long as a host allows."""
    caps = limits()
    if caps.hosted and elapsed > caps.run_seconds:
        raise TimeUp(f"the training time allowed here, {caps.run_seconds:.0f} s, is used up")


def free_bytes(store: RunStore) -> int:
    """Return the free space of the disk that holds the runs."""
    store.root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(store.root).free
