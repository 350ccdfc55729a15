"""Reading the runs of one folder, which needs no lock."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from explorer.jobs.files import read_json, read_lines
from explorer.jobs.text import sentence
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.folder import MODEL, is_name, is_run
from explorer.training.runs.history import History, history_csv, read_history
from explorer.training.runs.pictures import BatchView, EpochView, read_batch, read_epoch
from explorer.training.runs.snapshot import RunSnapshot, snapshot_of
from explorer.training.runs.state import RunState
from resnext import ResNeXtSpec
from resnext.errors import UserError


class RunReader:
    """The runs of one folder as they are now; a run is known by its id, the name of its folder."""

    def __init__(self, root: Path | str = "runs") -> None:
        self.root = Path(root)
        self._histories: dict[str, tuple[int, History]] = {}

    def ids(self) -> list[str]:
        """Return the ids of all runs, newest first."""
        if not self.root.is_dir():
            return []
        return sorted((path.name for path in self.root.iterdir() if is_run(path)), reverse=True)

    def list(self) -> list[RunSnapshot]:
        """Return a snapshot of every run that can be read, newest first."""
        snapshots = []
        for run in self.ids():
            with contextlib.suppress(UserError):  # deleted meanwhile, or damaged: see `damaged`
                snapshots.append(self.snapshot(run))
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
        folder = self.folder(run)
        try:
            about = read_json(folder / "run.json")
            spec = ResNeXtSpec.from_dict(read_json(folder / "spec.json"))
            recipe = Recipe.from_dict(read_json(folder / "recipe.json"))
            state = self.state(run)
            control = read_json(folder / "control.json")
            model, history = (folder / MODEL).is_file(), self._history(run)
            return snapshot_of(run, about, spec, recipe, state, control, history, model)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunError(f"run {run} cannot be read: {sentence(error)}") from None

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
        if not is_name(run) or not is_run(folder):
            raise RunError(f"there is no run {run!r}")
        return folder

    def state(self, run: str) -> RunState:
        """Return the recorded state; `RunState.is_dead` says whether it is still true.

        Raises:
            RunError: There is no such run, or its state cannot be read.
        """
        try:
            return RunState.from_dict(read_json(self.folder(run) / "state.json")).of(run)
        except (OSError, ValueError) as error:
            raise RunError(f"run {run} cannot be read: {sentence(error)}") from None

    def _history(self, run: str) -> History:
        """Return the curve, read again only when its file has grown."""
        path = self.folder(run) / "metrics.jsonl"
        size = path.stat().st_size if path.exists() else 0
        known = self._histories.get(run)
        if known is None or known[0] != size:
            known = (size, read_history(read_lines(path)))
            self._histories[run] = known
        return known[1]
