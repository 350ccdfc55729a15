"""The process that trains: reads the request, restores the checkpoint, runs the loop."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.jobs.files import is_disk_full, read_json
from explorer.jobs.keras_process import import_keras, leave
from explorer.training.data import Dataset, load_dataset
from explorer.training.engine.errors import TimeUp
from explorer.training.engine.loop import Halted, Loop
from explorer.training.engine.machine import machine, threads
from explorer.training.engine.recipe import Recipe
from explorer.training.engine.tensorboard import TensorBoardRecorder, check_tensorboard
from explorer.training.runs.folder import MODEL, free_ballast, wanted
from explorer.training.runs.leases import Held, LeaseLost
from explorer.training.runs.quotas import check_time
from explorer.training.runs.runfiles import RunFiles
from explorer.training.runs.supervisor import (
    DISK_FULL,
    EXIT_DISK_FULL,
    EXIT_FAILED,
    EXIT_FINISHED,
    EXIT_HALTED,
    EXIT_LEASE_LOST,
    EXIT_MEMORY,
    EXIT_TIME_UP,
    MEMORY,
)
from resnext import ResNeXtSpec
from resnext.errors import UserError

if TYPE_CHECKING:
    from explorer.training.engine.network import Network


def main(folder: Path, supervisor: int, number: int | None = None) -> int:
    """Train the run in `folder`; return the exit code.

    Args:
        folder: The run's.
        supervisor: Process id of the supervisor; the trainer ends at its next step without it.
        number: Of the supervisor's lease; None if nobody else can be at the folder.
    """
    lease = None if number is None else Held(folder, number)
    try:
        with contextlib.closing(RunFiles(folder, lease)) as files:
            return attempt(folder, files, supervisor)
    except LeaseLost as error:
        print(error)
        return EXIT_LEASE_LOST


def attempt(folder: Path, files: RunFiles, supervisor: int) -> int:
    """Train; return the exit code of whatever happens, with its reason in `outcome.json`.

    Raises:
        LeaseLost: The run was taken over.
    """
    try:
        train(folder, files, supervisor)
        return EXIT_FINISHED
    except LeaseLost:
        raise
    except Halted:
        return EXIT_HALTED
    except TimeUp as error:
        return _fail(files, str(error), EXIT_TIME_UP)
    except UserError as error:
        return _fail(files, str(error), EXIT_FAILED)
    except BaseException as error:
        traceback.print_exc()
        if is_disk_full(error):
            return _fail(files, DISK_FULL, EXIT_DISK_FULL)
        # TensorFlow's class for this is known by name, so that TensorFlow need not be imported.
        if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
            return _fail(files, MEMORY, EXIT_MEMORY)
        return _fail(files, f"{type(error).__name__}: {error}"[:500], EXIT_FAILED)


def train(folder: Path, files: RunFiles, supervisor: int) -> None:
    """Train a run to its end and save the model."""
    spec = ResNeXtSpec.from_dict(read_json(folder / "spec.json"))
    recipe = Recipe.from_dict(read_json(folder / "recipe.json"))
    source = str(read_json(folder / "run.json")["source"])
    if recipe.tensorboard:
        check_tensorboard()
    files.discard(folder / MODEL)  # of an earlier pause
    position, arrays = files.resume()
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(load, spec, recipe, source)
        network = build(spec, recipe, recipe.batch_size)
        data = coming.result()
    batch_size = min(recipe.batch_size, len(data.y_train))
    if batch_size < recipe.batch_size:
        network = build(spec, recipe, batch_size)
    if arrays is not None:
        network.restore(arrays)
    elif recipe.whiten_stem:
        network.whiten(data.x_train)
    files.record(
        "data",
        {
            "batch_size": batch_size,
            "steps_per_epoch": recipe.steps_per_epoch(len(data.y_train)),
            "train_images": len(data.y_train),
            "class_names": data.class_names,
            "machine": machine(network.configuration.card),
            "precision": network.configuration.precision,
            "notes": [*data.notes, network.configuration.words],
        },
    )
    with contextlib.ExitStack() as closing:
        recorder: Any = files
        if recipe.tensorboard:
            recorder = TensorBoardRecorder(files, folder / "tensorboard", network.model)
            closing.callback(recorder.close)
        loop = Loop(
            network, recipe, data, position, recorder, _halt_check(folder, supervisor), check_time
        )
        try:
            loop.run()
        except (Halted, TimeUp):
            # What it has learned so far is worth a file, if there is room and time to write it.
            with contextlib.suppress(OSError):
                save_model(network, folder / MODEL, files)
            raise
    save_model(network, folder / MODEL, files)


def load(spec: ResNeXtSpec, recipe: Recipe, source: str) -> Dataset:
    """Return the data of a run; all seeds get the same split, so that runs are comparable."""
    data = load_dataset(
        source,
        spec.input_shape,
        recipe.limit,
        recipe.validation,
        test_limit=recipe.test_limit,
    )
    if len(data.class_names) != spec.classes:
        raise UserError(
            f"the data have {len(data.class_names)} classes and the network has {spec.classes}"
        )
    return data


def save_model(network: Any, path: Path, files: RunFiles) -> None:
    """Write the model so that `path` is complete or not there.

    Raises:
        LeaseLost: The run was taken over; nobody's file was touched.
    """
    with files.draft(path) as draft:
        network.save(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())


def build(spec: ResNeXtSpec, recipe: Recipe, batch_size: int) -> Network:
    """Return the network, its step compiled; the first call imports TensorFlow."""
    from resnext.runtime import configure_environment

    if configure_environment():
        import_keras()
        from explorer.training.engine.network import configure

        configure(threads())
    from explorer.training.engine.network import Network

    network = Network(spec, recipe, batch_size)
    network.trace()
    return network


def _halt_check(folder: Path, supervisor: int) -> Callable[[], bool]:
    """Return a function: whether this run was asked to end, or its supervisor is gone."""
    # On Windows a launcher is the parent.
    parent = supervisor if os.name == "posix" else os.getppid()
    return lambda: os.getppid() != parent or wanted(folder) != "run"


def _fail(files: RunFiles, reason: str, code: int) -> int:
    print(reason)
    for attempt in range(2):
        try:
            files.outcome(reason)
            break
        except OSError:
            if attempt == 0:
                free_ballast(files.folder)
    return code


if __name__ == "__main__":
    leave(main(Path(sys.argv[1]), *map(int, sys.argv[2:])))
