"""Whose turn it is. There is no daemon: whoever calls `tick` moves the queue along."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

from explorer.training import processes
from explorer.training.data import open_source
from explorer.training.data.sources import CIFAR10, SYNTHETIC, cached_cifar10
from explorer.training.errors import DataError, RunError
from explorer.training.hosting import check_resume, check_start
from explorer.training.recipe import Recipe
from explorer.training.snapshot import ACTIVE, VANISHED, RunState
from explorer.training.store import RunStore
from explorer.training.tensorboard import check_tensorboard
from resnext import ResNeXtSpec

READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
CORES_PER_RUN = 4  # so that the page keeps its share; one run on smaller machines


def max_runs() -> int:
    """Return how many runs may train at once: RESNEXT_MAX_RUNS, or one for each four cores.

    Raises:
        RunError: The variable holds no whole number from 1.
    """
    given = os.environ.get("RESNEXT_MAX_RUNS", "")
    if not given:
        return max(1, (os.cpu_count() or 1) // CORES_PER_RUN)
    if not given.isdecimal() or int(given) < 1:
        raise RunError(f"RESNEXT_MAX_RUNS must be a whole number from 1; received {given!r}")
    return int(given)


def start(
    store: RunStore,
    spec: ResNeXtSpec,
    recipe: Recipe,
    source: str,
    name: str | None = None,
    owner: str = "",
) -> str:
    """Queue a new run, start it if there is room, and return its id.

    Raises:
        DataError: The source is not there, or does not fit the network.
        RunError: The name is no line of text, a host's limits are reached, TensorBoard is
            missing, or RESNEXT_MAX_RUNS is no number.
    """
    max_runs()
    check_start(store, source, owner)
    check_fit(spec, source)
    if source not in (SYNTHETIC, CIFAR10):
        source = str(Path(source).expanduser().resolve())  # whoever starts it may be elsewhere
    if recipe.tensorboard:
        check_tensorboard()
    run = store.create(spec, recipe, source, name, owner)
    tick(store)
    return run


def resume(store: RunStore, run: str) -> None:
    """Take up a run that was paused or stopped, failed, or was killed.

    Raises:
        RunError: There is no such run, it is finished, or a host's limits are reached.
    """
    tick(store)  # one whose process is gone still says that it runs
    check_resume(store, store.snapshot(run))
    store.request(run, "resume")
    tick(store)


def check_fit(spec: ResNeXtSpec, source: str) -> None:
    """Raise `DataError` if a network cannot learn from a source; downloads nothing."""
    title, classes = "CIFAR-10", 10
    if source != CIFAR10 or cached_cifar10() is not None:
        info = open_source(source)
        title, classes = info.title, len(info.class_names)
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
    """Mark runs whose process is gone as failed, and start the next ones in the queue.

    A folder that cannot be written to can be looked at all the same.
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
                states[run] = store.state(run)
            except RunError:
                continue
            if states[run].is_dead():
                # Its trainer may have outlived its supervisor by a moment.
                processes.kill(states[run].trainer, states[run].trainer_identity)
                states[run] = RunState("failed", VANISHED)
                store.set_state(run, states[run])
        room = max_runs() - sum(state.state in ACTIVE for state in states.values())
        queue = sorted((s.place, run) for run, s in states.items() if s.state == "queued")
        for _, run in queue[: max(0, room)]:
            _launch(store, run, states[run])


def _launch(store: RunStore, run: str, state: RunState) -> None:
    folder = store.folder(run)
    try:
        attempts = store.snapshot(run).attempts
        process = processes.spawn(
            "explorer.training.worker", folder.resolve(), folder / "log.txt", detached=True
        )
    except RunError as error:
        store.set_state(run, RunState("failed", str(error)))
        return
    except OSError as error:
        store.set_state(run, RunState("failed", f"its process could not be started ({error})"))
        return
    store.set_state(
        run,
        replace(
            state,
            state="starting",
            worker=process.pid,
            worker_identity=processes.identity(process.pid),
            attempts=attempts,
        ),
    )
    processes.collect_later(process)
