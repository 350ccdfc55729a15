"""The official CIFAR-10 archive, read without trusting its pickles.

`data_batch_1` .. `data_batch_5` and `test_batch` are pickled dicts with `data`, uint8 of shape
(N, 3072), planar RGB, and `labels`, N numbers; `batches.meta` holds `label_names`
(https://www.cs.toronto.edu/~kriz/cifar.html).
"""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.errors import DataError

CIFAR10_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
META = "batches.meta"
MAX_BATCH_BYTES = 256 * 2**20

_NUMBERS = (*"?bBhHiIlLqQefd", "u1", "i1", "i2", "i4", "i8", "f4", "f8", "b1")


class _DType:
    """Stands in for numpy's dtype, whose own unpickling trusts flags that a forger can set."""

    def __init__(self, code: object, *_: object) -> None:
        text = _text(code)
        if text not in _NUMBERS:
            raise DataError(f"an array may hold only numbers, not {text[:20]!r}")
        self.code = text

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = _text(state[1])
        self.code = (order if order in "<>" else "") + self.code


class _Array:
    """Stands in for numpy's array: keeps shape and bytes and checks one against the other."""

    values: NDArray[Any]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, fortran, data = state
        if not isinstance(dtype, _DType) or not isinstance(data, bytes):
            raise DataError("an array may hold only numbers")
        flat = np.frombuffer(data, np.dtype(dtype.code))
        self.values = flat.reshape(shape, order="F" if fortran else "C")


def _new_array(*_: object) -> _Array:
    return _Array()


def _latin1(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise DataError(f"bytes may be written as latin1 only, not {encoding[:20]!r}")
    return text.encode("latin1")


# What a pickled array names, and what answers to that name here. Nothing else is looked up.
_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("_codecs", "encode"): _latin1,
}


class _ArraysOnly(pickle.Unpickler):
    """Unpickles arrays, numbers, strings, bytes, lists and dicts; anything else is refused."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise DataError(
                "a CIFAR-10 batch may hold only arrays, numbers and strings; "
                f"this one asks for {module}.{name}, so it was not opened"
            ) from None


def unpickle_arrays(data: bytes, name: str) -> dict[str, Any]:
    """Return the dict in `data` with its keys as text.

    Raises:
        DataError: It is truncated, forged, or holds anything but plain values.
    """
    try:
        value = _ArraysOnly(io.BytesIO(data), encoding="bytes").load()
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    except Exception as error:  # a forged pickle can raise anything
        raise DataError(f"{name} is damaged or cut short ({type(error).__name__})") from None
    if not isinstance(value, dict):
        raise DataError(f"{name} must hold a dict; it holds {type(value).__name__}")
    return {
        _text(key): item.values if isinstance(item, _Array) else item for key, item in value.items()
    }


def parse_batch(data: bytes, name: str, classes: int) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the images (N, 32, 32, 3) and labels of one batch file.

    Raises:
        DataError: Its arrays have other shapes, kinds or labels than CIFAR-10's.
    """
    batch = unpickle_arrays(data, name)
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
    try:
        numbers = np.asarray(labels)
    except ValueError:
        numbers = np.empty(0)
    if numbers.shape != (len(pixels),) or numbers.dtype.kind not in "iu":
        raise DataError(f"{name}: labels must be {len(pixels)} whole numbers, one an image")
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < classes:
        wrong = numbers[(numbers < 0) | (numbers >= classes)][0]
        raise DataError(f"{name}: labels must be 0 to {classes - 1}; found {wrong}")
    images = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), numbers.astype(np.int64)


def batch_reader(path: Path) -> Callable[[str], bytes | None] | None:
    """Return a function from batch name to bytes, or None if `path` is no CIFAR-10 archive."""
    if path.is_dir():
        folder = next((f for f in (path, path / "cifar-10-batches-py") if _is_batches(f)), None)
        return None if folder is None else lambda name: _read_member(folder / name)
    if path.is_file() and tarfile.is_tarfile(path):
        return lambda name: _read_tar(path, name)
    return None


def class_names(read: Callable[[str], bytes | None]) -> tuple[str, ...]:
    """Return the names in `batches.meta`, or CIFAR-10's where it is missing."""
    data = read(META)
    if data is None:
        return CIFAR10_NAMES
    names = unpickle_arrays(data, META).get("label_names")
    if not isinstance(names, list) or not all(isinstance(name, (str, bytes)) for name in names):
        raise DataError(f"{META}: label_names must be a list of names")
    return tuple(_text(name)[:100] for name in names)


def _is_batches(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (*TRAIN_BATCHES, TEST_BATCH))


def _read_member(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    _check_size(path.name, path.stat().st_size)
    return path.read_bytes()


def _read_tar(path: Path, name: str) -> bytes | None:
    """Read one member by its last name, without ever writing an archive's path to disk."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and PurePosixPath(member.name).name == name:
                    _check_size(name, member.size)
                    file = archive.extractfile(member)
                    return None if file is None else file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataError(f"{path.name} is damaged or cut short ({error})") from None
    return None


def _check_size(name: str, size: int) -> None:
    if size > MAX_BATCH_BYTES:
        raise DataError(
            f"{name} must be at most {MAX_BATCH_BYTES // 2**20} MiB; it says {size:,} bytes"
        )


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
