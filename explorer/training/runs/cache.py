"""What was read from a run's files is kept until a file changes; a summary spares the curve.

A file is known by its identity, size and time of change. Files are replaced, not written over, so
that each change gives another identity; only within `SETTLED` after a change could two changes
look the same, and until then a file is read each time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from explorer.jobs.files import read_json, write_json
from explorer.training.runs.checks import checked
from explorer.training.runs.history import Epoch, Facts, History, Point

Value = TypeVar("Value")
Stamp = tuple[int, int, int]
SETTLED = 2 * 10**9  # nanoseconds; clocks of file systems tick in milliseconds, at worst in seconds
SUMMARY = "summary.json"
LAST_POINTS = 10  # of the curve, in a summary: speed, progress and time left follow from them
VERSION = 1


class Kept(Generic[Value]):
    """A value for each run, read again when one of its files has changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Stamp | None, ...], Value]] = {}

    def get(self, run: str, paths: Iterable[str], read: Callable[[], Value]) -> Value:
        """The value that was read from these files, as they are now.

        Args:
            run: What it is kept by.
            paths: The files; one may be missing.
            read: Reads it. What it raises is raised, and nothing is kept.
        """
        stamps = tuple(map(stamp, paths))
        known = self._kept.get(run)
        if known is not None and known[0] == stamps:
            return known[1]
        value = read()
        if settled(stamps):
            self._kept[run] = stamps, value
        else:
            self._kept.pop(run, None)
        return value

    def forget(self, run: str) -> None:
        """Drop what is kept of a run."""
        self._kept.pop(run, None)

    def keep_only(self, runs: set[str]) -> None:
        """Drop what is kept of other runs."""
        for run in self._kept.keys() - runs:
            self._kept.pop(run, None)


def stamp(path: str) -> Stamp | None:
    """Identity, size and time of change of a file; None if it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def settled(stamps: Iterable[Stamp | None]) -> bool:
    """Whether all of these changes are long enough ago that the next one looks different."""
    latest = max((each[2] for each in stamps if each), default=0)
    return time.time_ns() - latest > SETTLED


@dataclass(frozen=True)
class _Summary:
    """What `summary.json` holds besides the measurements.

    Attributes:
        version: `VERSION`.
        size: Of the curve's file.
        changed: Its time of change, nanoseconds since 1970, as text: it has more digits than a
            number of JSON keeps everywhere.
        attempts: As of a history.
        started: 1 if the run has trained since the last of these.
    """

    version: int
    size: int
    changed: str
    attempts: int
    started: int


def shortened(history: History) -> History:
    """A history without its curve: all epochs, and the last few points."""
    return replace(history, points=history.points[-LAST_POINTS:])


def read_summary(folder: Path, curve: Stamp) -> History | None:
    """The shortened history of a run whose curve has this stamp, or None if there is none."""
    try:
        values = read_json(folder / SUMMARY)
        about = _Summary(**checked(values, _Summary))
        if (about.version, about.size, about.changed) != (VERSION, curve[1], str(curve[2])):
            return None
        return History(
            tuple(Point(**checked(each, Point)) for each in values["points"]),
            tuple(Epoch(**checked(each, Epoch)) for each in values["epochs"]),
            Facts(**checked(values["facts"], Facts)),
            about.attempts,
            bool(about.started),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_summary(folder: Path, curve: Stamp, history: History) -> None:
    """Write the shortened history of a run that rests, whose curve has this stamp.

    It can be made again, so it does no harm if it cannot be written.
    """
    if not settled([curve]):
        return
    about = _Summary(VERSION, curve[1], str(curve[2]), history.attempts, int(history.started))
    values: dict[str, Any] = {
        **asdict(about),
        "facts": asdict(history.facts),
        "epochs": [asdict(epoch) for epoch in history.epochs],
        "points": [asdict(point) for point in history.points],
    }
    with contextlib.suppress(OSError):
        write_json(folder / SUMMARY, values, durable=False)
