"""Tiles: pictures decode again, captions are escaped."""

import base64
import io
import re

import numpy as np
from PIL import Image

from explorer.training.data.image_grid import data_url, tiles


def decoded(address):
    assert address.startswith("data:image/png;base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


def test_a_picture_comes_back():
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    assert np.array_equal(decoded(data_url(image)), image)
    assert np.array_equal(decoded(data_url(image[..., :1])), image[..., 0])


def test_captions_tell_right_from_wrong_and_escape():
    images = np.zeros((2, 4, 4, 3), np.uint8)
    text = tiles(images, [0, 1], [0, 0], [0.5, 0.91], ["<b>cat", "dog"])
    assert re.findall(r'<figure class="(\w+)">', text) == ["right", "wrong"]
    assert "Predicted &lt;b&gt;cat (91 %), actually dog" in text
    assert "Predicted &lt;b&gt;cat (50 %), correct" in text
    assert "<b>" not in text


def test_a_label_without_a_name_is_a_number():
    assert "actually 7" in tiles(np.zeros((1, 2, 2, 1), np.uint8), [7], [0], [1.0], ["cat"])
