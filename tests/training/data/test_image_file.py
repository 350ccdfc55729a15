"""The one decoder of images: what is forged is refused before it costs anything."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib

import numpy as np
import pytest
from PIL import Image

from explorer.lesson.samples import fit
from explorer.training.data.decoding import decode_image
from explorer.training.data.errors import DataError

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, more: bytes = b"") -> bytes:
    """A PNG that says it has this size; its pixels are missing unless it is small."""
    rows = bytes(height * (1 + width)) if width * height < 10_000 else b""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + more + pixels + chunk(b"IEND", b"")


def jpeg(head: bytes = b"", scans: int = 1) -> bytes:
    file = io.BytesIO()
    Image.new("L", (16, 16)).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:2] + head + data[2:-2] + last * (scans - 1) + data[-2:]


def gif() -> bytes:
    file = io.BytesIO()
    Image.new("L", (16, 16)).save(file, "GIF")
    return file.getvalue()


HOSTILE = {
    "EPS": (EPS, "must be an image"),
    "GIF": (gif(), "must be an image"),
    "cut short": (png(8, 8)[:45], "must be an image"),
    "long": (png(1, 49_000_000), "25,000,000 pixels"),
    "thin": (png(1, 24_000_000), "sides of 20,000"),
    "bomb": (png(20_000, 20_000), "25,000,000 pixels"),
    "chunks": (png(8, 8, chunk(b"aaAa", b"") * 60_000), "50,000 parts"),
    "scans": (jpeg(scans=200), "100 scans"),
    "padding": (jpeg(b"\xff" * 60_000), "50,000 parts"),
    "comments": (jpeg(b"\xff\xfe\0\2" * 60_000), "50,000 parts"),
    "large": (jpeg() + bytes(65 * 2**20), "67,108,864 bytes"),
}


@pytest.mark.filterwarnings("error")  # Pillow warns of a bomb before it refuses one
@pytest.mark.parametrize("kind", HOSTILE)
def test_the_lesson_and_the_training_refuse_the_same_files(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        pytest.fail("another program was started")

    data, words = HOSTILE[kind]
    monkeypatch.setattr(subprocess, "Popen", run)
    monkeypatch.setattr(subprocess, "check_call", run)
    for read in (fit, decode_image):
        with pytest.raises(DataError, match=words):
            read(data, (8, 8, 3))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP"])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_a_camera_writes_is_read_by_both(kind: str, channels: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (20, 10), (90, 90, 90)).save(file, kind)
    for read in (fit, decode_image):
        image = read(file.getvalue(), (5, 10, channels))
        assert image.shape == (5, 10, channels)
        assert np.abs(image.astype(int) - 90).max() <= 2


def test_the_lesson_turns_an_image_as_its_camera_was_held() -> None:
    image = Image.new("L", (20, 10))
    image.paste(255, (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    turned = fit(file.getvalue(), (20, 10, 1))
    assert turned[:8].min() > 200
    assert turned[12:].max() < 50
