"""Images for the lesson, fitted to a network's input."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from explorer.training.data import load_dataset, synthetic
from resnext import Shape

Images = NDArray[np.uint8]
MAX_PIXELS = 50_000_000


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


def labelled(
    source: str, shape: Shape, count: int
) -> tuple[Images, NDArray[np.int64], tuple[str, ...]]:
    """Test images of a source of data with labels, and the names of its classes.

    Raises:
        explorer.training.DataError: The source is missing or damaged.
    """
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
