"""Images for the lesson, fitted to a network's input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.training.data import load_dataset, synthetic
from explorer.training.data.errors import DataError
from explorer.training.data.sources import CIFAR10, SYNTHETIC, cached_cifar10
from resnext import Shape
from resnext.errors import UserError

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """Images to try a network on.

    Attributes:
        images: (n, height, width, channels), 0 to 255.
        labels: (n,), or None if the images are not of the network's classes.
        class_names: In label order.
    """

    images: Images
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()


def fit(data: bytes, shape: Shape) -> Images:
    """An image file as an array of a network's input shape, cropped to its aspect.

    Raises:
        DataError: It is not an image, or too large to decode.
    """
    from PIL import ImageOps

    from explorer.training.data.image_file import read_image

    height, width, channels = shape
    picture = read_image(data, "RGB" if channels == 3 else "L", upright=True)
    return np.asarray(ImageOps.fit(picture, (width, height)), np.uint8).reshape(shape)


def drawn(count: int, shape: Shape) -> Images:
    """Synthetic images, resized to a shape."""
    images, _ = synthetic.synthetic_images(count, 2)
    return np.stack([_resized(image, shape) for image in images])


def at_hand(source: str) -> bool:
    """Whether the images of a source are on this machine."""
    if source == CIFAR10:
        return cached_cifar10() is not None
    return source == SYNTHETIC or (bool(source) and Path(source).expanduser().exists())


def sample_of(source: str, shape: Shape, count: int) -> Sample:
    """Test images of a source with labels, or synthetic images if it cannot be read here."""
    try:
        return Sample(*labelled(source, shape, count))
    except UserError:
        return Sample(labelled(SYNTHETIC, shape, count)[0])


def labelled(
    source: str, shape: Shape, count: int
) -> tuple[Images, NDArray[np.int64], tuple[str, ...]]:
    """Test images of a source of data with labels, and the names of its classes.

    Nothing is downloaded: opening the lesson must not cost 170 MB.

    Raises:
        explorer.training.DataError: The source is missing or damaged.
    """
    if not at_hand(source):
        raise DataError(f"the images must be on this machine; nothing is there: {source!r}")
    height, width, channels = shape
    # A limit gives a fifth of it as test images.
    data = load_dataset(source, (height, width, channels), limit=5 * count)
    images, labels = (
        (data.test.images, data.test.labels) if len(data.test.images) else (data.x_val, data.y_val)
    )
    return images[:count], labels[:count], data.class_names


def _resized(image: Images, shape: Shape) -> Images:
    from PIL import Image

    height, width, channels = shape
    picture = Image.fromarray(image).convert("RGB" if channels == 3 else "L")
    resized = picture.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(resized, np.uint8).reshape(height, width, channels)
