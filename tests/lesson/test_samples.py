"""Images for the lesson: fitted, drawn, labelled; what is no image is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from explorer.lesson.samples import drawn, fit, labelled
from explorer.training import TrainingError


def png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, format="PNG")
    return buffer.getvalue()


def test_an_image_is_cropped_to_the_middle_and_resized():
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    assert (fit(png(wide), (10, 10, 3)) == 255).all()
    assert fit(png(wide), (8, 6, 1)).shape == (8, 6, 1)


@pytest.mark.parametrize("data", [b"", b"no image", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_image_is_told(data):
    with pytest.raises(ValueError, match="must be an image"):
        fit(data, (32, 32, 3))


def test_drawn_images_take_any_shape():
    assert drawn(2, (40, 50, 3)).shape == (2, 40, 50, 3)
    assert drawn(1, (32, 32, 1)).dtype == np.uint8


def test_labelled_images_come_with_their_names():
    images, labels, names = labelled("synthetic", (32, 32, 3), 20)
    assert images.shape == (20, 32, 32, 3)
    assert set(labels) <= set(range(len(names)))
    with pytest.raises(TrainingError):
        labelled("/no/such/folder", (32, 32, 3), 5)
