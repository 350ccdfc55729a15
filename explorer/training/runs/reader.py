"""Reading the runs of one folder, which needs no lock."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from explorer.jobs import processes
from explorer.jobs.files import read_json, read_lines
from explorer.jobs.text import sentence
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import hosts
from explorer.training.runs.cache import (
    Kept,
    Stamp,
    read_summary,
    settled,
    shortened,
    stamp,
    write_summary,
)
from explorer.training.runs.folder import ID, MODEL, is_name, is_run
from explorer.training.runs.history import History, history_csv, read_history
from explorer.training.runs.hosts import FolderClock
from explorer.training.runs.leases import (
    LATE_SECONDS,
    Holder,
    heard_within,
    holder,
    newest,
)
from explorer.training.runs.pictures import BatchView, EpochView, read_batch, read_epoch
from explorer.training.runs.snapshot import RunSnapshot, snapshot_of
from explorer.training.runs.state import ACTIVE, RunState
from resnext import ResNeXtSpec
from resnext.errors import UserError

# What was asked for (`run.json`), network, recipe, `control.json`, and whether there is a model.
Asked = tuple[dict[str, Any], ResNeXtSpec, Recipe, dict[str, Any], bool]
# Our own files are replaced or created, which changes the time of their folder; what a person has
# written over is seen after these seconds at the latest.
CHECK_SECONDS = 5.0
ASKED = ("run.json", "spec.json", "recipe.json", "control.json", MODEL)


class RunReader:
    """The runs of one folder as they are now; a run is known by its id, the name of its folder.

    What was read is kept, and a file is read again only when it has changed: see `cache`.
    """

    def __init__(self, root: Path | str = "runs") -> None:
        self.root = Path(root)
        self.clock = FolderClock(self.root)
        self._histories: dict[str, tuple[int, History]] = {}
        self._short: dict[str, tuple[Stamp, History]] = {}
        self._states: Kept[RunState] = Kept()
        self._asked: Kept[Asked] = Kept()
        self._resting: dict[str, tuple[Asked, RunState, History, RunSnapshot]] = {}
        self._rested: dict[str, tuple[tuple[Stamp | None, ...], float, RunSnapshot]] = {}

    def ids(self) -> list[str]:
        """Return the ids of all runs, newest first."""
        try:
            with os.scandir(self.root) as entries:
                found = [entry.name for entry in entries if _is_run(entry)]
        except FileNotFoundError:
            return []
        return sorted(found, reverse=True)

    def list(self) -> list[RunSnapshot]:
        """Return a snapshot of every run that can be read, newest first, without its curve.

        Of `points` it has the last few only; `snapshot` returns all of them.
        """
        snapshots, known = [], self.ids()
        for run in known:
            with contextlib.suppress(UserError):  # deleted meanwhile, or damaged: see `damaged`
                snapshots.append(self._snapshot(run, whole=False))
        self._forget_all_but({*known})
        return snapshots

    def damaged(self, known: Iterable[RunSnapshot] = ()) -> dict[str, str]:
        """Return the runs that cannot be read, by id, each with the reason.

        Args:
            known: Runs that `list` has just read.
        """
        reasons = {}
        for run in sorted({*self.ids()} - {snapshot.id for snapshot in known}):
            try:
                self.snapshot(run)
            except UserError as error:
                if (self.root / run).is_dir():
                    reasons[run] = str(error)
        return reasons

    def snapshot(self, run: str) -> RunSnapshot:
        """Return a run as it is now.

        Raises:
            RunError: There is no such run, or its files are damaged.
        """
        return self._snapshot(run, whole=True)

    def _snapshot(self, run: str, whole: bool) -> RunSnapshot:
        base = f"{self.root}{os.sep}{run}{os.sep}"
        looks = () if whole else (stamp(base), stamp(f"{base}metrics.jsonl"))
        rested = self._rested.get(run)
        if looks and rested and rested[0] == looks and time.monotonic() < rested[1]:
            return rested[2]
        folder = self.folder(run)
        try:
            asked = self._asked.get(run, [base + n for n in ASKED], lambda: _read_asked(folder))
            state = RunState.as_seen(*self.look(run))
            history = self._history(run) if whole else self._short_history(folder, state)
            known = self._resting.get(run)
            if known and known[0] is asked and known[1] == state and known[2] is history:
                self._rest(run, looks, known[3])
                return known[3]
            about, spec, recipe, control, model = asked
            found = snapshot_of(run, about, spec, recipe, state, control, history, model)
            if not whole and state.state not in ACTIVE:
                self._resting[run] = asked, state, history, found
                self._rest(run, looks, found)
            return found
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunError(f"run {run} cannot be read: {sentence(error)}") from None

    def _rest(self, run: str, looks: tuple[Stamp | None, ...], found: RunSnapshot) -> None:
        """Keep what a list shows of a run until its folder or its curve changes."""
        if looks and settled(looks) and self.state(run).state not in ACTIVE:
            self._rested[run] = looks, time.monotonic() + CHECK_SECONDS, found

    def owner(self, run: str) -> str:
        """Return who started a run, which may be damaged; "" if that is not known."""
        try:
            return str(read_json(self.folder(run) / "run.json").get("owner", ""))
        except (OSError, ValueError, RunError):
            return ""

    def export_csv(self, run: str) -> str:
        """Return the whole history as CSV."""
        return history_csv(self._history(run), self.snapshot(run).data_name)

    def model_path(self, run: str) -> Path | None:
        """Return the `.keras` file of a run that ended or was paused, or None if there is none."""
        path = self.folder(run) / MODEL
        return path if path.is_file() else None

    def batch(self, run: str) -> BatchView | None:
        """Return a recent training batch with the network's predictions, or None."""
        return read_batch(self.folder(run) / "batch.npz")

    def epoch(self, run: str, number: int | None = None) -> EpochView | None:
        """Return the confusion matrix and mistakes of an epoch, from 1; by default the last."""
        number = len(self._history(run).epochs) if number is None else number
        return read_epoch(self.folder(run) / "epochs" / f"{number}.npz")

    def log(self, run: str) -> str:
        """Return the end of what the run's processes printed."""
        try:
            data = (self.folder(run) / "log.txt").read_bytes()
        except OSError:
            return ""
        return data[-20_000:].decode("utf-8", "replace")

    def folder(self, run: str) -> Path:
        """Return a run's folder.

        Raises:
            RunError: There is no such run.
        """
        folder = self.root / run
        usual = ID.fullmatch(run) and os.path.isdir(folder)  # said at once, as lists ask for each
        if not usual and not (is_name(run) and is_run(folder)):
            raise RunError(f"there is no run {run!r}")
        return folder

    def state(self, run: str) -> RunState:
        """Return the recorded state; `look` says whether it is still true.

        Raises:
            RunError: There is no such run, or its state cannot be read.
        """
        path = self.folder(run) / "state.json"

        def read() -> RunState:
            return RunState.from_dict(read_json(path)).of(run)

        try:
            return self._states.get(run, [str(path)], read)
        except (OSError, ValueError) as error:
            raise RunError(f"run {run} cannot be read: {sentence(error)}") from None

    def look(self, run: str) -> tuple[RunState, Holder]:
        """Return the recorded state, and what is known of the process that should be at work.

        Raises:
            RunError: There is no such run, or its state cannot be read.
        """
        state = self.state(run)
        while state.state in ACTIVE:
            found = self._found(self.folder(run), state)
            if found in (Holder.HERE, Holder.HEARD):
                return state, found
            before, state = state, self.state(run)
            if state == before:  # else it ended after it had been read
                return state, found
        return state, Holder.NONE

    def _found(self, folder: Path, state: RunState) -> Holder:
        """What is known of the process of a run whose recorded state is active."""
        try:
            if newest(folder) > state.after:
                return holder(folder, self.clock)
            # It has just been started, or by an earlier version of this program.
            if state.space in ("", hosts.this_host().space):
                alive = processes.is_alive(state.worker, state.worker_identity)
                return Holder.HERE if alive else Holder.DEAD
            heard = heard_within(folder / "state.json", LATE_SECONDS, self.clock)
            return Holder.HEARD if heard else Holder.LATE
        except OSError as error:
            raise RunError(f"run {folder.name} cannot be read: {sentence(error)}") from None

    def _history(self, run: str) -> History:
        """Return the curve, read again only when its file has grown."""
        path = self.folder(run) / "metrics.jsonl"
        size = path.stat().st_size if path.exists() else 0
        known = self._histories.get(run)
        if known is None or known[0] != size:
            known = (size, read_history(read_lines(path)))
            self._histories[run] = known
        return known[1]

    def _short_history(self, folder: Path, state: RunState) -> History:
        """Return the history without its curve; of a run that rests from its summary."""
        run, path = folder.name, folder / "metrics.jsonl"
        curve = stamp(str(path))
        if curve is None:
            return _NOTHING
        known = self._short.get(run)
        if known is not None and known[0] == curve:
            return known[1]
        whole = self._histories.get(run)
        if state.state in ACTIVE or (whole is not None and whole[0] == curve[1]):
            history = shortened(self._history(run))
        elif (summary := read_summary(folder, curve)) is not None:
            history = summary
        else:
            history = shortened(read_history(read_lines(path)))
            write_summary(folder, curve, history)
        self._short[run] = curve, history
        return history

    def _forget_all_but(self, runs: set[str]) -> None:
        """Drop what is kept of runs that are gone."""
        self._states.keep_only(runs)
        self._asked.keep_only(runs)
        for kept in (self._histories, self._short, self._resting, self._rested):
            for run in kept.keys() - runs:
                kept.pop(run, None)


_NOTHING = History()  # one object, by which `_resting` knows it again


def _is_run(entry: os.DirEntry[str]) -> bool:
    """As `is_run`, without a look at the file system for folders with a usual name."""
    if ID.fullmatch(entry.name):
        return entry.is_dir()
    return not entry.name.startswith(".") and is_run(Path(entry.path))


def _read_asked(folder: Path) -> Asked:
    return (
        read_json(folder / "run.json"),
        ResNeXtSpec.from_dict(read_json(folder / "spec.json")),
        Recipe.from_dict(read_json(folder / "recipe.json")),
        read_json(folder / "control.json"),
        (folder / MODEL).is_file(),
    )
