"""Our ``.keras`` files in a Keras without our package, and such files, and older ones, in ours."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from plain_keras_files import in_plain_keras, layer_kinds

from explorer.analysis.report import analyse
from explorer.lesson.forms import random_weights
from explorer.lesson.saved_models import load_grouped, read_trained
from resnext import FORMS, ResNeXtSpec, build_model, load_model, trace
from resnext.weights import convert, read_weights, write_weights

pytestmark = pytest.mark.slow  # TensorFlow

HERE = Path(__file__).parent
OLD = HERE / "old_files"
TRAINED = HERE.parents[2] / "assets" / "mini_resnext-cifar10.keras"
MINI = ResNeXtSpec.from_name("mini_resnext", input_shape=(8, 8, 3))
TINY = ResNeXtSpec.from_name("seresnext11_2x2d", input_shape=(8, 8, 3), classes=3)
STRIDED = ResNeXtSpec(
    blocks=(1, 1), cardinality=2, width=2, input_shape=(32, 38, 3), classes=3, padding="symmetric"
)
SPECS = {
    "mini-grouped": MINI,
    **{
        f"mini-{form}": MINI.replace(form=form, cardinality=2)
        for form in FORMS
        if form != "grouped"
    },
    **{f"tiny-{form}": TINY.replace(form=form) for form in FORMS},
    "strided": STRIDED,
    "strided-split": STRIDED.replace(form="split"),
}


def predictions(model, images):
    """Run eagerly: to compile each of these small networks takes longer than to call it."""
    return np.asarray(model(images, training=False))


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Files of all specs, our predictions, and what plain Keras makes of them."""
    folder = tmp_path_factory.mktemp("portable")
    outputs = {}
    for name, spec in SPECS.items():
        graph, model = trace(spec), build_model(spec)
        grouped = random_weights(trace(spec.replace(form="grouped")), seed=5)
        write_weights(model, graph, convert(grouped, "grouped", spec.form))
        rng = np.random.default_rng(6)
        images = rng.normal(size=(4, *spec.input_shape)).astype("float32")
        labels = rng.integers(0, spec.classes, 4)
        outputs[name] = predictions(model, images)
        model.save(folder / f"{name}.keras")
        np.savez(folder / f"{name}.npz", images=images, labels=labels, outputs=outputs[name])
    # One that the explorer trained: Train's file of a run, as it is shipped.
    shutil.copyfile(TRAINED, folder / "trained.keras")
    images = np.random.default_rng(7).normal(size=(4, 32, 32, 3)).astype("float32")
    outputs["trained"] = predictions(load_model(TRAINED), images)
    np.savez(folder / "trained.npz", images=images, labels=np.arange(4), outputs=outputs["trained"])
    return folder, outputs, in_plain_keras(folder)


@pytest.mark.parametrize("name", [*SPECS, "trained"])
def test_plain_keras_predicts_the_same_and_trains_on(opened, name):
    folder, outputs, found = opened
    assert layer_kinds(folder / f"{name}.keras") == {(None, "keras.layers")}
    assert found[name]["modules"] == ["keras"]
    assert found[name]["difference"] < 1e-5
    assert 0 < found[name]["loss"] < 20
    # Every layer learns; a ReLU may shut out the gradient of a few weights.
    assert found[name]["moved"] > 0.9
    labels = np.load(folder / f"{name}.npz")["labels"]
    expected = -np.log(outputs[name][np.arange(4), labels]).mean()
    # In training, batch norm takes the batch's statistics: another loss than in inference.
    assert found[name]["loss"] != pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", SPECS)
def test_what_plain_keras_saved_again_opens_and_exports(opened, name):
    folder, outputs, _ = opened
    spec, path = SPECS[name], folder / f"{name}-again.keras"
    images = np.load(folder / f"{name}.npz")["images"]
    expected = np.load(folder / f"{name}-again.npy")
    model = load_model(path)
    np.testing.assert_allclose(predictions(model, images), expected, rtol=1e-4, atol=1e-6)
    assert np.abs(expected - outputs[name]).max() > 1e-4  # it was trained on
    report, traced = analyse(path), analyse(spec)
    assert report.totals.params == traced.totals.params
    assert report.totals.macs == traced.totals.macs
    rows = {row.name: row for row in report.rows}
    for row in traced.rows:
        assert rows[row.name].kind == row.kind
        assert rows[row.name].output_shape == row.output_shape
    # Its weights are those of the graph, also in the grouped form.
    grouped = convert(read_weights(model, trace(spec)), spec.form, "grouped")
    other = build_model(spec.replace(form="grouped"))
    write_weights(other, trace(spec.replace(form="grouped")), grouped)
    np.testing.assert_allclose(predictions(other, images), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["mini-grouped", "tiny-split", "tiny-aggregated"])
def test_the_lesson_knows_its_network(opened, name):
    folder, *_ = opened
    trained = read_trained(folder / f"{name}-again.keras")
    assert trained.spec == SPECS[name]
    model, graph = load_grouped(trained.path, trained.spec)
    assert graph.name == trained.spec.name
    images = np.load(folder / f"{name}.npz")["images"]
    expected = np.load(folder / f"{name}-again.npy")
    np.testing.assert_allclose(model.predict_on_batch(images), expected, rtol=1e-3, atol=1e-5)


def test_a_file_says_its_padding(tmp_path):
    spec = ResNeXtSpec.from_name("seresnext26_2x1d", input_shape=(32, 32, 3), padding="symmetric")
    build_model(spec.replace(classes=3)).save(tmp_path / "net.keras")
    trained = read_trained(tmp_path / "net.keras")
    assert trained.spec == spec.replace(classes=3)
    model, _ = load_grouped(trained.path, trained.spec)
    assert "stage2_block1_conv2_pad" in {layer.name for layer in model.layers}


@pytest.mark.parametrize("form", ["grouped", "split"])
def test_an_older_file_opens_exports_and_becomes_portable(form, tmp_path):
    """Written with layers of ours, and predictions beside it, before files held Keras's only."""
    path, stored = OLD / f"{form}.keras", np.load(OLD / "outputs.npz")
    assert any(registered for registered, _ in layer_kinds(path))
    model = load_model(path)
    np.testing.assert_allclose(
        model.predict(stored["images"], verbose=0), stored[form], rtol=1e-5, atol=1e-7
    )
    assert {type(layer).__module__.split(".")[0] for layer in model.layers} == {"keras"}
    model.save(tmp_path / "new.keras")
    assert layer_kinds(tmp_path / "new.keras") == {(None, "keras.layers")}
    old, new = analyse(path), analyse(tmp_path / "new.keras")
    assert old.rows == new.rows
    again = load_model(tmp_path / "new.keras")
    for before, after in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_our_loader_makes_the_layers_fast(opened):
    import keras

    folder, *_ = opened
    path = folder / "mini-grouped.keras"
    ways = {
        loader: {
            layer.name: set(vars(layer)) & {"call", "convolution_op"}
            for layer in loader(path).layers
        }
        for loader in (load_model, keras.saving.load_model)
    }
    assert ways[load_model]["stage1_block1_conv2"] == {"convolution_op"}
    assert ways[load_model]["stage1_block1_bn2"] == {"call"}
    assert ways[load_model]["stage1_block1_conv1"] == set()
    assert not any(ways[keras.saving.load_model].values())


def test_a_compiled_file_of_plain_keras_is_kept_from_xla(opened):
    import tensorflow as tf

    folder, *_ = opened
    model = load_model(folder / "mini-grouped-again.keras")
    assert model.compiled
    assert int(model.optimizer.iterations) == 1  # the optimizer's state came along
    assert model.jit_compile is bool(tf.config.list_physical_devices("GPU"))


def test_layers_that_are_not_fast_are_left_to_keras():
    import keras

    from resnext.keras.layers import accelerate

    for options in ({"dilation_rate": 2}, {"data_format": "channels_first"}, {"groups": 1}):
        layer = keras.layers.Conv2D(8, 3, **{"groups": 4, **options})
        assert accelerate(layer) is layer
        assert "convolution_op" not in vars(layer)
        assert layer.supports_jit


def test_the_shipped_network_holds_stock_layers():
    assert layer_kinds(TRAINED) == {(None, "keras.layers")}
    assert read_trained(TRAINED).spec == ResNeXtSpec.from_name("mini_resnext")


def test_custom_stages_predict():
    """TensorFlow takes no colon in a model's name, and such a network's name has some."""
    stages = ({"blocks": 1, "width": 8, "filters": 16},)
    spec = ResNeXtSpec(groups=stages, cardinality=2, input_shape=(8, 8, 3), classes=3, stem="mini")
    assert ":" in spec.name
    assert build_model(spec).predict(np.zeros((2, 8, 8, 3)), verbose=0).shape == (2, 3)
