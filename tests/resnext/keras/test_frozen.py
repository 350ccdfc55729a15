"""Inference with constant weights says what the model says."""

import numpy as np
import pytest

from resnext import ResNeXtSpec, build_model
from resnext.keras.frozen import frozen

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", ["grouped", "split"])
def test_it_gives_the_same_output_for_any_number_of_images(form):
    model = build_model(ResNeXtSpec.from_name("mini_resnext", form=form))
    forward = frozen(model)
    rng = np.random.default_rng(0)
    for number in (1, 3):
        images = rng.normal(size=(number, 32, 32, 3)).astype(np.float32)
        expected = np.asarray(model(images, training=False))
        np.testing.assert_allclose(
            forward(images), expected, rtol=0, atol=2e-5
        )  # batch norms are folded


def test_a_later_change_of_the_weights_is_not_seen():
    model = build_model(ResNeXtSpec.from_name("mini_resnext"))
    images = np.ones((1, 32, 32, 3), np.float32)
    forward = frozen(model)
    before = forward(images)
    model.layers[-1].bias.assign(np.arange(10.0))
    np.testing.assert_array_equal(forward(images), before)
    assert not np.allclose(np.asarray(model(images, training=False)), before)
