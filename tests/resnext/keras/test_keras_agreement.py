"""Graph and Keras model agree, layer by layer; the four forms compute one function."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from resnext import FORMS, PRESETS, ResNeXt, ResNeXtSpec, build_model, load_model, trace
from resnext.resnext import GROUPS
from resnext.resnext_cifar10 import cifar_spec, resnext_cifar10
from resnext.weights import convert, read_weights, write_weights

pytestmark = pytest.mark.slow  # TensorFlow

SMALL = {
    "blocks": (1, 2),
    "cardinality": 4,
    "width": 3,
    "input_shape": (9, 7, 3),
    "classes": 5,
    "stem": "cifar",
}


KERAS = {"GroupedConv2D": "Conv2D", "ChannelSlice": "Cropping2D"}


def inputs_of(layer):
    """The tensors that a layer reads; an input layer reads none."""
    if type(layer).__name__ == "InputLayer":
        return []
    return layer.input if isinstance(layer.input, list) else [layer.input]


def zeros_before_windows(spec, graph):
    """Names of the layers that add zeros: before each window that skips positions."""
    wide = [node for node in graph if node.layer.window[0][0] > 1 < node.layer.window[1][0]]
    return {f"{node.name.replace('/', '_')}_pad" for node in wide if spec.padding == "symmetric"}


def assert_agreement(spec):
    import keras

    graph = trace(spec)
    with keras.StatelessScope(initialize_variables=False):  # shapes alone: nothing is drawn
        model = build_model(spec)
    names = {node.name.replace("/", "_") for node in graph}
    assert {x.name for x in model.layers} == names | zeros_before_windows(spec, graph)
    for node in graph:
        layer = model.get_layer(node.name.replace("/", "_"))
        reads = [tensor._keras_history.operation.name for tensor in inputs_of(layer)]
        if f"{layer.name}_pad" in reads:
            zeros = model.get_layer(f"{layer.name}_pad")
            half = (layer.kernel_size if node.weights else layer.pool_size)[0] // 2
            assert zeros.padding == ((half, half), (half, half))
            reads = [tensor._keras_history.operation.name for tensor in inputs_of(zeros)]
        assert [source.replace("/", "_") for source in node.inputs] == reads, node.name
        assert KERAS.get(node.kind, node.kind) == type(layer).__name__, node.name
        assert type(layer).__module__.startswith("keras.")
        assert node.output_shape == tuple(layer.output.shape[1:]), node.name
        assert node.total_params == layer.count_params(), node.name
        assert [weight.shape for weight in node.weights] == [w.shape for w in layer.weights]
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert sum(node.params for node in graph) == trainable


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_agrees_with_keras(name):
    assert_agreement(ResNeXtSpec.from_name(name))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_agrees_with_keras(form):
    assert_agreement(ResNeXtSpec(**SMALL, form=form, shortcut_bias=True))
    assert_agreement(ResNeXtSpec(**SMALL, form=form, include_top=False))
    assert_agreement(ResNeXtSpec(**SMALL, form=form, attention="se"))
    assert_agreement(ResNeXtSpec(**SMALL, form=form, padding="symmetric"))


@pytest.mark.parametrize("side", [(64, 64), (65, 98)])
@pytest.mark.parametrize("name", ["resnext50_32x4d", "seresnext50_32x4d", "zoo50"])
def test_torchvisions_padding_agrees_with_keras(name, side):
    assert_agreement(ResNeXtSpec.from_name(name, input_shape=(*side, 3), padding="symmetric"))


@pytest.mark.slow
def test_the_zoo_form_of_resnext50_agrees_with_keras():
    assert_agreement(ResNeXtSpec(form="split"))


def test_the_zoo_readme_example_on_keras_tensors():
    import keras
    from keras.layers import Conv2D, Dense, Flatten

    inputs = keras.Input((32, 32, 3))
    x = Conv2D(32, (3, 3), padding="same", activation="relu")(inputs)
    x = ResNeXt.group(x, n_blocks=2, filters_in=64, filters_out=128)
    x = ResNeXt.projection_block(x, filters_in=128, filters_out=256)
    x = ResNeXt.identity_block(x, filters_in=256, filters_out=256)
    outputs = Dense(10, activation="softmax")(Flatten()(x))
    model = keras.Model(inputs, outputs)
    assert model.count_params() == 461_450
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 456_586
    assert sum(int(np.prod(w.shape)) for w in model.non_trainable_weights) == 4_864


def test_the_three_systems_of_the_zoo_build_the_paper():
    import keras

    from resnext import resnext as procedural

    inputs = keras.Input((224, 224, 3))
    x = procedural.stem(inputs)
    x = procedural.learner(x, GROUPS[50], cardinality=32, shortcut_bias=False)
    model = keras.Model(inputs, procedural.classifier(x, 1000))
    assert model.count_params() == 25_028_904 + 68_224
    assert ResNeXt(50).model.count_params() == 25_028_904 + 68_224

    small = ResNeXt(50, input_shape=(128, 128, 3), n_classes=50)
    assert small.model.input_shape == (None, 128, 128, 3)
    assert small.model.output_shape == (None, 50)
    assert small.model is small.model

    cifar = resnext_cifar10(20, cardinality=2, width=8)
    assert cifar.spec == cifar_spec(20, 2, 8)
    assert cifar.spec.blocks == (2, 2, 2)
    assert cifar.model.output_shape == (None, 10)


def test_custom_groups_build():
    model = ResNeXt(
        groups=[(16, 32, 1), {"filters_in": 32, "filters_out": 64, "n_blocks": 0}],
        cardinality=8,
        input_shape=(33, 40, 1),
        n_classes=3,
        stem="cifar",
    ).model
    assert model.output_shape == (None, 3)
    assert model.get_layer("stage2_block1_relu").output.shape == (None, 17, 20, 64)


@pytest.fixture(scope="module")
def reloaded(tmp_path_factory):
    """Of each form, what a model predicts here, and in one fresh process what its file does."""
    folder = tmp_path_factory.mktemp("reloaded")
    images = np.random.default_rng(1).normal(size=(4, 9, 7, 3)).astype("float32")
    np.save(folder / "images.npy", images)
    expected = {}
    for form in FORMS:
        model = build_model(ResNeXtSpec(**SMALL, form=form))
        expected[form] = model.predict(images, verbose=0)
        model.save(folder / f"{form}.keras")
    code = (
        "import json, numpy as np, resnext, sys\n"
        "found = {}\n"
        "for form in sys.argv[1:]:\n"
        "    model = resnext.load_model(f'{form}.keras')\n"
        "    output = model.predict(np.load('images.npy'), verbose=0)\n"
        "    found[form] = output.tolist(), [type(layer).__name__ for layer in model.layers]\n"
        "json.dump(found, open('found.json', 'w'))"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    subprocess.run([sys.executable, "-c", code, *FORMS], check=True, cwd=folder, env=environment)
    found = json.loads((folder / "found.json").read_text())
    return {form: (expected[form], *found[form]) for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
def test_a_saved_model_predicts_the_same_in_a_fresh_process(reloaded, form):
    expected, got, layers = reloaded[form]
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)
    assert "Lambda" not in layers


def test_loading_knows_our_layers_without_a_hint(tmp_path):
    model = build_model(ResNeXtSpec(**SMALL))
    model.save(tmp_path / "model.keras")
    assert load_model(tmp_path / "model.keras").count_params() == model.count_params()


@pytest.mark.parametrize("strides", [1, 2])
def test_the_forms_are_one_function(strides):
    spec = ResNeXtSpec(**{**SMALL, "blocks": (1,) * strides, "shortcut_bias": True})
    images = np.random.default_rng(2).normal(size=(4, 9, 7, 3)).astype("float32")
    outputs, weights = {}, None
    for form in FORMS:
        graph, model = trace(spec.replace(form=form)), build_model(spec.replace(form=form))
        if weights is None:
            weights = read_weights(model, graph)
        else:
            write_weights(model, graph, convert(weights, "grouped", form))
        outputs[form] = model(images, training=False).numpy()
    for form in FORMS:
        np.testing.assert_allclose(outputs[form], outputs["grouped"], rtol=1e-4, atol=1e-6)
