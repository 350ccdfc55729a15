"""Images for the lesson: fitted, drawn, labelled; what is no image is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from explorer.lesson.samples import at_hand, drawn, fit, labelled, sample_of
from resnext.errors import UserError


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
def test_what_is_no_image_is_refused(data):
    with pytest.raises(UserError, match="must be an image"):
        fit(data, (32, 32, 3))


def test_drawn_images_take_any_shape():
    assert drawn(2, (40, 50, 3)).shape == (2, 40, 50, 3)
    assert drawn(1, (32, 32, 1)).dtype == np.uint8


def test_labelled_images_come_with_their_names():
    images, labels, names = labelled("synthetic", (32, 32, 3), 20)
    assert images.shape == (20, 32, 32, 3)
    assert set(labels) <= set(range(len(names)))
    with pytest.raises(UserError):
        labelled("/no/such/folder", (32, 32, 3), 5)


def test_cifar10_is_never_downloaded(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        pytest.fail("the lesson asked the network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    assert not at_hand("cifar10")
    with pytest.raises(UserError, match="must be on this machine"):
        labelled("cifar10", (32, 32, 3), 5)
    sample = sample_of("cifar10", (32, 32, 3), 5)
    assert sample.labels is None
    assert (sample.images == sample_of("synthetic", (32, 32, 3), 5).images).all()
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "cifar-10-python.tar.gz").write_bytes(b"")
    assert at_hand("cifar10")


def test_a_sample_that_can_be_scored_has_labels():
    sample = sample_of("synthetic", (32, 32, 3), 20)
    assert set(sample.labels) == set(range(len(sample.class_names)))
    assert at_hand("synthetic")
    assert not at_hand("")
    assert not at_hand("/no/such/folder")
