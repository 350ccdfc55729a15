"""What a source holds, a word or a path, found without decoding any image."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from explorer.training.data import pickles, synthetic
from explorer.training.data.errors import DataError
from explorer.training.data.images import first_size, list_images
from explorer.training.data.readers import Reader, read_batches, read_images, read_synthetic

SYNTHETIC = "synthetic"
CIFAR10 = "cifar10"
# Sources that are a word, not a path: what runs call them, and the picker of the page.
WORDS = {
    SYNTHETIC: ("synthetic shapes", "Built in: synthetic shapes"),
    CIFAR10: ("CIFAR-10", "CIFAR-10 (Keras's cache or download)"),
}
CIFAR_SIZE = (32, 32)  # of the built-in images, too
UPLOADS = ".uploads"  # the folder of runs/ that keeps them
_CIFAR10_FILES = ("cifar-10-batches-py", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz")


@dataclass(frozen=True)
class SourceInfo:
    """What a source holds.

    Attributes:
        source: The word or path that was asked for.
        title: A name that does not promise more than it is.
        class_names: In label order.
        train_images: Training images, the validation images included; None if unknown before
            reading.
        image_size: Finds height and width of its first image; None if that is damaged.
        read: Reads it.
        note: What a reader of the figures should know, or "".
    """

    source: str
    title: str
    class_names: tuple[str, ...]
    train_images: int | None
    image_size: Callable[[], tuple[int, int] | None]
    read: Reader
    note: str = ""


def open_source(source: str) -> SourceInfo:
    """Return what `source` holds.

    Args:
        source: `synthetic`, `cifar10` (Keras's cache, or a download), or the path of CIFAR-10's
            official archive or folder, or of a folder or zip of images `train/CLASS/*`.

    Raises:
        DataError: There is nothing that can be trained on.
    """
    if source == SYNTHETIC:
        return SourceInfo(
            source,
            synthetic.TITLE,
            synthetic.CLASS_NAMES,
            synthetic.TRAIN_IMAGES,
            lambda: CIFAR_SIZE,
            read_synthetic,
            "Drawn by this program from a seed; do not compare accuracies with CIFAR-10.",
        )
    if source == CIFAR10:
        return _open_batches(source, cached_cifar10() or _download())
    path = Path(source).expanduser()
    if not source or "\0" in source or not path.exists():
        raise DataError(
            f"data must be synthetic, cifar10, or the path of an archive, a zip or a folder; "
            f"nothing is there: {source!r}"
        )
    if not path.is_file() and not path.is_dir():
        raise DataError(f"data must be a file or a folder, not a pipe or a device: {source!r}")
    if pickles.batch_reader(path) is not None:
        return _open_batches(source, path)
    if path.is_dir() or zipfile.is_zipfile(path):
        listing = list_images(path)
        jpeg = listing.train[0][0].lower().endswith((".jpg", ".jpeg"))
        return SourceInfo(
            source,
            path.name,
            listing.class_names,
            len(listing.train),
            partial(first_size, listing),
            partial(read_images, listing),
            "JPEG images: pixels differ a little from the originals." if jpeg else "",
        )
    raise DataError(
        f"{path.name} must be CIFAR-10's official archive (.tar.gz) or folder, "
        "or a zip or folder of images train/CLASS/*"
    )


def source_name(source: str) -> str:
    """Return a source in words, without opening it; of a path only the last part."""
    path = Path(source)
    if path.parent.parent.name == UPLOADS:  # where files are named by a long checksum
        return f"upload {path.name[:6]}"
    return WORDS[source][0] if source in WORDS else path.name or source


def _open_batches(source: str, path: Path) -> SourceInfo:
    batches = pickles.batch_reader(path)
    if batches is None:
        raise DataError(f"{path.name} holds no CIFAR-10 batches (data_batch_1 to 5, test_batch)")
    names = pickles.class_names(batches)
    return SourceInfo(
        source,
        "CIFAR-10 batches",
        names,
        None,
        lambda: CIFAR_SIZE,
        partial(read_batches, batches, len(names)),
    )


def cached_cifar10() -> Path | None:
    """Return CIFAR-10 in Keras's cache, or None if it would have to be downloaded."""
    home = _keras_datasets()
    for name in _CIFAR10_FILES:
        for path in (home / name, home / "cifar-10-batches-py-target" / name):
            if path.exists():
                return path
    return None


def _keras_datasets() -> Path:
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"


def _download() -> Path:
    """Fetch the official archive (about 170 MB) and check it against its published MD5."""
    import hashlib
    import urllib.request

    from explorer.jobs.files import write_atomically

    home = _keras_datasets()
    address = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
    try:
        with urllib.request.urlopen(address, timeout=15) as reply:
            data = reply.read(200 * 2**20)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise DataError(
            f"CIFAR-10 is not in Keras's cache ({home}) and could not be downloaded from "
            f"www.cs.toronto.edu ({reason}). Put cifar-10-python.tar.gz there, give the path of "
            "a copy, or train on synthetic"
        ) from None
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != "c58f30108f718f92721af3b95e74349a":
        raise DataError("the CIFAR-10 that was downloaded is not the published file; try again")
    home.mkdir(parents=True, exist_ok=True)
    path = home / _CIFAR10_FILES[1]
    write_atomically(path, data)
    return path
