"""The symmetric rule in Keras, against torchvision's network in plain NumPy."""

import numpy as np
import pytest
from torchvision_reference import forward, max_pool

from resnext import FORMS, ResNeXtSpec, build_model, trace
from resnext.layers import MaxPooling2D, ReLU
from resnext.weights import convert, write_weights

pytestmark = pytest.mark.slow  # TensorFlow

SMALL = {"blocks": (1, 2), "cardinality": 4, "width": 2, "classes": 5}


def random_weights(spec, seed):
    """Of the grouped form, in which every weight matters."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for node in trace(spec.replace(form="grouped")):
        for weight in node.weights:
            scale = np.sqrt(2 / np.prod(weight.shape[:-1])) if weight.name == "kernel" else 0.1
            centre = 1.0 if weight.name in ("gamma", "moving_variance") else 0.0
            value = centre + scale * rng.uniform(-1, 1, weight.shape)
            drawn[f"{node.name}/{weight.name}"] = value
    return drawn


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("stem", "side"), [("imagenet", (32, 32)), ("imagenet", (37, 34)), ("cifar", (8, 7))]
)
def test_symmetric_padding_computes_what_torchvision_does(form, stem, side):
    spec = ResNeXtSpec(**SMALL, stem=stem, input_shape=(*side, 3), form=form, padding="symmetric")
    weights = random_weights(spec, 3)
    images = np.random.default_rng(4).normal(size=(2, *side, 3))
    expected = forward(images, weights, spec.blocks, spec.cardinality, stem=stem)
    outputs = {}
    for padding in ("same", "symmetric"):
        model = build_model(spec.replace(padding=padding))
        write_weights(model, trace(spec), convert(weights, "grouped", form))
        outputs[padding] = model(images.astype("float32"), training=False).numpy()
    np.testing.assert_allclose(outputs["symmetric"], expected, rtol=1e-4, atol=1e-6)
    # Even sides, at which the rules differ, are met by every one of these sizes.
    assert np.abs(outputs["same"] - expected).max() > 1e-3


def test_max_pooling_never_takes_the_padding():
    import keras

    from resnext.keras.builder import KerasValue

    x = np.random.default_rng(5).normal(size=(2, 6, 7, 3)).astype("float32")
    images = keras.Input(x.shape[1:])
    pool = MaxPooling2D("pool", 3, 2, "symmetric")
    with pytest.raises(ValueError, match="must follow a ReLU in Keras"):
        pool(KerasValue(images))
    model = keras.Model(images, pool(ReLU("relu")(KerasValue(images))).tensor)
    np.testing.assert_allclose(model.predict(x, verbose=0), max_pool(np.maximum(x, 0)))
