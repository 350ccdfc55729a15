"""Weights among the forms: exact, both ways, and one function whatever they are written in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resnext import FORMS, ResNeXtSpec, SpecError, Stage, build_model, trace
from resnext.weights import convert, read_weights, write_weights


def random_weights(spec, seed=0):
    rng = np.random.default_rng(seed)
    return {
        f"{node.name}/{weight.name}": rng.normal(size=weight.shape)
        for node in trace(spec)
        for weight in node.weights
    }


specs = st.builds(
    ResNeXtSpec,
    blocks=st.lists(st.integers(1, 2), min_size=1, max_size=2).map(tuple),
    cardinality=st.integers(1, 12),
    width=st.integers(1, 3),
    input_shape=st.just((8, 8, 3)),
    classes=st.just(10),
    stem=st.just("cifar"),
    shortcut_bias=st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(specs, st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_there_and_back_is_exact(spec, source, target):
    weights = random_weights(spec.replace(form=source))
    there = convert(weights, source, target)
    expected = random_weights(spec.replace(form=target))
    assert {key: value.shape for key, value in there.items()} == {
        key: value.shape for key, value in expected.items()
    }
    back = convert(there, target, source)
    assert back.keys() == weights.keys()
    assert all(np.array_equal(back[key], weights[key]) for key in weights)


def test_a_path_is_a_slice_of_the_grouped_kernel():
    grouped = random_weights(ResNeXtSpec(blocks=(1,)))
    paths = convert(grouped, "grouped", "aggregated")
    kernel = grouped["stage1/block1/conv2/kernel"]
    assert np.array_equal(paths["stage1/block1/path3/conv2/kernel"], kernel[:, :, :, 8:12])
    last = grouped["stage1/block1/conv3/kernel"]
    assert np.array_equal(paths["stage1/block1/path3/conv3/kernel"], last[:, :, 8:12, :])
    assert np.array_equal(paths["stage1/block1/bn3/gamma"], grouped["stage1/block1/bn3/gamma"])


def test_wrong_forms_are_refused():
    weights = random_weights(ResNeXtSpec(blocks=(1,), form="aggregated"))
    with pytest.raises(SpecError, match="'dense'"):
        convert(weights, "aggregated", "dense")
    with pytest.raises(SpecError, match="have no"):
        convert(weights, "split", "grouped")


def smooth_weights(graph, seed):
    """Weights near which nothing is at a ReLU's edge or grows without bound."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for node in graph:
        for weight in node.weights:
            fan_in = max(1, int(np.prod(weight.shape[:-1])))
            drawn[f"{node.name}/{weight.name}"] = {
                "kernel": lambda shape, n=fan_in: rng.normal(scale=np.sqrt(2 / n), size=shape),
                "gamma": lambda shape: rng.uniform(0.5, 1.5, size=shape),
                "moving_variance": lambda shape: rng.uniform(0.5, 1.5, size=shape),
            }.get(weight.name, lambda shape: rng.normal(scale=0.3, size=shape))(weight.shape)
    return drawn


def outputs_and_gradients(spec, weights, images, direction):
    """The output, and the gradient along ``direction`` by weight, in the grouped form.

    Keras runs eagerly: nothing is compiled, so that many small networks are quick.
    """
    import keras
    import tensorflow as tf

    graph, model = trace(spec), build_model(spec)
    write_weights(model, graph, convert(weights, "grouped", spec.form))
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=False)
        along = tf.reduce_sum(output * direction)
    keys = [
        f"{node.name}/{weight.name}"
        for node in graph
        for weight in node.weights
        if weight.trainable
    ]
    variables = {
        f"{node.name}/{weight.name}": variable.value
        for node in graph
        for weight, variable in zip(
            node.weights, model.get_layer(node.name.replace("/", "_")).weights, strict=True
        )
    }
    gradients = tape.gradient(along, [x, *(variables[key] for key in keys)])
    named = {key: g.numpy() for key, g in zip(keys, gradients[1:], strict=True)}
    keras.backend.clear_session()
    return output.numpy(), {
        **convert(named, spec.form, "grouped"),
        "input": gradients[0].numpy(),
    }


def assert_one_function(spec, dtype, tolerance, seed):
    grouped = trace(spec.replace(form="grouped"))
    weights = {k: v.astype(dtype) for k, v in smooth_weights(grouped, seed).items()}
    rng = np.random.default_rng([seed, 1])
    images = rng.normal(size=(2, *spec.input_shape)).astype(dtype)
    direction = rng.normal(size=(2, spec.classes)).astype(dtype)
    found = {
        form: outputs_and_gradients(spec.replace(form=form), weights, images, direction)
        for form in FORMS
    }
    output, gradients = found["grouped"]
    for form in FORMS[1:]:
        other, others = found[form]
        np.testing.assert_allclose(other, output, rtol=tolerance, atol=tolerance * output.max())
        assert others.keys() == gradients.keys()
        for key, gradient in gradients.items():
            np.testing.assert_allclose(
                others[key],
                gradient,
                rtol=tolerance,
                atol=tolerance * np.abs(gradient).max(),
                err_msg=f"{form} {key}",
            )


def small(cardinality, width, strides, shortcut_bias=False, side=(7, 6)):
    """A network of one projection block of these strides and one identity block."""
    return ResNeXtSpec(
        groups=(
            Stage(2, cardinality * width, 8, strides),
            Stage(1, cardinality * width, 8, 1, projection=False),
        ),
        cardinality=cardinality,
        input_shape=(*side, 3),
        classes=3,
        stem="cifar",
        shortcut_bias=shortcut_bias,
    )


# Drawn once: cardinality, width of a path, strides, bias of the shortcut, seed.
DRAWN = [
    tuple(int(n) for n in row)
    for row in np.random.default_rng(5).integers((2, 1, 1, 0, 0), (9, 5, 4, 2, 100), (6, 5))
]


@pytest.mark.slow
@pytest.mark.parametrize(("cardinality", "width", "strides", "bias", "seed"), DRAWN)
def test_outputs_and_gradients_are_equal_in_float32(cardinality, width, strides, bias, seed):
    spec = small(cardinality, width, strides, bool(bias))
    assert_one_function(spec, "float32", 1e-4, seed)


@pytest.mark.slow
def test_outputs_and_gradients_are_equal_with_squeeze_and_excitation():
    assert_one_function(small(4, 3, 2).replace(attention="se"), "float32", 1e-4, 7)


@pytest.mark.slow
@pytest.mark.parametrize(("cardinality", "width", "strides", "bias", "seed"), DRAWN)
def test_outputs_and_gradients_are_equal_in_float64(
    cardinality, width, strides, bias, seed, monkeypatch
):
    import keras

    # TensorFlow's own grouped convolution has no gradient in float64 on a processor.
    monkeypatch.setenv("RESNEXT_GROUPED_CONV", "split")
    kept = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        spec = small(cardinality, width, strides, bool(bias))
        assert_one_function(spec, "float64", 1e-10, seed)
    finally:
        keras.config.set_floatx(kept[0])
        keras.config.set_dtype_policy(kept[1])


@pytest.mark.slow
def test_a_model_gives_back_the_weights_that_were_written():
    spec = small(3, 2, 2).replace(form="concatenated")
    graph, model = trace(spec), build_model(spec)
    weights = {k: v.astype("float32") for k, v in random_weights(spec, 3).items()}
    write_weights(model, graph, weights)
    back = read_weights(model, graph)
    assert all(np.array_equal(back[key], weights[key]) for key in weights)
    del weights["stage1/block1/path2/conv1/kernel"]
    with pytest.raises(KeyError, match="path2/conv1/kernel"):
        write_weights(model, graph, weights)
