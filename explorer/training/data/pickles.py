"""The official CIFAR-10 archive, read without trusting its pickles.

`data_batch_1` .. `data_batch_5` and `test_batch` are pickled dicts with `data`, uint8 of shape
(N, 3072), planar RGB, and `labels`, N numbers; `batches.meta` holds `label_names`
(https://www.cs.toronto.edu/~kriz/cifar.html).
"""

from __future__ import annotations

import gzip
import io
import pickle
import pickletools
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from explorer.training.data.names import shown
from explorer.training.errors import DataError

CIFAR10_NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
META = "batches.meta"
MAX_BATCH_BYTES = 256 * 2**20
MAX_TAR_BYTES = 1024 * 2**20  # unpacked, headers included
MAX_OPCODES = 2_000_000

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


# What a pickled array names, and what answers to that name here. Nothing else is looked up.
_STAND_INS: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _DType,
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
}


_Unpickler: Any = pickle._Unpickler  # Python's, which can be asked; C's cannot


class _ArraysOnly(_Unpickler):  # type: ignore[misc]
    """Unpickles arrays, numbers, strings, bytes, lists and dicts; anything else is refused.

    A key is hashed, and the hash of a forged tuple of tuples takes for ever: keys are plain.
    """

    encoded = 0  # characters, over the whole pickle
    dispatch: ClassVar[dict[int, Any]] = dict(_Unpickler.dispatch)

    def load_setitem(self) -> None:
        _check_keys(self.stack[-2:-1])
        super().load_setitem()

    def load_setitems(self) -> None:
        _check_keys(self.stack[::2])  # what lies above the mark: key, value, key, value, ...
        super().load_setitems()

    def load_dict(self) -> None:
        _check_keys(self.stack[::2])
        super().load_dict()

    def refuse(self) -> None:
        raise DataError("a batch may hold no sets")

    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.DICT[0]] = load_dict
    dispatch[pickle.ADDITEMS[0]] = refuse
    dispatch[pickle.FROZENSET[0]] = refuse

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("_codecs", "encode"):
            return self._latin1
        try:
            return _STAND_INS[module, name]
        except KeyError:
            raise DataError(
                "a CIFAR-10 batch may hold only arrays, numbers and strings; "
                f"this one asks for {module}.{name}, so it was not opened"
            ) from None

    def _latin1(self, text: str, encoding: str) -> bytes:
        if encoding != "latin1":
            raise DataError(f"bytes may be written as latin1 only, not {encoding[:20]!r}")
        self.encoded += len(text)
        if self.encoded > MAX_BATCH_BYTES:  # one long text may be asked for again and again
            raise DataError(f"arrays must have {MAX_BATCH_BYTES:,} bytes at most")
        return text.encode("latin1")


def _check_keys(keys: list[Any]) -> None:
    if not all(isinstance(key, (str, bytes, int)) for key in keys):
        raise DataError("the keys of a batch must be names or numbers")


def check_opcodes(data: bytes) -> None:
    """Raise `DataError` for a pickle that would make the unpickler itself fill the memory.

    It keeps a table as long as the highest place that a pickle names, whatever is put there.
    """
    for number, (code, argument, _) in enumerate(pickletools.genops(data)):
        place = int(argument or 0) if code.name in ("PUT", "BINPUT", "LONG_BINPUT") else 0
        far = not 0 <= place <= number
        if far or number > MAX_OPCODES:
            raise DataError("a batch is forged: it would take more memory than its values need")


def unpickle_arrays(data: bytes, name: str) -> dict[str, Any]:
    """Return the dict in `data` with its keys as text.

    Raises:
        DataError: It is truncated, forged, or holds anything but plain values.
    """
    try:
        check_opcodes(data)
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
    images = pixels.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), numbers.astype(np.int64)


def batch_reader(path: Path) -> Callable[[str], bytes | None] | None:
    """Return a function from batch name to bytes, or None if `path` is no CIFAR-10 archive."""
    if path.is_dir():
        folder = next((f for f in (path, path / "cifar-10-batches-py") if _is_batches(f)), None)
        return None if folder is None else lambda name: _read_member(folder / name)
    if path.is_file() and _is_tar(path):
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
    return tuple(shown(_text(name)) for name in names)


def _is_batches(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (*TRAIN_BATCHES, TEST_BATCH))


def _read_member(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    _check_size(path.name, path.stat().st_size)
    return path.read_bytes()


class _Bounded:
    """A stream that gives a number of bytes and no more, whatever it was packed from."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MAX_TAR_BYTES

    def read(self, size: int) -> bytes:
        self._left -= size
        if self._left < 0:
            raise DataError(f"an archive must unpack to {MAX_TAR_BYTES // 2**20} MiB at most")
        return self._stream.read(size)


@contextmanager
def _open_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """Open a tar, gzipped or not, as a stream: a header cannot ask for more than is read."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
        with tarfile.open(fileobj=_Bounded(stream), mode="r|") as archive:  # type: ignore[call-overload]
            yield archive


def _is_tar(path: Path) -> bool:
    try:
        with _open_tar(path):
            return True
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return False


def _read_tar(path: Path, name: str) -> bytes | None:
    """Read one member by its last name, without ever writing an archive's path to disk."""
    try:
        with _open_tar(path) as archive:
            for member in archive:
                if member.isfile() and PurePosixPath(member.name).name == name:
                    _check_size(name, member.size)
                    file = archive.extractfile(member)
                    return None if file is None else file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path.name} is damaged or cut short ({error})") from None
    return None


def _check_size(name: str, size: int) -> None:
    if size > MAX_BATCH_BYTES:
        raise DataError(
            f"{name} must be at most {MAX_BATCH_BYTES // 2**20} MiB; it says {size:,} bytes"
        )


def _text(value: object) -> str:
    if not isinstance(value, (str, bytes, int)):
        raise DataError(f"a name must be text; found {type(value).__name__}")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
