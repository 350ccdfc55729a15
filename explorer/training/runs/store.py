"""Changing the runs of one folder: created, asked, shared and deleted under one lock."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from explorer.jobs.files import read_json, write_json
from explorer.jobs.text import is_one_line
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import hosts
from explorer.training.runs.folder import ID, keep_ballast
from explorer.training.runs.leases import Held, Holder, take
from explorer.training.runs.reader import RunReader
from explorer.training.runs.snapshot import MAX_NAME, RunSnapshot
from explorer.training.runs.state import ACTIVE, LOCAL, RunState
from explorer.training.runs.usage import note_deleted
from resnext import ResNeXtSpec

_LEFT = re.compile(rf"\.(deleted-)?{ID.pattern}")
SWEEP_SECONDS = 3600.0


def default_runs() -> Path:
    """Return the usual folder of runs: RESNEXT_RUNS, or ``runs`` in the current folder."""
    return Path(os.environ.get("RESNEXT_RUNS") or "runs")


class RunStore(RunReader):
    """The runs of one folder, shared by every session and process that opens it."""

    def create(
        self,
        spec: ResNeXtSpec,
        recipe: Recipe,
        source: str,
        name: str | None = None,
        owner: str = "",
    ) -> str:
        """Create one queued run, as `create_all` does, and return its id."""
        return self.create_all([(spec, name)], recipe, source, owner)[0]

    def create_all(
        self,
        networks: Sequence[tuple[ResNeXtSpec, str | None]],
        recipe: Recipe,
        source: str,
        owner: str = "",
        address: str = "",
        admit: Callable[[], None] | None = None,
        launcher: str = LOCAL,
    ) -> list[str]:
        """Create a queued run for each network, all or none; `scheduler.start_all` starts them.

        Args:
            networks: Specs, and the runs' names or None.
            recipe: How all are trained.
            source: Where the data come from.
            owner: The visitor of a hosted app who starts them.
            address: Code of the network address that the visitor came from, or "".
            admit: Raises if they may not be created. It is called under the lock, so that
                what it counts cannot change before the runs are there.
            launcher: Who is to start them.

        Returns:
            Their ids, in the order of `networks`.

        Raises:
            RunError: A name is too long, or not one line of text.
        """
        names = [(name or spec.name).strip() for spec, name in networks]
        if any(len(name) > MAX_NAME or not is_one_line(name) for name in names):
            raise RunError(f"a run's name must be one line of {MAX_NAME} characters at most")
        self.root.mkdir(parents=True, exist_ok=True)
        now = time.strftime("%Y%m%d-%H%M%S")
        drafts = {f"{now}-{secrets.token_hex(3)}": network for network in networks}
        request = {"source": source, "owner": owner, "address": address, "created": time.time()}
        try:
            for (run, (spec, _)), name in zip(drafts.items(), names, strict=True):
                draft = self.root / f".{run}"
                (draft / "epochs").mkdir(parents=True)
                write_json(draft / "spec.json", spec.to_dict())
                write_json(draft / "recipe.json", recipe.to_dict())
                write_json(draft / "run.json", {"id": run, "name": name, **request})
                write_json(draft / "control.json", {"want": "run"})
                keep_ballast(draft)
            with self.locked():
                if admit is not None:
                    admit()
                for place, run in enumerate(drafts, start=self._next_place()):
                    state = replace(_queued(place, launcher), folder=run)
                    write_json(self.root / f".{run}" / "state.json", state.to_dict())
                self._publish(list(drafts))
        except BaseException:
            for run in drafts:
                shutil.rmtree(self.root / f".{run}", ignore_errors=True)
            raise
        return list(drafts)

    def share(self, run: str) -> str:
        """Return the token that lets anyone see a run, made if there is none yet."""
        with self.locked():
            path = self.folder(run) / "run.json"
            about = read_json(path)
            token = str(about.get("share") or secrets.token_hex(16))
            write_json(path, {**about, "share": token})
        return token

    def stop_sharing(self, run: str) -> None:
        """Forget a run's token, so that its links no longer work."""
        with self.locked():
            path = self.folder(run) / "run.json"
            write_json(path, {**read_json(path), "share": ""})

    def request(
        self,
        run: str,
        want: str,
        admit: Callable[[RunSnapshot], None] | None = None,
        launcher: str = LOCAL,
    ) -> None:
        """Ask a run to `pause`, `resume` or `stop`; the next `tick` or the run itself obeys.

        Args:
            run: Its id.
            want: What it is asked to do.
            admit: Raises if it may not do that. It is called under the lock.
            launcher: Who is to start it when it resumes.

        One that is not heard of is taken from its host: it stops at once, or can be resumed.

        Raises:
            RunError: It cannot do that in its present state, or was heard of again.
        """
        if want not in ("pause", "resume", "stop"):
            raise RunError(f"a run can be asked to pause, resume or stop; received {want!r}")
        with self.locked():
            folder, (state, found) = self.folder(run), self.look(run)
            if admit is not None:
                admit(self.snapshot(run))
            at_work = found in (Holder.HERE, Holder.HEARD)
            if state.state in ACTIVE and not at_work:
                take(folder, self.clock, released=True)
            if want == "resume":
                if state.state == "finished":
                    raise RunError("this run is finished; there is nothing to resume")
                write_json(folder / "control.json", {"want": "run"})
                keep_ballast(folder)
                again = _queued(self._next_place(), launcher)
                waits = (state.state, state.host, state.launcher)
                if not at_work and waits != (again.state, again.host, again.launcher):
                    self.set_state(run, again)
                return
            if state.state not in ("queued", "paused", *ACTIVE):
                raise RunError(f"this run is {state.state}; it cannot {want}")
            write_json(folder / "control.json", {"want": want})
            if not at_work:
                self.set_state(run, RunState("paused" if want == "pause" else "stopped"))

    def delete(self, run: str) -> None:
        """Remove a run and all its files; its processes are ended first."""
        with self.locked():
            folder = self.folder(run)
            with contextlib.suppress(RunError, OSError):  # damaged, or the disk is full
                note_deleted(self.root, self.snapshot(run))
            with contextlib.suppress(RunError):  # damaged; it ends when its folder is gone
                self.state(run).kill()
            doomed = self.root / f".deleted-{folder.name}"
            folder.rename(doomed)
            self._histories.pop(run, None)
        for _ in range(20):  # a dying process may still be writing its last file
            shutil.rmtree(doomed, ignore_errors=True)
            if not doomed.exists():
                return
            time.sleep(0.1)

    def sweep(self) -> None:
        """Remove what a kill during `create_all` or `delete` has left. Call it under `locked`."""
        before = time.time() - SWEEP_SECONDS
        for path in self.root.glob(".*"):
            if _LEFT.fullmatch(path.name) and path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)

    def set_state(self, run: str, state: RunState, lease: Held | None = None) -> None:
        """Record a state. Call it under `locked`.

        Raises:
            LeaseLost: It was to be recorded under a lease that is lost.
        """
        path, values = self.folder(run) / "state.json", replace(state, folder=run).to_dict()
        write_json(path, values, publish=lease.publish if lease else None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of all runs, across the threads and processes of this host.

        Between hosts, where such locks may not hold, what two must not both do needs the lease.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / ".lock", timeout=30):
            yield

    def _publish(self, runs: Sequence[str]) -> None:
        """Give finished drafts their names, so that nobody ever sees half a run."""
        try:
            for run in runs:
                (self.root / f".{run}").rename(self.root / run)
        except BaseException:
            for run in runs:
                shutil.rmtree(self.root / run, ignore_errors=True)
            raise

    def _next_place(self) -> int:
        places = [0]
        for run in self.ids():
            with contextlib.suppress(RunError):
                places.append(self.state(run).place)
        return max(places) + 1


def _queued(place: int, launcher: str) -> RunState:
    """In the queue of this host, or of a launcher that finds one."""
    host = hosts.this_host().name if launcher == LOCAL else ""
    return RunState("queued", place=place, launcher=launcher, host=host)
