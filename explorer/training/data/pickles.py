"""CIFAR-10's official files, read without trusting their pickles.

`data_batch_1` .. `data_batch_5` and `test_batch` are pickled dicts with `data`, uint8 of shape
(N, 3072), planar RGB, and `labels`, N numbers; `batches.meta` holds `label_names`
(https://www.cs.toronto.edu/~kriz/cifar.html).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.data.archive import is_tar, members
from explorer.training.data.errors import DataError
from explorer.training.data.names import shown
from explorer.training.data.unpickler import MAX_BATCH_BYTES, as_text, unpickle_arrays

CIFAR10_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
META = "batches.meta"

_FILES = (META, *TRAIN_BATCHES, TEST_BATCH)

Batches = Callable[[], Generator[tuple[str, IO[bytes]], None, None]]


def parse_batch(file: IO[bytes], name: str, classes: int) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the images (N, 32, 32, 3), a view, and the labels of one batch file.

    Raises:
        DataError: Its arrays have other shapes, kinds or labels than CIFAR-10's.
    """
    batch = unpickle_arrays(file, name)
    pixels = batch.get("data")
    if (
        not isinstance(pixels, np.ndarray)
        or pixels.dtype != np.uint8
        or pixels.ndim != 2
        or pixels.shape[1] != 3072
    ):
        found = f"{pixels.dtype} {pixels.shape}" if isinstance(pixels, np.ndarray) else "no array"
        raise DataError(f"{name}: data must be uint8 of shape (N, 3072); found {found}")
    labels = batch.get("labels", batch.get("fine_labels"))
    plain = isinstance(labels, list) and all(type(label) is int for label in labels)
    try:
        numbers = np.asarray(labels if plain or isinstance(labels, np.ndarray) else [])
    except (ValueError, OverflowError):
        numbers = np.empty(0)
    if numbers.shape != (len(pixels),) or numbers.dtype.kind not in "iu":
        raise DataError(f"{name}: labels must be {len(pixels)} whole numbers, one an image")
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < classes:
        wrong = numbers[(numbers < 0) | (numbers >= classes)][0]
        raise DataError(f"{name}: labels must be 0 to {classes - 1}; found {wrong}")
    return pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), numbers.astype(np.int64)


def batch_reader(path: Path) -> Batches | None:
    """Return a function that yields the batches as (name, open file), or None if there are none.

    An archive is unpacked once in each call, whatever the number of batches.
    """
    if path.is_dir():
        folder = next((f for f in (path, path / "cifar-10-batches-py") if _is_batches(f)), None)
        return None if folder is None else lambda: _in_folder(folder)
    if path.is_file() and is_tar(path):
        return lambda: _in_tar(path)
    return None


def class_names(batches: Batches) -> tuple[str, ...]:
    """Return the names in `batches.meta`, or CIFAR-10's if it is missing."""
    with closing(batches()) as files:
        values = next((unpickle_arrays(file, META) for name, file in files if name == META), None)
    if values is None:
        return CIFAR10_NAMES
    names = values.get("label_names")
    if not isinstance(names, list) or not all(isinstance(name, (str, bytes)) for name in names):
        raise DataError(f"{META}: label_names must be a list of names")
    return tuple(shown(as_text(name)) for name in names)


def _is_batches(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (*TRAIN_BATCHES, TEST_BATCH))


def _in_folder(folder: Path) -> Generator[tuple[str, IO[bytes]], None, None]:
    for name in _FILES:
        if (folder / name).is_file():
            _check_size(name, (folder / name).stat().st_size)
            with (folder / name).open("rb") as file:
                yield name, file


def _in_tar(path: Path) -> Generator[tuple[str, IO[bytes]], None, None]:
    found: set[str] = set()
    for name, size, file in members(path):
        if name in _FILES and name not in found:
            found.add(name)
            _check_size(name, size)
            yield name, file


def _check_size(name: str, size: int) -> None:
    if size > MAX_BATCH_BYTES:
        raise DataError(
            f"{name} must be at most {MAX_BATCH_BYTES // 2**20} MiB; it has {size:,} bytes"
        )
