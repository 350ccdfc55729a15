"""The one decoder of image files: format, size and structure are checked before any pixel."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from explorer.training.data.errors import DataError

IMAGE_FORMATS = ("JPEG", "PNG", "BMP", "WEBP")
MAX_BYTES = 64 * 2**20
MAX_PIXELS = 25_000_000  # a photograph of a phone has 12 or 24 million
MAX_SIDE = 20_000  # resizing a very long image takes memory for its long side
MAX_PIECES = 50_000  # chunks of a PNG, segments of a JPEG: Pillow takes microseconds for each
MAX_SCANS = 100  # of a JPEG; each is a pass over all pixels, and cameras write 10 at most

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"


def read_image(data: bytes, mode: str, upright: bool = False) -> Image.Image:
    """Return the image in the bytes of a file.

    Args:
        data: The whole file.
        mode: `RGB` or `L`.
        upright: Turn it as its EXIF orientation says.

    Raises:
        DataError: It is not an image, is cut short, or would cost too much to decode.
    """
    if len(data) > MAX_BYTES:
        raise DataError(f"an image file may have {MAX_BYTES:,} bytes; this one has {len(data):,}")
    scans = data.count(b"\xff\xda") if data.startswith(_JPEG) else 0
    if _pieces(data) > MAX_PIECES or scans > MAX_SCANS:
        raise DataError(f"an image file may have {MAX_PIECES:,} parts and {MAX_SCANS} scans")
    try:
        with Image.open(io.BytesIO(data), formats=IMAGE_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise DataError(
                    f"an image may have {MAX_PIXELS:,} pixels and sides of {MAX_SIDE:,} at most; "
                    f"this one has {width:,}x{height:,}"
                )
            plain: Image.Image = image
            if upright:
                plain = ImageOps.exif_transpose(image)
            if plain.mode.startswith("I"):  # 16 bits, which `convert` would cut off at 255
                values = np.array(plain, np.uint32)
                values += 128
                values //= 257
                plain = Image.fromarray(values.astype(np.uint8))
            plain = plain if plain.mode == mode else plain.convert(mode)
            plain.load()
            return plain
    except DataError:
        raise
    except Image.DecompressionBombError:
        raise DataError(f"an image may have {MAX_PIXELS:,} pixels at most") from None
    except Exception as error:  # a forged image can raise anything
        raise DataError(
            f"the file must be an image: JPEG, PNG, BMP or WebP ({type(error).__name__})"
        ) from None


def resized(picture: Image.Image, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return an image as an array of this height, width and channels (1 or 3)."""
    height, width, channels = shape
    picture = picture.convert("L") if channels == 1 else picture
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(picture, np.uint8).reshape(shape)


def _pieces(data: bytes) -> int:
    """Count the chunks of a PNG, or the segments of a JPEG before its pixels, up to the limit."""
    count = 0
    if data.startswith(_PNG):
        at = len(_PNG)
        while at < len(data) and count <= MAX_PIECES:
            at += 12 + int.from_bytes(data[at : at + 4], "big")
            count += 1
    elif data.startswith(_JPEG):
        at = len(_JPEG)
        while at < len(data) and count <= MAX_PIECES and data[at : at + 2] != b"\xff\xda":
            # A segment says how long it is; anything else is looked at byte by byte.
            segment = data[at] == 0xFF and data[at + 1 : at + 2] not in (b"\xff", b"\x00", b"")
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big") if segment else 1
            count += 1
    return count
