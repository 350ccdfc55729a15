"""Decoded images kept on disk, so that the second run on one source starts at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from explorer.jobs.files import cache_folder, file_stamp, write_atomically

MAX_FILES = 8


def cached_array(key: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Return the array with this key, or make it and keep it if the disk allows.

    Of several runs that start together on one host, one makes it and the others wait for that.
    """
    path = cache_folder() / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
    array = _kept(path)
    if array is not None:
        return array
    with _alone(path.parent):
        array = _kept(path)
        if array is None:
            array = make()
            with contextlib.suppress(OSError):  # without the cache the next run takes longer
                path.parent.mkdir(parents=True, exist_ok=True)
                draft = array
                write_atomically(path, lambda file: np.save(file, draft), durable=False)
                _forget_oldest(path.parent)
    return array


def _kept(path: Path) -> NDArray[Any] | None:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False)
        os.utime(path)
        return array
    except (OSError, ValueError, EOFError):
        return None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others of this host from decoding, where the folder's file system has locks."""
    lock = FileLock(folder / ".lock")
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError, NotImplementedError):
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(lock)
        yield


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
