"""``build``: a file of stock layers without the app; the same seed gives the same weights."""

import json
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

from explorer.analysis.report import analyse
from explorer.cli import main
from explorer.lesson.saved_models import read_trained


def run(capsys, *arguments):
    try:
        status = main(["build", *map(str, arguments)])
    except SystemExit as end:
        status = end.code
    return status, capsys.readouterr().err


def weights(path):
    """All arrays of a ``.keras`` file by name, read without Keras."""
    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as file:
        arrays = {}
        with h5py.File(file) as stored:
            stored.visititems(
                lambda name, item: (
                    arrays.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
                )
            )
    return arrays


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights(capsys, tmp_path):
    files = [tmp_path / f"{name}.keras" for name in ("one", "two", "other")]
    options = ("mini_resnext", "--input", "8x8", "--form", "split", "--cardinality", "4")
    for path, seed in zip(files, (7, 7, 8)):
        status, said = run(capsys, *options, "--seed", seed, "-o", path)
        assert status == 0, said
        assert f"Wrote {path}" in said
        assert f"form split, padding same, seed {seed}" in said
    one, two, other = map(weights, files)
    assert one.keys() == two.keys() == other.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert any(not np.array_equal(one[name], other[name]) for name in one)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in files}
    with zipfile.ZipFile(files[0]) as archive:
        config = json.loads(archive.read("config.json"))["config"]
    assert {layer["registered_name"] for layer in config["layers"]} == {None}
    assert "stage1_block1_path4_conv2" in {layer["name"] for layer in config["layers"]}


@pytest.mark.slow
def test_padding_and_other_changes_are_in_the_file(capsys, tmp_path):
    path = tmp_path / "net.keras"
    changes = ("--input", "33x32x3", "--classes", "4", "--padding", "symmetric")
    status, said = run(capsys, "seresnext26_2x1d", *changes, "-o", path)
    assert status == 0, said
    spec = read_trained(path).spec
    assert (spec.name, spec.classes, spec.padding) == ("seresnext26_2x1d", 4, "symmetric")
    assert spec.input_shape == (33, 32, 3)
    assert analyse(path).totals.params == analyse(spec).totals.params


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("mini_resnext", "-o", "net.h5"), "must end in .keras. Received 'net.h5'"),
        (("mini_resnext", "-o", "none/net.keras"), "folder of 'none/net.keras' does not exist"),
        (("alexnet", "-o", "net.keras"), "Received 'alexnet'"),
        (("mini_resnext", "-o", "net.keras", "--seed", "-1"), "seed must be a whole number from 0"),
        (("mini_resnext", "-o", "net.keras", "--padding", "torch"), "invalid choice: 'torch'"),
        (("resnext50_32x4d", "--width", "64", "-o", "net.keras"), "at most 300,000,000 parameters"),
        (("mini_resnext",), "required: -o"),
    ],
)
def test_wrong_input_gets_a_sentence(capsys, tmp_path, monkeypatch, arguments, rule):
    monkeypatch.chdir(tmp_path)
    status, said = run(capsys, *arguments)
    assert status == 2
    assert rule in said
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_command_itself_imports_no_tensorflow(tmp_path):
    code = (
        "import sys; from explorer.cli import main;"
        f"main(['build', 'mini_resnext', '--seed', '-1', '-o', {str(tmp_path / 'x.keras')!r}]);"
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
