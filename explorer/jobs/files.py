"""Files that survive a power cut: whole or not there at all, or appended line by line."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

# Out of space, out of quota, over the largest file allowed.
FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
Publish = Callable[[str, Path], None]


def cache_folder() -> Path:
    """Return the folder of the cache: RESNEXT_CACHE, or one in the user's home."""
    given = os.environ.get("RESNEXT_CACHE")
    # Not platformdirs': the same on every system, as the documentation says.
    return Path(given) if given else Path.home() / ".cache" / "resnext-explorer"


def write_atomically(
    path: Path,
    data: bytes | Callable[[IO[bytes]], object],
    durable: bool = True,
    publish: Publish | None = None,
) -> None:
    """Replace `path` by `data`; a reader, or a crash, sees the old file or the new one.

    Args:
        path: The file; its folder exists.
        data: All of its bytes, or what writes them, so that they are not held in memory.
        durable: Wait for the disk, so that a power cut keeps it too.
        publish: Moves the finished file to `path`, or raises if it must not; by default a rename.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data) if isinstance(data, bytes) else data(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        (publish or os.replace)(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def write_json(
    path: Path, value: Mapping[str, Any], durable: bool = True, publish: Publish | None = None
) -> None:
    """Write `value` as JSON, as `write_atomically` does."""
    write_atomically(path, (json.dumps(value, indent=1) + "\n").encode(), durable, publish)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not a JSON object.
    """
    value = _parsed(path.read_bytes())
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} must hold a JSON object")
    return value


def write_arrays(
    path: Path, arrays: Mapping[str, Any], durable: bool = True, publish: Publish | None = None
) -> None:
    """Write arrays as an uncompressed `.npz`, as `write_atomically` does."""
    write_atomically(path, lambda file: np.savez(file, **arrays), durable, publish)


def read_arrays(path: Path) -> dict[str, Any]:
    """Return the arrays of a `.npz`; nothing in it is ever unpickled.

    Raises:
        OSError: It cannot be read.
        ValueError: It is damaged: empty, cut short or something else.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except OSError:
        raise
    except Exception as error:  # numpy, zipfile and zlib raise a dozen kinds on damaged files
        raise ValueError(f"{path.name} is damaged ({type(error).__name__}: {error})") from None


class LineWriter:
    """Appends JSON lines to a file; a line that a crash tore is closed off first."""

    def __init__(self, path: Path) -> None:
        torn = path.exists() and path.stat().st_size > 0 and path.read_bytes()[-1:] != b"\n"
        self._file = path.open("ab")
        if torn:
            self._file.write(b"\n")

    def write(self, record: Mapping[str, Any]) -> None:
        """Append one record, visible to readers at once."""
        self._file.write((json.dumps(record, separators=(",", ":")) + "\n").encode())
        self._file.flush()

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON objects of a file of lines; torn or foreign lines are passed over."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    records = []
    for line in lines:
        try:
            record = _parsed(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def _parsed(data: bytes) -> Any:
    """What a JSON text says; half a surrogate pair, which no page could show, becomes "?".

    Raises:
        ValueError: It is no JSON, or nested too deep to be ours.
    """
    try:
        value = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    return _shown(value) if b"\\ud" in data.lower() else value


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return value


def file_stamp(path: Path) -> str:
    """Return what changes when a file, or a folder's listing, is changed or replaced."""
    status = path.stat()
    return f"{path.resolve()}|{status.st_ino}|{status.st_size}|{status.st_mtime_ns}"


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error, or what caused it, says that nothing more can be written."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FULL_DISK:
            return True
        seen = seen.__cause__ or seen.__context__
    return "No space left on device" in str(error)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
