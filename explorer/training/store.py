"""The only way in and out of `runs/`: one folder a run, one lock for all that changes hands.

runs/ID/run.json        what was asked for: name, source, owner
        spec.json       the network
        recipe.json     how it is trained
        state.json      where it stands (under the lock)
        control.json    what it should do: run, pause or stop
        metrics.jsonl   the curve, append-only
        checkpoint.npz  weights, optimizer and position
        epochs/N.npz    confusion matrix and mistakes
        batch.npz       a recent batch with predictions
        model.keras     the trained network, or what it had learnt when it was paused or stopped
        log.txt         what the processes printed
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from explorer.training import processes
from explorer.training.errors import RunError, TrainingError
from explorer.training.files import LineWriter, read_json, read_lines, write_json
from explorer.training.history import History, history_csv, read_history
from explorer.training.pictures import BatchView, EpochView, read_batch, read_epoch
from explorer.training.recipe import Recipe
from explorer.training.snapshot import ACTIVE, RunSnapshot, RunState, snapshot_of
from resnext import ResNeXtSpec

_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
_LEFT = re.compile(rf"\.(deleted-)?{_ID.pattern}")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they turn the text around them
MAX_NAME = 100
SWEEP_SECONDS = 3600.0
MODEL = "model.keras"
# Freed when the disk is full, so that the reason can still be written.
BALLAST_BYTES = 256 * 1024


def default_runs() -> Path:
    """Where runs are kept unless told otherwise: RESNEXT_RUNS, or ``runs`` here."""
    return Path(os.environ.get("RESNEXT_RUNS") or "runs")


class RunStore:
    """The runs of one folder, shared by every session and process that opens it."""

    def __init__(self, root: Path | str = "runs") -> None:
        self.root = Path(root)
        self._histories: dict[str, tuple[int, History]] = {}

    def create(
        self,
        spec: ResNeXtSpec,
        recipe: Recipe,
        source: str,
        name: str | None = None,
        owner: str = "",
    ) -> str:
        """Lay out a new run, queued, and return its id. `scheduler.start` also starts it.

        Raises:
            RunError: The name is too long, or no line of text.
        """
        label = (name or spec.name).strip()
        if len(label) > MAX_NAME or any(_is_odd(sign) for sign in label):
            raise RunError(f"a run's name must be one line of {MAX_NAME} characters at most")
        run = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        self.root.mkdir(parents=True, exist_ok=True)
        about = {"id": run, "name": label, "source": source, "owner": owner}
        draft = self.root / f".{run}"
        try:
            (draft / "epochs").mkdir(parents=True)
            write_json(draft / "spec.json", spec.to_dict())
            write_json(draft / "recipe.json", recipe.to_dict())
            write_json(draft / "run.json", {**about, "created": time.time()})
            write_json(draft / "control.json", {"want": "run"})
            _load_ballast(draft)
            with self.locked():
                state = RunState("queued", place=self._next_place())
                write_json(draft / "state.json", state.to_dict())
                draft.rename(self.root / run)  # so that nobody ever sees half a run
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return run

    def ids(self) -> list[str]:
        """Return the ids of all runs, newest first."""
        if not self.root.is_dir():
            return []
        return sorted((p.name for p in self.root.iterdir() if _ID.fullmatch(p.name)), reverse=True)

    def list(self) -> list[RunSnapshot]:
        """Return what can be read of every run, newest first."""
        snapshots = []
        for run in self.ids():
            try:
                snapshots.append(self.snapshot(run))
            except TrainingError:
                continue  # deleted meanwhile, or damaged: see `damaged`
        return snapshots

    def damaged(self, known: Iterable[RunSnapshot] = ()) -> dict[str, str]:
        """Return why each of the runs that cannot be read cannot, by its id.

        Args:
            known: Those that `list` has just read.
        """
        reasons = {}
        for run in sorted({*self.ids()} - {snapshot.id for snapshot in known}):
            try:
                self.snapshot(run)
            except TrainingError as error:
                if (self.root / run).is_dir():
                    reasons[run] = str(error)
        return reasons

    def snapshot(self, run: str) -> RunSnapshot:
        """Return where a run stands.

        Raises:
            RunError: There is no such run, or its files are damaged.
        """
        folder = self.folder(run)
        try:
            about = read_json(folder / "run.json")
            spec = ResNeXtSpec.from_dict(read_json(folder / "spec.json"))
            recipe = Recipe.from_dict(read_json(folder / "recipe.json"))
            state = RunState.from_dict(read_json(folder / "state.json"))
            control = read_json(folder / "control.json")
            model = (folder / MODEL).exists()
            return snapshot_of(about, spec, recipe, state, control, self._history(run), model)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise RunError(f"run {run} cannot be read: {error}") from None

    def request(self, run: str, want: str) -> None:
        """Ask a run to `pause`, `resume` or `stop`; the next `tick` or the run itself obeys.

        Raises:
            RunError: It cannot do that in its present state.
        """
        if want not in ("pause", "resume", "stop"):
            raise RunError(f"a run can be asked to pause, resume or stop; received {want!r}")
        with self.locked():
            folder, state = self.folder(run), self.state(run)
            if want == "resume":
                if state.state == "finished":
                    raise RunError("this run is finished; there is nothing to resume")
                write_json(folder / "control.json", {"want": "run"})
                _load_ballast(folder)
                if state.state not in ("queued", *ACTIVE):
                    self.set_state(run, RunState("queued", place=self._next_place()))
                return
            if state.state not in ("queued", "paused", *ACTIVE):
                raise RunError(f"this run is {state.state}; it cannot {want}")
            write_json(folder / "control.json", {"want": want})
            if state.state not in ACTIVE:
                self.set_state(run, RunState("paused" if want == "pause" else "stopped"))

    def delete(self, run: str) -> None:
        """Remove a run and all its files; one that runs is ended first."""
        with self.locked():
            folder, state = self.folder(run), RunState("failed")
            with contextlib.suppress(RunError):  # damaged; if it runs, it ends with its folder
                state = self.state(run)
            self._keep_account(run)
            processes.kill(state.worker, state.worker_identity)
            processes.kill(state.trainer, state.trainer_identity)
            doomed = self.root / f".deleted-{folder.name}"
            folder.rename(doomed)
            self._histories.pop(run, None)
        for _ in range(20):  # a dying process may still be writing its last file
            shutil.rmtree(doomed, ignore_errors=True)
            if not doomed.exists():
                return
            time.sleep(0.1)

    def sweep(self) -> None:
        """Remove what a kill in the middle of `create` or `delete` has left; under `locked`."""
        before = time.time() - SWEEP_SECONDS
        for path in self.root.glob(".*"):
            if _LEFT.fullmatch(path.name) and path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)

    def deleted(self) -> Iterator[tuple[str, float, float]]:
        """Yield owner, seconds trained and time of creation of deleted runs that had an owner."""
        for record in read_lines(self.root / ".deleted.jsonl"):
            with contextlib.suppress(KeyError, ValueError, TypeError):
                yield str(record["owner"]), float(record["seconds"]), float(record["created"])

    def tick(self) -> None:
        """Reap runs that died and start those whose turn has come."""
        from explorer.training import scheduler

        scheduler.tick(self)

    def export_csv(self, run: str) -> str:
        """Return the whole history as CSV."""
        self.folder(run)
        return history_csv(self._history(run))

    def model_path(self, run: str) -> Path | None:
        """Return the `.keras` file of a run that ended or was paused, or None if there is none."""
        path = self.folder(run) / MODEL
        return path if path.exists() else None

    def batch(self, run: str) -> BatchView | None:
        """Return a recent training batch with the network's predictions."""
        return read_batch(self.folder(run) / "batch.npz")

    def epoch(self, run: str, number: int | None = None) -> EpochView | None:
        """Return the confusion matrix and mistakes of an epoch from 1; None is the last."""
        epochs = self._history(run).epochs
        if number is None:
            number = len(epochs)
        return read_epoch(self.folder(run) / "epochs" / f"{number}.npz")

    def log(self, run: str) -> str:
        """Return the end of what the run's processes printed."""
        try:
            data = (self.folder(run) / "log.txt").read_bytes()
        except FileNotFoundError:
            return ""
        return data[-20_000:].decode("utf-8", "replace")

    def folder(self, run: str) -> Path:
        """Return a run's folder.

        Raises:
            RunError: There is no such run.
        """
        folder = self.root / run
        if not _ID.fullmatch(run) or not folder.is_dir():
            raise RunError(f"there is no run {run!r}")
        return folder

    def state(self, run: str) -> RunState:
        """Return the recorded state, which a run that died may have outlived."""
        try:
            return RunState.from_dict(read_json(self.folder(run) / "state.json"))
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"run {run} cannot be read: {error}") from None

    def set_state(self, run: str, state: RunState) -> None:
        """Record a state. Call it under `locked`."""
        write_json(self.folder(run) / "state.json", state.to_dict())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the whole folder, across threads and processes."""
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / ".lock", timeout=30):
            yield

    def _keep_account(self, run: str) -> None:
        """Note what a run with an owner has used, so that deleting it gives no time back."""
        with contextlib.suppress(RunError, OSError):  # a full disk must not keep it from going
            gone = self.snapshot(run)
            if gone.owner:
                lines = LineWriter(self.root / ".deleted.jsonl")
                lines.write(
                    {"owner": gone.owner, "seconds": gone.duration, "created": gone.created}
                )
                lines.close()

    def _next_place(self) -> int:
        places = []
        for run in self.ids():
            try:
                places.append(self.state(run).place)
            except RunError:
                continue
        return max(places, default=0) + 1

    def _history(self, run: str) -> History:
        """Return the curve, read again only when its file has grown."""
        path = self.folder(run) / "metrics.jsonl"
        size = path.stat().st_size if path.exists() else 0
        known = self._histories.get(run)
        if known is None or known[0] != size:
            known = (size, read_history(read_lines(path)))
            self._histories[run] = known
        return known[1]


def _is_odd(sign: str) -> bool:
    """Whether a sign is no part of a line of text: control, separator, surrogate, direction."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or bool(_BIDI.match(sign))


def _load_ballast(folder: Path) -> None:
    with contextlib.suppress(OSError):
        (folder / "ballast").write_bytes(b"\1" * BALLAST_BYTES)


def wanted(folder: Path) -> str:
    """Return what a run should do: `run`, `pause` or `stop`; `stop` if its folder is gone."""
    try:
        want: Any = read_json(folder / "control.json").get("want")
    except OSError:
        return "run" if folder.is_dir() else "stop"
    except ValueError:
        return "run"
    return want if want in ("pause", "stop") else "run"
