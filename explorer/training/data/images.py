"""Folders and zips of images, `train/CLASS/*` and `test/CLASS/*`: listed, and read safely."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.jobs.zips import TooManyFiles, open_zip
from explorer.training.data.errors import DataError
from explorer.training.data.image_file import MAX_BYTES, read_image
from explorer.training.data.names import shown

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
MAX_IMAGES = 2_000_000  # in a folder
MAX_ZIPPED = 150_000  # in a zip, whose listing is held in memory
MAX_TOTAL_BYTES = 64 * 2**30
MAX_RATIO = 200  # of a zip member; images hardly shrink, bombs shrink a thousandfold
MAX_CLASSES = 10_000


@dataclass(frozen=True)
class ImageListing:
    """The images of a folder or zip, not decoded.

    Attributes:
        path: The folder or zip.
        class_names: In alphabetical order, which gives the labels.
        train: (name, label) pairs, sorted by name.
        test: The same for the test set; may be empty.
    """

    path: Path
    class_names: tuple[str, ...] = ()
    train: tuple[tuple[str, int], ...] = ()
    test: tuple[tuple[str, int], ...] = ()

    def open(self) -> AbstractContextManager[Callable[[str], bytes]]:
        """Return a context whose value reads the bytes of the file of a name.

        The function raises `DataError` for a file that cannot be read.
        """
        return _zip_reader(self.path) if self.path.is_file() else _folder_reader(self.path)


def list_images(path: Path) -> ImageListing:
    """List the images of a folder or zip.

    Raises:
        DataError: It is not laid out as `train/CLASS/*`, or it is hostile.
    """
    names = _zip_names(path) if path.is_file() else _folder_names(path)
    found: dict[str, list[tuple[str, str]]] = {"train": [], "test": []}
    for name in names:
        parts = name.split("/")
        if parts[-1].startswith("._") or "__MACOSX" in parts:
            continue  # metadata that macOS adds
        if parts[-1].lower().endswith(SUFFIXES) and 3 <= len(parts) <= 4 and parts[-3] in found:
            found[parts[-3]].append((name, parts[-2]))
    if not found["train"]:
        raise DataError(
            f"{path.name} must hold images as train/CLASS/* (and test/CLASS/* for a test set), "
            "in the formats JPEG, PNG, BMP or WebP; none were found"
        )
    classes = sorted({label for _, label in found["train"]})
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise DataError(f"{path.name} must hold 2 to {MAX_CLASSES} classes; found {len(classes)}")
    foreign = sorted({label for _, label in found["test"]} - set(classes))
    if foreign:
        raise DataError(
            f"{path.name}: test/{shown(foreign[0])} is a class that train/ does not have"
        )
    number = {label: index for index, label in enumerate(classes)}
    train, test = (
        tuple((name, number[label]) for name, label in sorted(found[part]))
        for part in ("train", "test")
    )
    return ImageListing(path, tuple(map(shown, classes)), train, test)


def first_size(listing: ImageListing) -> tuple[int, int] | None:
    """Return height and width of the first training image; None if it is damaged."""
    try:
        with listing.open() as read:
            image = read_image(read(listing.train[0][0]), "L")
    except DataError:
        return None
    return image.height, image.width


def _folder_names(path: Path) -> list[str]:
    names = []
    for folder, _, files in os.walk(path):  # does not follow links to folders
        where = Path(folder)
        names += [(where / file).relative_to(path).as_posix() for file in files]
        if len(names) > MAX_IMAGES:
            raise DataError(f"{path.name} must hold at most {MAX_IMAGES:,} files")
    return names


def _zip_names(path: Path) -> list[str]:
    try:
        with open_zip(path, MAX_ZIPPED) as archive:
            members = archive.infolist()
    except TooManyFiles as error:
        raise DataError(f"{error}; unpack it: a folder may hold {MAX_IMAGES:,}") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{path.name} is not a zip that can be read ({error})") from None
    total = 0
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise DataError(
                f"{path.name}: the name {member.filename!r} leads out of the archive; refused"
            )
        total += member.file_size
        shrunk = member.file_size > MAX_RATIO * max(1, member.compress_size)
        if member.file_size > MAX_BYTES or total > MAX_TOTAL_BYTES or shrunk:
            raise DataError(
                f"{path.name}: {member.filename!r} unpacks to {member.file_size:,} bytes from "
                f"{member.compress_size:,}; a file may have {MAX_BYTES:,} bytes and "
                f"{MAX_RATIO} times its packed size at most, all together {MAX_TOTAL_BYTES:,}"
            )
    return [member.filename for member in members if not member.is_dir()]


@contextmanager
def _zip_reader(path: Path) -> Iterator[Callable[[str], bytes]]:
    """A reader of members, which does not trust the sizes that the archive states."""
    with open_zip(path, MAX_ZIPPED) as archive:

        def read(name: str) -> bytes:
            try:
                with archive.open(name) as file:
                    return file.read(MAX_BYTES + 1)
            except Exception as error:  # zlib, CRC and encryption errors share no base class
                raise DataError(f"{name} cannot be unpacked ({error})") from None

        yield read


@contextmanager
def _folder_reader(path: Path) -> Iterator[Callable[[str], bytes]]:
    """A reader of files, which follows no link out of the folder."""
    root = path.resolve()

    def read(name: str) -> bytes:
        file = (root / name).resolve()
        if not file.is_relative_to(root):
            raise DataError(f"{name} is a link out of the folder")
        if not file.is_file():
            raise DataError(f"{name} is not a file")  # such as a pipe, which never ends
        try:
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise DataError(f"{name} cannot be read ({error.strerror})") from None

    yield read
