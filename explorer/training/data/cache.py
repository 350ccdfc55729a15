"""Decoded images kept on disk, so that the second run on one source starts at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import cache_folder, file_stamp, write_atomically

MAX_FILES = 8


def cached_array(key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return the array with this key, or make it and keep it if the disk allows."""
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
        write_atomically(path, lambda file: np.save(file, array), durable=False)
        _forget_oldest(folder)
    except OSError:
        pass  # without the cache the next run takes longer
    return array


def source_stamp(source: str | Path) -> str:
    """Return a text that changes when a source's file does, or the images in its folder.

    It is "" if there is no file, as for a source that is a word.
    """
    try:
        path = Path(source).expanduser()
        inside = ("*", "*/*", "*/train/*", "*/test/*") if path.is_dir() else ()
        places = [path, *(place for pattern in inside for place in path.glob(pattern))]
        latest = max(place.stat().st_mtime_ns for place in places if place.exists())
        return f"{file_stamp(path)}|{latest}"
    except (OSError, ValueError):
        return ""


def _forget_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MAX_FILES:]:
        path.unlink(missing_ok=True)
