"""How sources of images are read: one function for each kind, from what is wanted to arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from explorer.training.data import pickles, synthetic
from explorer.training.data.cache import cached_array
from explorer.training.data.decoding import decode_cached
from explorer.training.data.errors import DataError
from explorer.training.data.images import ImageListing
from explorer.training.data.names import shown
from explorer.training.data.selection import Images, Labels, choose, taken

MAX_BYTES = 4 * 2**30
MAX_FAILED_NAMED = 5


@dataclass(frozen=True)
class ImageSet:
    """Images of one size and their labels, with sentences about what was left out."""

    images: Images
    labels: Labels
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """What is wanted of a source: an input shape, and at most so many images."""

    shape: tuple[int, int, int]
    limit: int | None
    seed: int
    test_limit: int | None = None

    def tests(self, count: int) -> int:
        """How many of `count` test images to use."""
        if self.test_limit is not None:
            return min(count, self.test_limit)
        return count if self.limit is None else min(count, max(1, self.limit // 5))


# The images to train on, the number of test images, and what reads these.
Read = tuple[ImageSet, int, Callable[[], ImageSet]]
Reader = Callable[[Request], Read]


def read_synthetic(request: Request) -> Read:
    """Draw the built-in images."""
    count = min(request.limit or synthetic.TRAIN_IMAGES, synthetic.TRAIN_IMAGES)
    tests = request.tests(synthetic.TEST_IMAGES)
    _check_memory(count + tests, request.shape)

    def draw(number: int, seed: int) -> ImageSet:
        key = f"synthetic|{synthetic.VERSION}|{number}|{seed}"
        labels = np.arange(number, dtype=np.int64) % len(synthetic.CLASS_NAMES)
        images = cached_array(key, lambda: synthetic.synthetic_images(number, seed)[0])
        return ImageSet(images, labels)

    return draw(count, 1), tests, lambda: draw(tests, 2)


def read_batches(batches: pickles.Batches, classes: int, request: Request) -> Read:
    """Read CIFAR-10's official batches, whose images have one of so many classes."""
    x, x_test = (np.empty((0, 32, 32, 3), np.uint8) for _ in range(2))
    labels: dict[str, Labels] = {}
    starts: dict[str, int] = {}
    with closing(batches()) as files:
        for name, file in files:
            if name != pickles.META:
                images, labels[name] = pickles.parse_batch(file, name, classes)
                into = x_test if name == pickles.TEST_BATCH else x
                starts[name] = len(into)
                # Grown in place and filled at once: a list of arrays would take twice the memory.
                into.resize((len(into) + len(images), 32, 32, 3), refcheck=False)
                into[starts[name] :] = images
                del images
    train = [name for name in pickles.TRAIN_BATCHES if name in labels]
    if not train:
        raise DataError("there is no data_batch_1 to 5 to train on")
    missing = [name for name in (*pickles.TRAIN_BATCHES, pickles.TEST_BATCH) if name not in labels]
    notes = (f"Not in the archive: {', '.join(missing)}.",) if missing else ()
    # The order of the batches decides which images are chosen, not their order in the archive.
    y = np.concatenate([labels[name] for name in train])
    at = np.concatenate([starts[name] + np.arange(len(labels[name])) for name in train])
    y_test = labels.get(pickles.TEST_BATCH, np.empty(0, np.int64))
    rows = choose(y, request.limit, request.seed)
    few = choose(y_test, request.tests(len(y_test)), request.seed) if len(y_test) else y_test
    _check_memory(len(rows) + len(few), request.shape)
    test = ImageSet(taken(x_test, few), y_test[few])
    return ImageSet(taken(x, at[rows]), y[rows], notes), len(few), lambda: test


def read_images(listing: ImageListing, request: Request) -> Read:
    """Decode images that were listed."""

    def decode(pairs: Sequence[tuple[str, int]], most: int | None) -> ImageSet:
        labels = np.array([label for _, label in pairs], np.int64)
        if not len(labels):
            return ImageSet(np.empty((0, *request.shape), np.uint8), labels)
        rows = choose(labels, most, request.seed)
        names = [pairs[row][0] for row in rows]
        images, failed = decode_cached(listing, names, request.shape)
        good = np.array([name not in failed for name in names])
        notes = (_failure_note(failed),) if failed else ()
        return ImageSet(images[good], labels[rows][good], notes)

    count, tests = len(listing.train), request.tests(len(listing.test))
    _check_memory(min(request.limit or count, count) + tests, request.shape)
    return decode(listing.train, request.limit), tests, lambda: decode(listing.test, tests)


def _failure_note(failed: set[str]) -> str:
    names = ", ".join(map(shown, sorted(failed)[:MAX_FAILED_NAMED]))
    more = f" and {len(failed) - MAX_FAILED_NAMED} more" if len(failed) > MAX_FAILED_NAMED else ""
    what = (
        "1 image could not be read and was"
        if len(failed) == 1
        else (f"{len(failed):,} images could not be read and were")
    )
    return f"{what} left out: {names}{more}."


def _check_memory(count: int, shape: tuple[int, int, int]) -> None:
    bytes_needed = count * shape[0] * shape[1] * shape[2]
    if bytes_needed > MAX_BYTES:
        raise DataError(
            f"the images must fit in {MAX_BYTES / 2**30:g} GiB; {count:,} of {size(shape)} take "
            f"{bytes_needed / 2**30:.1f} GiB: set a limit on their number or a smaller input"
        )


def size(shape: Sequence[int]) -> str:
    """Height x width x channels."""
    return "x".join(str(side) for side in shape)
