"""Archives that visitors upload: kept by content under `runs/.uploads`, capped, and removed."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

from filelock import FileLock

from explorer.jobs.files import write_atomically
from explorer.training.data.errors import DataError
from explorer.training.data.sources import UPLOADS, WORDS
from explorer.training.runs import quotas
from explorer.training.runs.store import RunStore

UNUSED = 3600.0  # seconds after which an upload that no run needs is removed
SUFFIXES = (".zip", ".tar.gz")


def check_source(store: RunStore, source: str, owner: str) -> None:
    """Raise `DataError` if a visitor names a path that is not the visitor's own upload."""
    if not quotas.limits().hosted or source in WORDS:
        return
    path = Path(source).resolve()
    own = [folder.resolve() for folder in _folder(store).glob(f"{_safe(owner)}-*")]
    if not owner or path.parent not in own or not path.is_file():
        raise DataError(f"data must be {', '.join(WORDS)} or a file that you uploaded")


def save_upload(store: RunStore, name: str, data: bytes, owner: str = "", address: str = "") -> str:
    """Keep an uploaded archive and return its path, the source of runs on it.

    Args:
        store: The runs that it is for.
        name: The file's name; only its ending is used.
        data: The archive.
        owner: The visitor, letters and digits.
        address: Code of the network address that the visitor came from, or "".

    Raises:
        DataError: It is no archive by its name, or the visitor or the host has no room for it.
    """
    suffix = next((end for end in SUFFIXES if name.lower().endswith(end)), None)
    if suffix is None:
        raise DataError(f"an upload must end in {' or '.join(SUFFIXES)}: {name[:100]!r}")
    folder = _folder(store) / f"{_safe(owner) or 'local'}-{_safe(address)}"
    path = folder / f"{hashlib.sha256(data).hexdigest()[:32]}{suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    # Not the lock of the runs: writing 200 MB may take a while.
    with FileLock(_folder(store) / ".lock", timeout=60):
        _remove_unused(store)
        if path.exists():
            path.touch()
        else:
            _check_space(store, len(data), owner, address)
            write_atomically(path, data)
    return str(path)


def _check_space(store: RunStore, size: int, owner: str, address: str) -> None:
    caps = quotas.limits()
    if not caps.hosted:
        return

    def kept(folders: str) -> int:
        return sum(path.stat().st_size for path in _folder(store).glob(f"{folders}/*"))

    if kept(f"{_safe(owner)}-*") + size > caps.upload_bytes:
        raise DataError(f"uploads of one visitor may take {caps.upload_bytes:,} bytes in all")
    if address and kept(f"*-{_safe(address)}") + size > quotas.ADDRESS_SHARE * caps.uploads_in_all:
        raise DataError("the space for uploads from this network address is used up")
    if kept("*") + size > caps.uploads_in_all:
        raise DataError("the space for uploads is used up; try again later")
    if quotas.free_bytes(store) - size < caps.free_bytes:
        raise DataError("the disk of this host is almost full; try again later")


def _remove_unused(store: RunStore) -> None:
    """Remove old uploads that no run will read again: all of whose runs have finished."""
    with store.locked():  # so that no run that needs one is created meanwhile
        needed = {run.source for run in store.list() if run.state != "finished"}
        for path in _folder(store).glob("*/*"):
            with contextlib.suppress(OSError):
                unused = time.time() - path.stat().st_mtime > UNUSED
                if unused and str(path.resolve()) not in needed:
                    path.unlink()


def _folder(store: RunStore) -> Path:
    return store.root / UPLOADS


def _safe(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() and sign.isascii())[:64]
