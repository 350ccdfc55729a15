"""Folders and zips of images, `train/CLASS/*` and `test/CLASS/*`: listed, bounded, decoded."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.training.data.names import shown
from explorer.training.errors import DataError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
MAX_IMAGES = 2_000_000
MAX_IMAGE_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 64 * 2**30
MAX_RATIO = 200  # of a zip member; images hardly shrink, bombs shrink a thousandfold
MAX_PIXELS = 16_000_000  # a telephone's photograph has 12 million
MAX_CLASSES = 10_000
PART = 500  # images that a thread takes at a time
PROCESSES_FROM = 4000  # images; Python decodes small ones one at a time, whatever the threads


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
    class_names: tuple[str, ...]
    train: tuple[tuple[str, int], ...]
    test: tuple[tuple[str, int], ...]


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
            continue  # a Mac's notes on its files
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


def decode_images(
    listing: ImageListing, names: Sequence[str], size: tuple[int, int, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode images to one array, shape (len(names), height, width, channels).

    Args:
        listing: Where the names come from.
        names: Which images, in order.
        size: Height, width and channels (1 or 3); images of other sizes are resized.

    Returns:
        The array, and the names that did not decode, whose rows are zero.
    """
    workers = min(8, os.cpu_count() or 1)
    if len(names) < PROCESSES_FROM or workers == 1:
        return decode_here(listing, names, size, workers)
    ends = [round(part * len(names) / workers) for part in range(workers + 1)]
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(
            lambda start, end: decode_elsewhere(listing, names[start:end], size), ends, ends[1:]
        )
        images, failed = zip(*parts)
    return np.concatenate(images), sorted(name for part in failed for name in part)


def decode_elsewhere(
    listing: ImageListing, names: Sequence[str], size: tuple[int, int, int]
) -> tuple[NDArray[np.uint8], list[str]]:
    """Do as `decode_images` in a process of its own; see `decoder`."""
    order = {"path": str(listing.path), "names": names, "size": size}
    done = subprocess.run(
        [sys.executable, "-m", "explorer.training.data.decoder"],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    head, _, pixels = done.stdout.partition(b"\n")
    if done.returncode or len(pixels) != len(names) * size[0] * size[1] * size[2]:
        return decode_here(listing, names, size, 1)  # whatever ended it, the images are needed
    return np.frombuffer(pixels, np.uint8).reshape(len(names), *size), json.loads(head)


def decode_here(
    listing: ImageListing,
    names: Sequence[str],
    size: tuple[int, int, int],
    workers: int,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[NDArray[np.uint8], list[str]]:
    """Do as `decode_images` in threads, as long as `go_on` says."""
    images = np.zeros((len(names), *size), np.uint8)
    read = _zip_reader(listing.path) if listing.path.is_file() else _folder_reader(listing.path)
    failed: list[str] = []

    def decode(rows: range) -> None:
        for row in rows if go_on() else ():
            try:
                images[row] = decode_image(read(names[row]), size)
            except DataError:
                failed.append(names[row])

    parts = [range(start, min(start + PART, len(names))) for start in range(0, len(names), PART)]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(decode, parts))
    return images, sorted(failed)


def decode_image(data: bytes, size: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return one image as uint8 of shape `size`.

    Raises:
        DataError: It is no image, is cut short, or has too many pixels.
    """
    height, width, channels = size
    mode = "RGB" if channels == 3 else "L"
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DataError(f"an image may have {MAX_PIXELS:,} pixels at most")
            small: Image.Image = image
            if image.mode.startswith("I"):  # 16 bits, which `convert` would cut off at 255
                small = Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
            if small.mode != mode:
                small = small.convert(mode)
            if small.size != (width, height):
                small = small.resize((width, height), Image.Resampling.BILINEAR)
            return np.asarray(small).reshape(size)
    except DataError:
        raise
    except Exception as error:  # a forged image can raise anything
        raise DataError(f"not an image that can be read ({type(error).__name__})") from None


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
        with warnings.catch_warnings(), zipfile.ZipFile(path) as archive:
            warnings.simplefilter("ignore")
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{path.name} is not a zip that can be read ({error})") from None
    if len(members) > MAX_IMAGES:
        raise DataError(f"{path.name} must hold at most {MAX_IMAGES:,} files")
    total = 0
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or member.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise DataError(
                f"{path.name}: the name {member.filename!r} leads out of the archive; refused"
            )
        total += member.file_size
        shrunk = member.file_size > MAX_RATIO * max(1, member.compress_size)
        if member.file_size > MAX_IMAGE_BYTES or total > MAX_TOTAL_BYTES or shrunk:
            raise DataError(
                f"{path.name}: {member.filename!r} unpacks to {member.file_size:,} bytes from "
                f"{member.compress_size:,}; a file may have {MAX_IMAGE_BYTES:,} bytes and "
                f"{MAX_RATIO} times its packed size at most, all together {MAX_TOTAL_BYTES:,}"
            )
    return [member.filename for member in members if not member.is_dir()]


def _zip_reader(path: Path) -> Callable[[str], bytes]:
    """Return a reader of members that trusts no size written in the archive."""
    archive = zipfile.ZipFile(path)

    def read(name: str) -> bytes:
        try:
            with archive.open(name) as file:
                data = file.read(MAX_IMAGE_BYTES + 1)
        except Exception as error:  # zlib, CRC and encryption errors share no base class
            raise DataError(f"{name} cannot be unpacked ({error})") from None
        return _bounded(data, name)

    return read


def _folder_reader(path: Path) -> Callable[[str], bytes]:
    root = path.resolve()

    def read(name: str) -> bytes:
        file = (root / name).resolve()
        if not file.is_relative_to(root):
            raise DataError(f"{name} is a link out of the folder")
        if not file.is_file():
            raise DataError(f"{name} is no file")  # a pipe, say, that would never end
        try:
            with file.open("rb") as stream:
                return _bounded(stream.read(MAX_IMAGE_BYTES + 1), name)
        except OSError as error:
            raise DataError(f"{name} cannot be read ({error.strerror})") from None

    return read


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_IMAGE_BYTES:
        raise DataError(f"{name} has more than {MAX_IMAGE_BYTES:,} bytes")
    return data
