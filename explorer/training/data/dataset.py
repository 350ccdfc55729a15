"""From a source to arrays: chosen, split, decoded, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.training.data import pickles, synthetic
from explorer.training.data.cache import cached_array, file_stamp
from explorer.training.data.images import ImageListing, decode_images
from explorer.training.data.names import shown
from explorer.training.data.sources import SourceInfo, open_source
from explorer.training.errors import DataError

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
MAX_BYTES = 4 * 2**30
MAX_FAILED_NAMED = 5
CACHE_FROM = 2000  # images; fewer are decoded again as quickly


@dataclass(frozen=True)
class Part:
    """Images of one size and their labels, with sentences about what was left out."""

    images: Images
    labels: Labels
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Images as uint8 arrays (N, height, width, channels) and their labels.

    Attributes:
        class_names: In label order.
        notes: Sentences about what was left out or changed.
        read_test: Reads the test set, which may be empty. It is not needed until the end, and
            60,000 small files take their time, so nobody waits for it before.
    """

    x_train: Images
    y_train: Labels
    x_val: Images
    y_val: Labels
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    read_test: Callable[[], Part]

    @cached_property
    def test(self) -> Part:
        """The test set.

        Raises:
            DataError: The source cannot be read any more.
        """
        return self.read_test()


def load_dataset(
    source: str,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    limit: int | None = None,
    validation: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Return the images of `source`, split the same way every time.

    Args:
        source: See `open_source`.
        input_shape: Height, width and channels (1 or 3) that the network takes.
        limit: Images for training and validation together, drawn evenly from the classes; the
            test set is then cut to a fifth of it. None is all.
        validation: Share of the training images kept for validation, of each class alike.
        seed: Of the choice and the split.

    Raises:
        DataError: The source is missing, damaged or hostile, or does not fit.
    """
    if input_shape[2] not in (1, 3):
        raise DataError(
            f"images have 1 or 3 channels; the network takes {input_shape[2]}: change its input"
        )
    info = open_source(source)
    make = {"synthetic": _synthetic, "batches": _batches, "images": _images}[info.kind]
    return make(info, input_shape, limit, validation, seed)


def choose(labels: Labels, limit: int | None, seed: int) -> NDArray[np.int64]:
    """Return the rows to use, in random order, class after class in turn.

    A prefix of the result is balanced like the whole, so a smaller `limit` gives a subset.
    """
    rng = np.random.default_rng([seed, 1])
    shuffled = rng.permutation(len(labels))
    order = np.argsort(labels[shuffled], kind="stable")
    ranks = np.empty(len(labels))
    sizes = np.bincount(labels)
    ends = np.cumsum(sizes)
    for label, size in enumerate(sizes):
        rows = order[ends[label] - size : ends[label]]
        ranks[rows] = (np.arange(size) + 0.5) / size  # evenly through the whole
    rows = np.asarray(shuffled[np.argsort(ranks, kind="stable")], np.int64)
    return rows if limit is None else rows[:limit]


def split(labels: Labels, validation: float, seed: int) -> tuple[Labels, Labels]:
    """Return the rows of training and of validation; at least one image is in each."""
    rows = choose(labels, None, seed)
    count = min(len(rows) - 1, max(1, round(len(rows) * validation)))
    return np.sort(rows[count:]), np.sort(rows[:count])


def _synthetic(
    info: SourceInfo, shape: tuple[int, int, int], limit: int | None, validation: float, seed: int
) -> Dataset:
    count = min(limit or synthetic.TRAIN_IMAGES, synthetic.TRAIN_IMAGES)
    tests = min(synthetic.TEST_IMAGES, _test_limit(limit, synthetic.TEST_IMAGES))
    _check_memory(count + tests, shape)

    def draw(number: int, from_seed: int) -> tuple[Images, Labels]:
        key = f"synthetic|{synthetic.VERSION}|{number}|{from_seed}"
        labels = np.arange(number, dtype=np.int64) % len(info.class_names)
        return cached_array(key, lambda: synthetic.synthetic_images(number, from_seed)[0]), labels

    return _assemble(
        info, Part(*draw(count, 1)), tests, lambda: Part(*draw(tests, 2)), shape, validation, seed
    )


def _batches(
    info: SourceInfo, shape: tuple[int, int, int], limit: int | None, validation: float, seed: int
) -> Dataset:
    assert info.read is not None
    parts = {}
    for name in (*pickles.TRAIN_BATCHES, pickles.TEST_BATCH):
        data = info.read(name)
        if data is not None:
            parts[name] = pickles.parse_batch(data, name, len(info.class_names))
    train = [parts[name] for name in pickles.TRAIN_BATCHES if name in parts]
    if not train:
        raise DataError(f"{info.source} holds no data_batch_1 to 5")
    missing = [name for name in (*pickles.TRAIN_BATCHES, pickles.TEST_BATCH) if name not in parts]
    notes = (f"Not in the archive: {', '.join(missing)}.",) if missing else ()
    x, y = np.concatenate([part[0] for part in train]), np.concatenate([part[1] for part in train])
    empty = np.empty((0, 32, 32, 3), np.uint8), np.empty(0, np.int64)
    x_test, y_test = parts.get(pickles.TEST_BATCH, empty)
    rows = choose(y, limit, seed)
    few = choose(y_test, _test_limit(limit, len(y_test)), seed) if len(y_test) else y_test
    _check_memory(len(rows) + len(few), shape)
    test = Part(x_test[few], y_test[few])
    chosen = Part(x[rows], y[rows], notes)
    return _assemble(info, chosen, len(few), lambda: test, shape, validation, seed)


def _images(
    info: SourceInfo, shape: tuple[int, int, int], limit: int | None, validation: float, seed: int
) -> Dataset:
    listing = info.listing
    assert listing is not None

    def decode(pairs: Sequence[tuple[str, int]], most: int | None) -> Part:
        labels = np.array([label for _, label in pairs], np.int64)
        if not len(labels):
            return Part(np.empty((0, *shape), np.uint8), labels)
        rows = choose(labels, most, seed)
        names = [pairs[row][0] for row in rows]
        images, failed = _decode_cached(listing, names, shape)
        good = np.array([name not in failed for name in names])
        notes = (_failure_note(failed),) if failed else ()
        return Part(images[good], labels[rows][good], notes)

    tests = _test_limit(limit, len(listing.test))
    _check_memory(min(limit or len(listing.train), len(listing.train)) + tests, shape)
    train = decode(listing.train, limit)
    return _assemble(
        info, train, tests, lambda: decode(listing.test, tests), shape, validation, seed
    )


def _decode_cached(
    listing: ImageListing, names: list[str], shape: tuple[int, int, int]
) -> tuple[Images, set[str]]:
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
    if not failed:  # a row of zeros is an image that did not decode, or a black one: look again
        blank = np.flatnonzero(~images.any(axis=(1, 2, 3)))
        images[blank], failed = decode_images(listing, [names[row] for row in blank], shape)
    return images, set(failed)


def _failure_note(failed: set[str] | list[str]) -> str:
    lost = sorted(failed)
    more = f" and {len(lost) - MAX_FAILED_NAMED} more" if len(lost) > MAX_FAILED_NAMED else ""
    return (
        f"{len(lost)} images could not be read and were left out: "
        f"{', '.join(map(shown, lost[:MAX_FAILED_NAMED]))}{more}."
    )


def _assemble(
    info: SourceInfo,
    train: Part,
    tests: int,
    read_test: Callable[[], Part],
    shape: tuple[int, int, int],
    validation: float,
    seed: int,
) -> Dataset:
    x, y = train.images, train.labels
    if len(y) < 2:
        raise DataError(f"training needs at least 2 images that can be read; found {len(y)}")
    notes = [note for note in (info.note, *train.notes) if note]
    if x.shape[1:] != shape:
        notes.append(f"Images were resized from {_size(x.shape[1:])} to {_size(shape)}.")
        x = _resized(x, shape)
    if not tests:
        notes.append("There is no test set, so the run reports validation figures only.")

    def test() -> Part:
        part = read_test()
        images = part.images
        if len(images) and images.shape[1:] != shape:
            images = _resized(images, shape)
        return Part(images, part.labels, part.notes)

    rows, kept = split(y, validation, seed)
    return Dataset(x[rows], y[rows], x[kept], y[kept], info.class_names, tuple(notes), test)


def _resized(images: Images, shape: tuple[int, int, int]) -> Images:
    from PIL import Image

    resized = np.empty((len(images), *shape), np.uint8)
    for row, image in enumerate(images):
        picture = Image.fromarray(image)
        if shape[2] == 1:
            picture = picture.convert("L")
        picture = picture.resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
        resized[row] = np.asarray(picture).reshape(shape)
    return resized


def _test_limit(limit: int | None, count: int) -> int:
    return count if limit is None else min(count, max(1, limit // 5))


def _check_memory(count: int, shape: tuple[int, int, int]) -> None:
    size = count * shape[0] * shape[1] * shape[2]
    if size > MAX_BYTES:
        raise DataError(
            f"the images must fit in {MAX_BYTES / 2**30:g} GiB; {count:,} of {_size(shape)} take "
            f"{size / 2**30:.1f} GiB: set a limit on their number or a smaller input"
        )


def _size(shape: Sequence[int]) -> str:
    return "x".join(str(side) for side in shape)
