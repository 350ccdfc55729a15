"""Starting and resuming runs. There is no daemon: every caller of `tick` advances the queue."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Sequence
from pathlib import Path

from explorer.jobs import processes
from explorer.jobs.text import sentence
from explorer.training.data import open_source
from explorer.training.data.errors import DataError
from explorer.training.data.sources import CIFAR10, WORDS, cached_cifar10
from explorer.training.engine.device import xla_asked
from explorer.training.engine.errors import RunError, TimeUp
from explorer.training.engine.recipe import Recipe
from explorer.training.engine.tensorboard import check_tensorboard
from explorer.training.runs import hosts
from explorer.training.runs.launchers import CORES_PER_RUN, SLURM, Launcher, launcher_name
from explorer.training.runs.leases import Holder, holder, late_seconds, newest, take
from explorer.training.runs.quotas import check_resume, check_start, check_turn, whole_number
from explorer.training.runs.state import ACTIVE, LOCAL, VANISHED, RunState
from explorer.training.runs.store import RunStore
from explorer.training.runs.uploads import check_source
from resnext import ResNeXtSpec

READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class AlreadyWaits(RunError):
    """A run need not be resumed: its launcher starts it as soon as it can."""


def max_runs() -> int:
    """Return how many runs may train at once: RESNEXT_MAX_RUNS, or one for each four cores.

    Raises:
        RunError: The variable is not a whole number from 1.
    """
    # So that the page stays quick; one run on smaller machines.
    return whole_number("RESNEXT_MAX_RUNS") or max(1, (os.cpu_count() or 1) // CORES_PER_RUN)


def start(
    store: RunStore,
    spec: ResNeXtSpec,
    recipe: Recipe,
    source: str,
    name: str | None = None,
    on: str | None = None,
) -> str:
    """Start one run, or queue it if there is no room, as `start_all` does; return its id."""
    return start_all(store, [(spec, name)], recipe, source, on=on)[0]


def start_all(
    store: RunStore,
    networks: Sequence[tuple[ResNeXtSpec, str | None]],
    recipe: Recipe,
    source: str,
    owner: str = "",
    address: str = "",
    on: str | None = None,
) -> list[str]:
    """Queue a run for each network, all or none, and start those for which there is room.

    Args:
        store: Where they are kept.
        networks: Specs, and the runs' names or None.
        recipe: How all are trained.
        source: Where the data come from; see `explorer.training.data.open_source`.
        owner: The visitor of a hosted app who starts them.
        address: Code of the network address that the visitor came from, or "".
        on: Who starts them: local, ray, ray://ADDRESS or slurm; by default RESNEXT_LAUNCHER.

    Returns:
        Their ids, in the order of `networks`.

    Raises:
        DataError: The source is not there, or does not fit a network.
        RunError: A name is too long or not one line of text, a quota is used up, TensorBoard is
            missing, RESNEXT_MAX_RUNS or RESNEXT_LEASE_SECONDS is wrong, or the launcher cannot
            start them.
        UserError: RESNEXT_XLA is wrong.
    """
    launcher = ready(store, on)
    check_source(store, source, owner)  # before anything in it is opened
    check_fit([spec for spec, _ in networks], source)
    if source not in WORDS:
        source = str(Path(source).expanduser().resolve())  # the trainer may run in another folder
    if recipe.tensorboard:
        check_tensorboard()

    def admit() -> None:
        check_source(store, source, owner)  # an upload may have been removed meanwhile
        check_start(store, owner, len(networks), address)

    runs = store.create_all(networks, recipe, source, owner, address, admit, launcher.name)
    _start(store, runs, launcher)
    return runs


def resume(store: RunStore, run: str, on: str | None = None) -> None:
    """Continue a run that was paused or stopped, failed, was killed, or is not heard of.

    Args:
        store: Where it is kept.
        run: Its id.
        on: Who starts it, as in `start_all`.

    Raises:
        AlreadyWaits: The launcher is about to start it.
        RunError: There is no such run, it is finished, a quota is used up, or the launcher cannot
            start it, or RESNEXT_LEASE_SECONDS is wrong.
        UserError: RESNEXT_XLA is wrong.
    """
    check_settings()
    launcher = launcher_of(on)
    tick(store)  # the state of one whose process is gone still says that it runs
    state = store.state(run)
    if state.launcher == launcher.name != LOCAL and state.state in ("queued", *ACTIVE):
        if launcher.alive(store, run):
            raise AlreadyWaits(
                f"{launcher.name} starts this run as soon as there is a place for it"
            )
    elif launcher.name != LOCAL:
        launcher.check(store)
    store.request(run, "resume", lambda snapshot: check_resume(store, snapshot), launcher.name)
    if state.launcher != launcher.name:
        _forget(store, run, state)
    _start(store, [run], launcher)


def ready(store: RunStore, on: str | None = None) -> Launcher:
    """Return the launcher of this name, once it and the settings are found to be right.

    Raises:
        RunError: It cannot start runs of this folder, or RESNEXT_LEASE_SECONDS is wrong.
        UserError: RESNEXT_XLA is wrong.
    """
    check_settings()
    launcher = launcher_of(on)
    launcher.check(store)
    return launcher


def check_settings() -> None:
    """Raise `UserError` if a variable of the environment is wrong without which no run starts."""
    late_seconds()
    xla_asked()


def halt(store: RunStore, run: str, want: str) -> None:
    """Ask a run to `pause` or `stop`, as `RunStore.request` does, wherever it waits or trains."""
    before = store.state(run)
    store.request(run, want)
    _forget(store, run, before)


def _forget(store: RunStore, run: str, before: RunState) -> None:
    """Let the launcher forget a run that waited for it."""
    if before.state != "queued" or before.launcher == LOCAL:
        return
    with contextlib.suppress(RunError):  # then its task finds the run stopped, and ends
        # Of a Ray cluster only the environment knows the address.
        launcher = launcher_of(SLURM if before.launcher == SLURM else None)
        if launcher.name == before.launcher:
            launcher.cancel(store, run)


def launcher_of(given: str | None = None) -> Launcher:
    """Return the launcher of this name, by default the one that RESNEXT_LAUNCHER names.

    Raises:
        RunError: There is none of this name, or what it needs is not installed.
    """
    name = launcher_name(given)
    if name == LOCAL:
        return LocalLauncher()
    if name == SLURM:
        from explorer.training.runs.slurm_launcher import SlurmLauncher

        return SlurmLauncher()
    from explorer.training.runs.ray_launcher import RayLauncher

    return RayLauncher(name)


class LocalLauncher:
    """The queue of this host, which `tick` advances."""

    name = LOCAL

    def check(self, store: RunStore) -> None:
        """Raise `RunError` if RESNEXT_MAX_RUNS is wrong."""
        max_runs()

    def start(self, store: RunStore, runs: Sequence[str]) -> None:
        """Start what there is room for."""
        tick(store)

    def cancel(self, store: RunStore, run: str) -> None:
        """Do nothing: a run that is not queued is not started."""

    def alive(self, store: RunStore, run: str) -> bool:
        """Return whether the run is queued or at work."""
        return store.snapshot(run).state in ("queued", *ACTIVE)


def _start(store: RunStore, runs: Sequence[str], launcher: Launcher) -> None:
    queued = [run for run in runs if store.state(run).state == "queued"]
    try:
        launcher.start(store, queued)
    except RunError as error:
        with store.locked():
            for run in queued:
                store.set_state(run, RunState("failed", str(error)))
        raise


def check_fit(specs: Sequence[ResNeXtSpec], source: str) -> None:
    """Raise `DataError` if one of these networks cannot learn from a source; downloads nothing."""
    title, classes = "CIFAR-10", 10
    if source != CIFAR10 or cached_cifar10() is not None:
        info = open_source(source)
        title, classes = info.title, len(info.class_names)
    for spec in specs:
        if not spec.include_top:
            raise DataError("a network without its classifier cannot be trained on classes")
        if spec.classes != classes:
            raise DataError(
                f"{title} has {classes} classes and the network has {spec.classes}: "
                f"set the network's classes to {classes}"
            )
        if spec.input_shape[2] not in (1, 3):
            raise DataError(f"the network's input must have 1 or 3 channels: {spec.input_shape[2]}")


def tick(store: RunStore) -> None:
    """Mark runs whose process is gone as failed, and start the next ones in this host's queue.

    In a folder that cannot be written to it does nothing, so that its runs can still be seen.

    Raises:
        RunError: RESNEXT_MAX_RUNS is wrong.
    """
    if not store.ids():
        return
    try:
        _tick(store)
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise


def _tick(store: RunStore) -> None:
    with store.locked():
        store.sweep()
        states = {}
        for run in store.ids():
            try:
                state, found = store.look(run)
                if state.as_seen(found).state == "failed" != state.state:
                    state = _give_up(store, run, state)
            except RunError:
                continue
            if state.launcher == LOCAL and state.host in ("", hosts.this_host().name):
                states[run] = state
        room = max_runs() - sum(state.state in ACTIVE for state in states.values())
        queue = sorted((s.place, run) for run, s in states.items() if s.state == "queued")
        for _, run in queue[: max(0, room)]:
            _launch(store, run, states[run])


def _give_up(store: RunStore, run: str, state: RunState) -> RunState:
    """Record that a run's process is gone; its trainer may outlive it by a moment."""
    folder = store.folder(run)
    state.kill()
    if newest(folder) > state.after:
        take(folder, store.clock, released=True)
    store.set_state(run, RunState("failed", VANISHED))
    return store.state(run)


def _launch(store: RunStore, run: str, state: RunState) -> None:
    folder = store.folder(run)
    try:
        attempts, after = store.snapshot(run).attempts, newest(folder)
        if holder(folder, store.clock) in (Holder.HERE, Holder.HEARD):
            return  # it is ending, or somebody else was first
        check_turn(store)
        process = processes.spawn(
            "explorer.training.runs.supervisor", folder.resolve(), folder / "log.txt", detached=True
        )
    except TimeUp as error:
        store.set_state(run, RunState("stopped", str(error)))
        return
    except RunError as error:
        store.set_state(run, RunState("failed", str(error)))
        return
    except OSError as error:
        reason = f"its process could not be started ({sentence(error)})"
        store.set_state(run, RunState("failed", reason))
        return
    processes.collect_later(process)
    identity = processes.identity(process.pid)
    try:
        here = hosts.this_host()
        started = RunState(
            "starting",
            place=state.place,
            worker=process.pid,
            worker_identity=identity,
            attempts=attempts,
            host=here.name,
            space=here.space,
            after=after,
        )
        store.set_state(run, started)
    except BaseException:
        process.kill()  # else the run stays queued, and a second supervisor is started for it
        raise
