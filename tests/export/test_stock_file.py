"""Files of earlier versions, handed out: Keras's own layers, the same function, no TensorFlow."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from plain_keras_files import in_plain_keras, layer_kinds

from explorer.analysis.report import analyse
from explorer.export.stock_file import stock_file
from explorer.foreign.keras_layer import KerasConfigError

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "resnext" / "keras" / "old_files"
FORMS = ("grouped", "split")


def written(folder, form):
    path = folder / f"{form}.keras"
    path.write_bytes(stock_file(OLD / f"{form}.keras"))
    return path


@pytest.mark.parametrize("form", FORMS)
def test_an_older_file_becomes_one_of_stock_layers(form, tmp_path):
    before = (OLD / f"{form}.keras").read_bytes()
    assert any(registered for registered, _ in layer_kinds(OLD / f"{form}.keras"))
    path = written(tmp_path, form)
    assert layer_kinds(path) == {(None, "keras.layers")}
    assert analyse(path).rows == analyse(OLD / f"{form}.keras").rows
    assert (OLD / f"{form}.keras").read_bytes() == before


def test_a_file_of_today_is_handed_out_as_it_is():
    path = ROOT / "assets" / "mini_resnext-cifar10.keras"
    assert stock_file(path) == path.read_bytes()


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "net.keras"
    path.write_bytes((OLD / "grouped.keras").read_bytes()[:5000])
    with pytest.raises(KerasConfigError, match="something else or damaged"):
        stock_file(path)


def test_the_page_train_hands_out_a_damaged_file_as_it_is(tmp_path):
    from explorer.app.views.train.run import _model

    path = tmp_path / "net.keras"
    path.write_bytes((OLD / "grouped.keras").read_bytes()[:5000])
    assert _model(SimpleNamespace(model_path=lambda run: path), "a run") == path.read_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_the_page_train_hands_out_stock_layers(form, tmp_path):
    from explorer.app.views.train.run import _model

    store = SimpleNamespace(model_path=lambda run: OLD / f"{form}.keras")
    path = tmp_path / "net.keras"
    path.write_bytes(_model(store, "20261129-175614-0d9f2a"))
    assert layer_kinds(path) == {(None, "keras.layers")}


@pytest.mark.slow
def test_no_tensorflow_is_imported():
    code = (
        "import sys; from pathlib import Path; from explorer.export.stock_file import stock_file;"
        "stock_file(Path(sys.argv[1])); print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(OLD / "split.keras")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.slow
def test_plain_keras_predicts_from_it_what_was_predicted_then(tmp_path):
    stored = np.load(OLD / "outputs.npz")
    labels = np.arange(len(stored["images"])) % stored["grouped"].shape[1]
    for form in FORMS:
        written(tmp_path, form)
        np.savez(
            tmp_path / f"{form}.npz", images=stored["images"], labels=labels, outputs=stored[form]
        )
    found = in_plain_keras(tmp_path)
    for form in FORMS:
        assert found[form]["difference"] < 1e-6
        assert found[form]["modules"] == ["keras"]


@pytest.mark.slow
def test_the_optimizer_s_state_comes_along(tmp_path):
    import keras

    from resnext.keras.layers import BatchNormalization, GroupedConv2D

    inputs = keras.Input((4, 4, 8))
    x = keras.layers.Conv2D(8, 1)(GroupedConv2D(8, groups=2)(inputs))
    x = keras.layers.Flatten()(GroupedConv2D(8, groups=4)(BatchNormalization()(x)))
    model = keras.Model(inputs, keras.layers.Dense(2)(x))
    model.compile("adam", "mse", jit_compile=False)
    model.fit(np.ones((4, 4, 4, 8)), np.ones((4, 2)), verbose=0)
    model.save(tmp_path / "old.keras")
    (tmp_path / "new.keras").write_bytes(stock_file(tmp_path / "old.keras"))
    assert layer_kinds(tmp_path / "new.keras") == {(None, "keras.layers")}
    again = keras.saving.load_model(tmp_path / "new.keras")
    assert int(again.optimizer.iterations) == 1
    pairs = zip(
        [*model.weights, *model.optimizer.variables],
        [*again.weights, *again.optimizer.variables],
        strict=True,
    )
    for before, after in pairs:
        np.testing.assert_array_equal(before, after)
