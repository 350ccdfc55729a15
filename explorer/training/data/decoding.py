"""Decoding many images: in threads, or in processes that share the cores.

    python -m explorer.training.data.decoding

is one of these processes: an order as JSON comes in, names that failed and pixels go out. It
imports no TensorFlow, so that it works while another process imports that. A pool of
`multiprocessing` would run the program's main module again, and outlive a parent that is killed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import file_stamp
from explorer.jobs.processes import environment
from explorer.training.data.cache import cached_array
from explorer.training.data.errors import DataError
from explorer.training.data.image_file import read_image, resized
from explorer.training.data.images import ImageListing

CACHE_FROM = 2000  # images; fewer are decoded again as quickly
CHUNK = 500  # images that a thread takes at a time
PROCESSES_FROM = (
    4000  # images; threads do not help with small ones, as Python decodes one at a time
)
NICENESS = 5  # behind the import of TensorFlow, which takes longer

Images = NDArray[np.uint8]


def decode_cached(
    listing: ImageListing, names: list[str], shape: tuple[int, int, int]
) -> tuple[Images, set[str]]:
    """As `decode_images`, from the cache if these images were decoded before."""
    failed: list[str] = []

    def make() -> Images:
        images, lost = decode_images(listing, names, shape)
        failed.extend(lost)
        return images

    if len(names) < CACHE_FROM:
        return make(), set(failed)
    stamps = [file_stamp(listing.path)]
    if listing.path.is_dir():
        stamps += [file_stamp(listing.path / name) for name in names]
    images = cached_array("|".join([*stamps, str(shape), *names]), make)
    if not failed:  # a row of zeros is an image that was not decoded, or a black one: look again
        blank = np.flatnonzero(~images.any(axis=(1, 2, 3)))
        images[blank], failed = decode_images(listing, [names[row] for row in blank], shape)
    return images, set(failed)


def decode_images(
    listing: ImageListing, names: Sequence[str], size: tuple[int, int, int]
) -> tuple[Images, list[str]]:
    """Decode images to one array, shape (len(names), height, width, channels).

    Args:
        listing: Where the names come from.
        names: Which images, in order.
        size: Height, width and channels (1 or 3); images of other sizes are resized.

    Returns:
        The array, and the names that could not be decoded, whose rows are zero.
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
) -> tuple[Images, list[str]]:
    """As `decode_images`, in another process; in this one if that fails."""
    order = {"path": str(listing.path), "names": names, "size": size}
    done = subprocess.run(
        [sys.executable, "-m", __spec__.name],
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        env=environment(),
        check=False,
    )
    head, _, pixels = done.stdout.partition(b"\n")
    if done.returncode or len(pixels) != len(names) * size[0] * size[1] * size[2]:
        return decode_here(listing, names, size, 1)
    return np.frombuffer(pixels, np.uint8).reshape(len(names), *size), json.loads(head)


def decode_here(
    listing: ImageListing,
    names: Sequence[str],
    size: tuple[int, int, int],
    workers: int,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[Images, list[str]]:
    """As `decode_images`, in threads, while `go_on` returns true."""
    images = np.zeros((len(names), *size), np.uint8)
    failed: list[str] = []
    chunks = [range(at, min(at + CHUNK, len(names))) for at in range(0, len(names), CHUNK)]
    with listing.open() as read, ThreadPoolExecutor(workers) as pool:

        def decode(rows: range) -> None:
            for row in rows if go_on() else ():
                try:
                    images[row] = decode_image(read(names[row]), size)
                except DataError:
                    failed.append(names[row])

        list(pool.map(decode, chunks))
    return images, sorted(failed)


def decode_image(data: bytes, size: tuple[int, int, int]) -> Images:
    """Return one image as uint8 of shape `size`.

    Raises:
        DataError: It is not an image, is cut short, or has too many pixels.
    """
    return resized(read_image(data, "RGB" if size[2] == 3 else "L"), size)


def main() -> None:
    """Decode what standard input asks for; end early if the parent is gone."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.read())
    parent = os.getppid()
    images, failed = decode_here(
        ImageListing(Path(order["path"])),
        order["names"],
        tuple(order["size"]),
        1,
        lambda: os.getppid() == parent,
    )
    sys.stdout.buffer.write(json.dumps(failed).encode() + b"\n")
    sys.stdout.buffer.write(images.data)


if __name__ == "__main__":
    main()
