"""Decoded images kept on disk, so that the second run on one source starts at once."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.training.files import write_atomically

MAX_FILES = 8


def cache_folder() -> Path:
    """Return the folder of the cache: RESNEXT_CACHE, or the user's own."""
    given = os.environ.get("RESNEXT_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "resnext-explorer"


def cached_array(key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return the array kept under `key`, or make it and keep it if the disk allows."""
    folder = cache_folder()
    path = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
        os.utime(path)
        return array
    except (OSError, ValueError, EOFError):
        pass
    array = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        np.save(buffer, array)
        write_atomically(path, buffer.getvalue(), durable=False)
        _forget_oldest(folder)
    except OSError:
        pass  # a cache that cannot be written costs time, nothing else
    return array


def file_stamp(path: Path) -> str:
    """Return what changes when a file or a folder's listing does."""
    status = path.stat()
    return f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"


def source_stamp(path: Path) -> str:
    """Return what changes when a file does, or when a folder gains or loses a class or an image."""
    inside = ("*", "*/*", "*/train/*", "*/test/*") if path.is_dir() else ()
    places = [path, *(place for pattern in inside for place in path.glob(pattern))]
    return str(max(place.stat().st_mtime_ns for place in places if place.exists()))


def _forget_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MAX_FILES:]:
        path.unlink(missing_ok=True)
