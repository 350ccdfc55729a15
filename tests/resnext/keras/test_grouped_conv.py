import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from grouped_reference import grouped_conv

from resnext.keras.conv_plan import STRATEGIES, VARIABLE, Plan
from resnext.runtime import configure_environment

pytestmark = pytest.mark.slow  # TensorFlow

ROOT = Path(__file__).parents[3]

SHAPES = [  # height, width, channels, filters, cardinality
    (8, 8, 8, 8, 1),
    (7, 5, 8, 8, 8),
    (7, 5, 32, 32, 8),
    (6, 9, 24, 12, 3),
    (5, 5, 16, 32, 4),
    (9, 4, 64, 64, 2),
    (1, 1, 64, 64, 32),
]


@pytest.fixture(scope="module", autouse=True)
def _tensorflow():
    """Imported by the worker that runs these tests, not by each that collects them."""
    global keras, tf, GroupedConv2D, convolve, native_trains  # noqa: PLW0603
    configure_environment()  # before TensorFlow comes with Keras
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("these compare TensorFlow's ways")
    import tensorflow as tf

    from resnext.keras.grouped_conv import GroupedConv2D, convolve, native_trains


def run_python(code, **environment):
    """What a fresh interpreter prints as JSON in its last line."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def draw(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def output_and_gradients(layer, x, dy):
    with tf.GradientTape() as tape:
        x = tf.constant(x, layer.compute_dtype)
        tape.watch(x)
        y = layer(x)
    return y, *tape.gradient(y, [x, layer.kernel.value], tf.constant(dy, y.dtype))


@pytest.mark.parametrize("strategy", [None, *STRATEGIES])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_strategy_gives_the_reference(monkeypatch, shape, stride, strategy):
    if strategy == "native" and not native_trains("float32"):
        pytest.skip("TensorFlow cannot train its own grouped convolution here")
    monkeypatch.setenv(VARIABLE, strategy or "")
    height, width, channels, filters, groups = shape
    x = draw(2, height, width, channels)
    kernel = draw(3, 3, channels // groups, filters)
    dy = draw(2, -(-height // stride), -(-width // stride), filters)
    layer = GroupedConv2D(filters, 3, strides=stride, groups=groups)
    layer.build(x.shape)
    layer.set_weights([kernel])
    assert layer.compute_output_shape(x.shape) == dy.shape
    expected = grouped_conv(x, kernel, groups, stride, "same", dy)
    for value, reference in zip(output_and_gradients(layer, x, dy), expected):
        np.testing.assert_allclose(value, reference, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("merged", [1, 2, 4, 8])
@pytest.mark.parametrize("operation", ["native", "supergroups"])
def test_however_many_groups_are_merged(operation, merged):
    if operation == "native" and not native_trains("float32"):
        pytest.skip("TensorFlow cannot train its own grouped convolution here")
    x, kernel, dy = draw(2, 7, 6, 16), draw(3, 3, 2, 24), draw(2, 4, 3, 24)
    expected = grouped_conv(x, kernel, 8, 2, "same", dy)
    x, kernel = tf.constant(x, "float32"), tf.constant(kernel, "float32")
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = convolve(x, kernel, 8, Plan(operation, merged), (2, 2), "same")
    gradients = tape.gradient(y, [x, kernel], tf.constant(dy, "float32"))
    for value, reference in zip([y, *gradients], expected):
        np.testing.assert_allclose(value, reference, rtol=1e-4, atol=1e-4)


def test_float64_also_trains_and_to_its_precision():
    x, kernel, dy = draw(2, 5, 7, 16), draw(3, 3, 2, 16), draw(2, 5, 7, 16)
    layer = GroupedConv2D(16, groups=8, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([kernel])
    expected = grouped_conv(x, kernel, 8, 1, "same", dy)
    for value, reference in zip(output_and_gradients(layer, x, dy), expected):
        np.testing.assert_allclose(value, reference, rtol=1e-10, atol=1e-10)


def test_valid_padding_bias_and_activation():
    x, kernel = draw(2, 6, 7, 16), draw(3, 3, 4, 16)
    layer = GroupedConv2D(16, groups=4, padding="valid", use_bias=True, activation="relu")
    layer.build(x.shape)
    layer.set_weights([kernel, np.arange(16.0) - 8])
    y, *_ = grouped_conv(x, kernel, 4, 1, "valid", None)
    expected = np.maximum(y + np.arange(16) - 8, 0)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-4)


def test_half_precision_keeps_a_float32_kernel_and_a_half_output():
    layer = GroupedConv2D(16, groups=8, dtype="mixed_bfloat16")
    y = layer(draw(1, 4, 4, 16))
    assert layer.kernel.dtype == "float32"
    assert y.dtype == tf.bfloat16


def test_weights_and_configuration_are_those_of_a_keras_convolution():
    ours = GroupedConv2D(24, 3, strides=2, groups=4, name="conv")
    keras_layer = keras.layers.Conv2D(
        24, 3, strides=2, groups=4, padding="same", use_bias=False, kernel_initializer="he_normal"
    )
    for layer in (ours, keras_layer):
        layer.build((None, 7, 5, 8))
    keras_layer.set_weights(ours.get_weights())
    x = draw(2, 7, 5, 8)
    np.testing.assert_allclose(ours(x), keras_layer(x), rtol=1e-4, atol=1e-4)
    again = GroupedConv2D.from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
    assert (again.filters, again.groups, again.use_bias) == (24, 4, False)
    assert (again.kernel_size, again.strides) == ((3, 3), (2, 2))


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"filters": 10, "groups": 4}, "filters=10"),
        ({"filters": 8, "groups": 4, "dilation_rate": 2}, "dilation_rate=1"),
        ({"filters": 8, "groups": 4, "data_format": "channels_first"}, "channels_last"),
    ],
)
def test_what_it_cannot_do_is_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        GroupedConv2D(**arguments)


def test_an_input_that_the_groups_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="groups=4"):
        GroupedConv2D(8, groups=4).build((None, 8, 8, 6))


def test_native_is_refused_where_its_gradient_does_not_run(monkeypatch):
    if native_trains("float64"):
        pytest.skip("TensorFlow trains grouped convolutions in float64 here")
    monkeypatch.setenv(VARIABLE, "native")
    with pytest.raises(ValueError, match="Received 'native' for float64"):
        GroupedConv2D(16, groups=8, dtype="float64")(draw(1, 4, 4, 16))


def test_an_unknown_strategy_is_refused(monkeypatch):
    monkeypatch.setenv(VARIABLE, "quick")
    with pytest.raises(ValueError, match="must be one of native, supergroups, split"):
        GroupedConv2D(16, groups=8)(draw(1, 4, 4, 16))


def small_model():
    images = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(32, 1)(images)
    x = GroupedConv2D(32, groups=8)(x)
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(x))


def test_sizes_may_be_unknown_and_keras_is_kept_from_xla():
    model = small_model()
    model.compile("sgd", "mse")
    assert model.jit_compile is bool(tf.config.list_physical_devices("GPU"))
    model.fit(draw(6, 7, 5, 3), np.zeros((6, 32)), batch_size=4, verbose=0)
    assert model.predict(draw(3, 9, 8, 3), verbose=0).shape == (3, 32)


@pytest.mark.slow
def test_a_saved_model_predicts_the_same_in_a_fresh_process(tmp_path):
    model = small_model()
    model.save(tmp_path / "model.keras")
    x = draw(2, 7, 5, 3)
    loaded = run_python(
        "import json, numpy, resnext\n"
        f"model = resnext.load_model({str(tmp_path / 'model.keras')!r})\n"
        f"x = numpy.array({x.tolist()})\n"
        "print(json.dumps(model.predict(x, verbose=0).tolist()))"
    )
    np.testing.assert_allclose(loaded, model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


TRAIN = """
import json
import keras, numpy as np
from grouped_reference import grouped_conv
from resnext.keras.layers import BatchNormalization, GroupedConv2D

images = keras.Input((7, 5, 3))
layer = GroupedConv2D(16, groups=8, strides=2)
x = BatchNormalization()(layer(keras.layers.Conv2D(16, 1)(images)))
model = keras.Model(images, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x)))
model.compile(keras.optimizers.SGD(0.05), "mse", jit_compile=False)
rng = np.random.default_rng(0)
data = rng.normal(size=(64, 7, 5, 3)).astype("float32")
losses = model.fit(data, data.mean((1, 2, 3)), epochs=4, verbose=0).history["loss"]
x = rng.normal(size=(2, 7, 5, 16)).astype("float32")
y = keras.ops.convert_to_numpy(layer(x))
kernel = keras.ops.convert_to_numpy(layer.kernel)
error = abs(y - grouped_conv(x, kernel, 8, 2, "same", None)[0]).max()
found = {"losses": losses, "error": float(error), "backend": keras.backend.backend()}
if keras.backend.backend() == "tensorflow":
    from resnext.keras.grouped_conv import choose_plan, native_trains
    found.update(native=native_trains("float32"), plan=choose_plan(8, 2, "float32").strategy)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_without_onednn_the_probe_fails_and_the_layer_still_trains():
    found = run_python(TRAIN, TF_ENABLE_ONEDNN_OPTS="0", KERAS_BACKEND="tensorflow")
    if not tf.config.list_physical_devices("GPU"):
        assert (found["native"], found["plan"]) == (False, "supergroups")
    assert found["losses"][-1] < 0.8 * found["losses"][0]
    assert found["error"] < 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_it_trains_on_other_backends(backend):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    found = run_python(TRAIN, KERAS_BACKEND=backend)
    assert found["backend"] == backend
    assert found["losses"][-1] < 0.8 * found["losses"][0]
    assert found["error"] < 1e-4
