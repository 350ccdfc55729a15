"""From a source to arrays: chosen, split, decoded, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from explorer.training.data.errors import DataError
from explorer.training.data.image_file import resized
from explorer.training.data.readers import ImageSet, Request, size
from explorer.training.data.selection import Images, Labels, split, taken
from explorer.training.data.sources import open_source


@dataclass(frozen=True)
class Dataset:
    """Images as uint8 arrays (N, height, width, channels) and their labels (N,).

    Attributes:
        class_names: In label order.
        notes: Sentences about what was left out or changed.
        read_test: Reads the test set, which may be empty. It is needed only at the end of a
            training, and reading 60,000 small files takes time.
    """

    x_train: Images
    y_train: Labels
    x_val: Images
    y_val: Labels
    class_names: tuple[str, ...]
    notes: tuple[str, ...]
    read_test: Callable[[], ImageSet]

    @cached_property
    def test(self) -> ImageSet:
        """The test set.

        Raises:
            DataError: The source can no longer be read.
        """
        return self.read_test()


def load_dataset(
    source: str,
    input_shape: tuple[int, int, int] = (32, 32, 3),
    limit: int | None = None,
    validation: float = 0.1,
    seed: int = 0,
    test_limit: int | None = None,
) -> Dataset:
    """Return the images of `source`, split the same way every time.

    Args:
        source: See `open_source`.
        input_shape: Height, width and channels (1 or 3) that the network takes.
        limit: Images for training and validation together, drawn evenly from the classes.
            None is all.
        validation: Share of the training images kept for validation, the same in each class.
        seed: Of the choice and the split.
        test_limit: Test images, drawn likewise. None is a fifth of ``limit``, or all without one.

    Raises:
        DataError: The source is missing, damaged or hostile, or does not fit.
    """
    if input_shape[2] not in (1, 3):
        raise DataError(
            f"images have 1 or 3 channels; the network takes {input_shape[2]}: change its input"
        )
    info = open_source(source)
    train, tests, read_test = info.read(Request(input_shape, limit, seed, test_limit))
    x, y = train.images, train.labels
    if len(y) < 2:
        raise DataError(f"training needs at least 2 images that can be read; found {len(y)}")
    notes = [note for note in (info.note, *train.notes) if note]
    if x.shape[1:] != input_shape:
        notes.append(f"Images were resized from {size(x.shape[1:])} to {size(input_shape)}.")
    if not tests:
        notes.append("There is no test set, so the run reports validation figures only.")

    def test() -> ImageSet:
        found = read_test()
        return ImageSet(_resized(found.images, input_shape), found.labels, found.notes)

    x = _resized(x, input_shape)
    rows, kept = split(y, validation, seed)
    x, count = taken(x, np.concatenate([rows, kept])), len(rows)
    return Dataset(x[:count], y[rows], x[count:], y[kept], info.class_names, tuple(notes), test)


def _resized(images: Images, shape: tuple[int, int, int]) -> Images:
    if images.shape[1:] == shape:
        return images
    made = np.empty((len(images), *shape), np.uint8)
    for row, image in enumerate(images):
        made[row] = resized(Image.fromarray(image), shape)
    return made
