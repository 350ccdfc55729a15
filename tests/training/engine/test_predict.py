"""A saved network's probabilities for an image, against a forward pass done by hand."""

import numpy as np
import pytest

from explorer.lesson.forms import random_weights
from explorer.training.engine.batches import PIXEL_MEAN, PIXEL_STD
from explorer.training.engine.predict import predict
from resnext import ResNeXtSpec, trace
from resnext.errors import InputError

pytestmark = pytest.mark.slow
SPEC = ResNeXtSpec.from_name("resnext20_2x4d", classes=4)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A small network with random weights, and what it says of an image when called directly."""
    from resnext import build_model
    from resnext.weights import write_weights

    path = tmp_path_factory.mktemp("models") / "model.keras"
    model = build_model(SPEC)
    write_weights(model, trace(SPEC), random_weights(trace(SPEC)))
    model.save(path)
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    pixels = (image.astype(np.float64) - np.array(PIXEL_MEAN)) / np.array(PIXEL_STD)
    return path, image, model.predict(pixels[None].astype(np.float32), verbose=0)[0]


def test_probabilities_are_those_of_the_saved_model(saved):
    path, image, expected = saved
    found = predict(path, image)
    assert found.shape == (4,)
    assert found == pytest.approx(expected, abs=1e-5)
    assert float(found.sum()) == pytest.approx(1, abs=1e-5)
    assert found.std() > 1e-4  # it does depend on the weights
    assert predict(path, 255 - image) != pytest.approx(found, abs=1e-6)  # and on the image


def test_an_image_of_another_shape_is_refused(saved):
    path, image, _ = saved
    with pytest.raises(InputError, match=r"shape \(32, 32, 3\)\. Received \(16, 32, 3\)"):
        predict(path, image[:16])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"model\.keras cannot be read"):
        predict(tmp_path / "model.keras", np.zeros((32, 32, 3), np.uint8))
