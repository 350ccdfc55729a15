"""The process that trains: reads what was asked for, takes up the checkpoint, runs the loop."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.training.data import Dataset, load_dataset
from explorer.training.errors import TrainingError
from explorer.training.files import is_disk_full, read_json
from explorer.training.recipe import Recipe
from explorer.training.runfiles import RunFiles
from explorer.training.store import wanted
from explorer.training.worker import (
    DISK_FULL,
    EXIT_DISK_FULL,
    EXIT_FAILED,
    EXIT_FINISHED,
    EXIT_HALTED,
    EXIT_MEMORY,
    MEMORY,
)
from resnext import ResNeXtSpec


def main(folder: Path) -> int:
    """Train the run in `folder`; return the exit code."""
    files = RunFiles(folder)
    try:
        train(folder, files)
        return EXIT_FINISHED
    except TrainingError as error:
        return _last_words(files, str(error), EXIT_FAILED)
    except BaseException as error:
        if type(error).__name__ == "Halted":
            return EXIT_HALTED
        traceback.print_exc()
        if is_disk_full(error):
            return _last_words(files, DISK_FULL, EXIT_DISK_FULL)
        # TensorFlow's class for it cannot be named here without importing TensorFlow.
        if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
            return _last_words(files, MEMORY, EXIT_MEMORY)
        return _last_words(files, f"{type(error).__name__}: {error}"[:500], EXIT_FAILED)


def train(folder: Path, files: RunFiles) -> None:
    """Train a run to its end and save the model."""
    spec = ResNeXtSpec.from_dict(read_json(folder / "spec.json"))
    recipe = Recipe.from_dict(read_json(folder / "recipe.json"))
    source = str(read_json(folder / "run.json")["source"])
    position, arrays = files.resume()
    data = _while_importing(lambda: load(spec, recipe, source))

    from explorer.training.loop import Loop
    from explorer.training.network import Network

    network = Network(spec, recipe, min(recipe.batch_size, len(data.y_train)))
    if arrays is not None:
        network.restore(arrays)
    elif recipe.whiten_stem:
        network.whiten(data.x_train)
    files.record(
        "data",
        {
            "steps_per_epoch": recipe.steps_per_epoch(len(data.y_train)),
            "train_images": len(data.y_train),
            "class_names": data.class_names,
            "notes": data.notes,
        },
    )
    recorder: Any = files
    if recipe.tensorboard:
        from explorer.training.tensorboard import TensorBoardRecorder

        recorder = TensorBoardRecorder(files, folder / "tensorboard")
    loop = Loop(network, recipe, data, position, recorder, _halt_check(folder))
    loop.run()
    save_model(network, folder / "model.keras")


def load(spec: ResNeXtSpec, recipe: Recipe, source: str) -> Dataset:
    """Return the data of a run; the split does not depend on its seed, so that runs compare."""
    data = load_dataset(source, spec.input_shape, recipe.limit, recipe.validation)
    if len(data.class_names) != spec.classes:
        raise TrainingError(
            f"the data have {len(data.class_names)} classes and the network has {spec.classes}"
        )
    return data


def save_model(network: Any, path: Path) -> None:
    """Write the model so that `path` is whole or not there."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        network.save(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)


def _while_importing(load: Callable[[], Dataset]) -> Dataset:
    """Read the data in a thread while this one imports TensorFlow."""
    result: list[Any] = []

    def read() -> None:
        try:
            result.append(load())
        except BaseException as error:
            result.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    from resnext.runtime import configure_environment

    configure_environment()
    from explorer.training.network import configure

    threads = os.environ.get("RESNEXT_THREADS", "")
    configure(int(threads) if threads.isdecimal() and int(threads) else os.cpu_count() or 1)
    thread.join()
    if isinstance(result[0], BaseException):
        raise result[0]
    loaded: Dataset = result[0]
    return loaded


def _halt_check(folder: Path) -> Callable[[], bool]:
    """Return a question: was this run asked to end, or has its supervisor gone?"""
    parent = os.getppid()
    return lambda: os.getppid() != parent or wanted(folder) != "run"


def _last_words(files: RunFiles, reason: str, code: int) -> int:
    print(reason)
    for attempt in range(2):
        try:
            files.outcome(reason)
            break
        except OSError:
            if attempt == 0:
                files.free_ballast()
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
