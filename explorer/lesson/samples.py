"""Images for the lesson, fitted to a network's input."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.training import TrainingError
from explorer.training.data import load_dataset, synthetic
from explorer.training.data.sources import CIFAR10, SYNTHETIC, cached_cifar10
from explorer.training.errors import DataError
from resnext import Shape

Images = NDArray[np.uint8]
MAX_PIXELS = 50_000_000


@dataclass(frozen=True)
class Sample:
    """Images to try a network on.

    Attributes:
        images: (n, height, width, channels), 0 to 255.
        labels: (n,), or None if these are not images of the classes that the network knows.
        class_names: Of the labels, in their order.
    """

    images: Images
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()


def fit(data: bytes, shape: Shape) -> Images:
    """An image file as an array of a network's input shape, cropped to its aspect.

    Raises:
        ValueError: It is no image, or a monstrous one.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    height, width, channels = shape
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError(
                    f"An image may have {MAX_PIXELS // 10**6} million pixels. "
                    f"Received {picture.width}x{picture.height}."
                )
            plain = ImageOps.exif_transpose(picture).convert("RGB" if channels == 3 else "L")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("The file must be an image, such as PNG or JPEG.") from error
    fitted = np.asarray(ImageOps.fit(plain, (width, height)), np.uint8)
    return fitted.reshape(height, width, -1)


def drawn(count: int, shape: Shape) -> Images:
    """Images that this program draws itself, enlarged or reduced to a shape."""
    images, _ = synthetic.synthetic_images(count, 2)
    return np.stack([_resized(image, shape) for image in images])


def at_hand(source: str) -> bool:
    """Whether the images of a source are on this machine."""
    if source == CIFAR10:
        return cached_cifar10() is not None
    return source == SYNTHETIC or (bool(source) and Path(source).expanduser().exists())


def sample_of(source: str, shape: Shape, count: int) -> Sample:
    """Test images of a source with labels, or the built-in images if it cannot be read here."""
    try:
        return Sample(*labelled(source, shape, count))
    except TrainingError:
        return Sample(labelled(SYNTHETIC, shape, count)[0])


def labelled(
    source: str, shape: Shape, count: int
) -> tuple[Images, NDArray[np.int64], tuple[str, ...]]:
    """Test images of a source of data with labels, and the names of its classes.

    Nothing is downloaded: whoever opens the lesson has not asked for 170 MB.

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
