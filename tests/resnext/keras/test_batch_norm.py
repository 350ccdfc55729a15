import numpy as np
import pytest

from resnext.runtime import configure_environment

pytestmark = pytest.mark.slow  # TensorFlow


@pytest.fixture(scope="module", autouse=True)
def _tensorflow():
    """Imported by the worker that runs these tests, not by each that collects them."""
    global keras, tf, batch_norm, BatchNormalization, accelerate_norm  # noqa: PLW0603
    configure_environment()  # before TensorFlow comes with Keras
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("these are about TensorFlow's kernel")
    import tensorflow as tf

    from resnext.keras import batch_norm
    from resnext.keras.batch_norm import BatchNormalization, accelerate_norm


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(1.5, 3, size=shape)


def pair(shape, **arguments):
    """A layer that is accelerated and one that is not, with the same weights."""
    layers = tuple(keras.layers.BatchNormalization(**arguments) for _ in range(2))
    accelerate_norm(layers[0])
    for layer in layers:
        layer.build(shape)
        layer.set_weights([abs(draw(*w.shape, seed=i)) for i, w in enumerate(layer.get_weights())])
    return layers


def results(layer, x, dy, training):
    """Output, the gradients by input and weights, and the moving statistics after the call."""
    with tf.GradientTape() as tape:
        x = tf.constant(x, layer.compute_dtype)
        tape.watch(x)
        y = layer(x, training=training)
    weights = [w.value for w in layer.trainable_variables]
    gradients = tape.gradient(y, [x, *weights], tf.constant(dy, y.dtype))
    return [np.asarray(tf.cast(v, "float64")) for v in [y, *gradients, *layer.weights]]


def assert_same(shape, training=True, tolerance=1e-4, trainable=True, **arguments):
    ours, theirs = pair(shape, **arguments)
    ours.trainable = theirs.trainable = trainable
    for step in range(3):
        x, dy = draw(*shape, seed=step), draw(*shape, seed=step + 10)
        for a, b in zip(results(ours, x, dy, training), results(theirs, x, dy, training)):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1, abs(b).max()))
    return ours


@pytest.fixture
def fused_calls(monkeypatch):
    calls = []
    fused = batch_norm._fused
    monkeypatch.setattr(
        batch_norm,
        "_fused",
        lambda layer, x, *, training: calls.append(training) or fused(layer, x, training=training),
    )
    return calls


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "shape", [(8, 6, 5, 16), (2, 1, 1, 3), (1, 3, 7, 4), (3, 5, 5, 1)], ids=str
)
@pytest.mark.parametrize("momentum", [0.9, 0.99])
def test_the_fused_kernel_gives_keras_numbers(fused_calls, shape, training, momentum):
    assert_same(shape, training, momentum=momentum, epsilon=1e-5)
    assert fused_calls == [training] * 3


def test_one_value_a_channel_has_no_variance(fused_calls):
    assert_same((1, 1, 1, 4), epsilon=1e-3)
    assert fused_calls


@pytest.mark.parametrize("missing", ["scale", "center"])
def test_scale_or_offset_may_be_missing(fused_calls, missing):
    assert_same((4, 3, 3, 8), **{missing: False})
    assert fused_calls


def test_a_frozen_layer_uses_its_moving_statistics(fused_calls):
    layer = assert_same((4, 3, 3, 8), trainable=False)
    assert fused_calls == [False] * 3
    np.testing.assert_allclose(layer.moving_mean, abs(draw(8, seed=2)), rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_keeps_float32_statistics(fused_calls, policy):
    layer = assert_same((8, 4, 4, 8), tolerance=2e-2, dtype=policy)
    assert fused_calls
    assert {w.dtype for w in layer.weights} == {"float32"}


@pytest.mark.parametrize(
    ("shape", "arguments"),
    [((8, 6), {}), ((4, 3, 3, 8), {"axis": 1}), ((4, 3, 3, 8), {"dtype": "float64"})],
    ids=["two axes", "another axis", "float64"],
)
def test_everything_else_is_left_to_keras(fused_calls, shape, arguments):
    assert_same(shape, **arguments)
    assert not fused_calls


def test_a_mask_is_left_to_keras(fused_calls):
    x, mask = draw(4, 3, 3, 8).astype("float32"), np.arange(36).reshape(4, 3, 3) % 2 == 0
    ours, theirs = pair(x.shape)
    a, b = (layer(x, training=True, mask=mask) for layer in (ours, theirs))
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    assert not fused_calls


def test_files_of_the_older_layer_have_keras_variables(tmp_path):
    models = []
    for kind in (BatchNormalization, keras.layers.BatchNormalization):
        images = keras.Input((None, None, 6))
        models.append(keras.Model(images, kind(name="bn")(images)))
    ours, theirs = models
    ours.set_weights([abs(draw(6, seed=i)) for i in range(4)])
    ours.save_weights(tmp_path / "ours.weights.h5")
    theirs.load_weights(tmp_path / "ours.weights.h5")
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert ours.layers[1].get_config() == theirs.layers[1].get_config()
    x = draw(2, 5, 4, 6)
    ours.save(tmp_path / "ours.keras")
    again = keras.saving.load_model(tmp_path / "ours.keras", safe_mode=True)
    assert type(again.layers[1]) is BatchNormalization
    for model in (theirs, again):
        np.testing.assert_allclose(
            model.predict(x, verbose=0), ours.predict(x, verbose=0), rtol=1e-5, atol=1e-5
        )
