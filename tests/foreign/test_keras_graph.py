"""Keras models as data: against what Keras says, and against files that lie."""

import contextlib
import json
import subprocess
import sys
import zipfile

import pytest

from explorer import tables
from explorer.keras_graph import KerasConfigError, graph_of_keras, place
from explorer.report import LEVELS, analyse
from resnext import FORMS, PRESETS, ResNeXtSpec, trace


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PRESETS)
def test_place_undoes_the_keras_name(name, form):
    for node in trace(ResNeXtSpec.from_name(name, form=form)):
        assert place(node.name.replace("/", "_")) == node.name


def test_control_characters_of_a_file_reach_no_table():
    image = {"name": "in\x1b[2J", "batch_shape": [None, 4, 4, 3]}
    odd = {"name": "a\x07\r\nb\u202e", "filters": 2, "kernel_size": [1, 1], "strides": [1, 1]}
    layers = [("InputLayer", image), ("Conv2D", odd), ("Odd\x1b[31m\x9b", {"name": "c\x00"})]
    config = {
        "name": "m\x1b]0;x\x07",
        "layers": [{"class_name": k, "config": c} for k, c in layers],
    }
    report = analyse({"class_name": "Sequential", "config": config})
    assert report.name == "m ]0;x "
    assert [row.name for row in report.rows] == ["a   b ", "c "]
    for by in LEVELS:
        for line in tables.to_csv(report, by).splitlines():
            assert line.isprintable()


def test_place_of_foreign_names():
    assert place("conv2_block1_1_conv") == "conv2/block1/1_conv"
    assert place("group1_block2_shortcut_conv") == "group1/block2/shortcut/conv"
    assert place("block1_conv1") == "block1/conv1"
    assert place("conv2d_5") == "conv2d_5"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mini_resnext", "resnext11_8x64d", "composed", "foreign", "row"])
def test_totals_are_what_keras_counts(keras_facts, name):
    facts, folder = keras_facts
    totals = analyse(folder / facts[name]["file"]).totals
    assert totals.params == facts[name]["params"]
    assert totals.trainable_params == facts[name]["trainable"]
    assert list(totals.output_shape) == facts[name]["output_shape"]
    assert totals.counted


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mini_resnext", "resnext11_8x64d", "composed"])
def test_layers_are_those_of_keras(keras_facts, name):
    facts, folder = keras_facts
    graph = graph_of_keras(folder / facts[name]["file"])
    found = {node.name.replace("/", "_"): [node.kind, list(node.output_shape)] for node in graph}
    assert found == {layer: [kind, shape] for layer, kind, shape in facts[name]["layers"]}


@pytest.mark.slow
def test_a_saved_spec_gives_the_spec_s_own_report(keras_facts):
    facts, folder = keras_facts
    saved = analyse(folder / facts["mini_resnext"]["file"], "mmcls")
    traced = analyse(ResNeXtSpec.from_name("mini_resnext"), "mmcls")
    assert {row.name: row for row in saved.rows} == {row.name: row for row in traced.rows}
    assert saved.totals.macs == traced.totals.macs


@pytest.mark.slow
def test_the_readme_s_composed_network(keras_facts):
    facts, folder = keras_facts
    totals = analyse(folder / facts["composed"]["file"]).totals
    assert (totals.params, totals.trainable_params) == (461_450, 456_586)
    assert totals.non_trainable_params == 4_864


@pytest.mark.slow
def test_unknown_kinds_are_listed(keras_facts):
    facts, folder = keras_facts
    report = analyse(folder / facts["strange"]["file"])
    assert [row.kind for row in report.uncounted] == ["LayerNormalization", "Conv2DTranspose"]
    assert all(row.params is None and row.macs is None for row in report.uncounted)
    assert report.totals.macs == 8 * 8 * 4 * 4
    assert not report.totals.counted


def test_reading_a_file_needs_no_tensorflow(tmp_path):
    path = write(tmp_path, sequential([8, 8, 3], conv()))
    code = (
        "import sys; from explorer.report import analyse; "
        f"print(analyse({str(path)!r}).totals.params, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["112", "False"]


def conv(**changes):
    config = {"name": "conv", "filters": 4, "kernel_size": [3, 3], "padding": "same", **changes}
    return {"class_name": "Conv2D", "config": config}


def sequential(shape, *layers):
    entry = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, *shape]}}
    return {"class_name": "Sequential", "config": {"name": "model", "layers": [entry, *layers]}}


def write(folder, config):
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    return path


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (sequential([None, None, 3], conv()), "fixed size"),
        (sequential([8, 8, 3], conv(filters=-1)), "whole number"),
        (sequential([8, 8, 3], conv(filters=True)), "whole number"),
        (sequential([8, 8, 3], conv(kernel_size="3; import os")), "whole number"),
        (sequential([8, 8, 3], conv(groups=2)), "divisible"),
        (sequential([2, 2, 3], conv(padding="valid")), "fit its input"),
        (sequential([8, 8, 3], conv(), conv()), "different names"),
        ({"class_name": "Tokenizer", "config": {}}, "Functional, Model, Sequential"),
        ({"class_name": "Functional", "config": {"layers": []}}, "breaks off"),
        ({"class_name": "Sequential", "config": {"layers": [3]}}, "breaks off"),
        ({"class_name": "Sequential", "config": {"layers": []}}, "must have layers"),
        ({"hello": "world"}, "must be a spec, a graph"),
        ([1, 2], "JSON object"),
    ],
)
def test_configs_that_lie(tmp_path, config, words):
    with pytest.raises(KerasConfigError, match=words):
        graph_of_keras(write(tmp_path, config))


def functional(*layers):
    return {
        "class_name": "Functional",
        "config": {
            "name": "model",
            "layers": layers,
            "input_layers": [["in", 0, 0]],
            "output_layers": [[layers[-1]["config"]["name"], 0, 0]],
        },
    }


def test_a_cycle_is_told():
    entry = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 4, 4, 1]}}
    a, b = conv(name="a"), conv(name="b")
    a["inbound_nodes"], b["inbound_nodes"] = [[["b", 0, 0, {}]]], [[["a", 0, 0, {}]]]
    with pytest.raises(KerasConfigError, match="follow from the inputs"):
        graph_of_keras(functional(entry, a, b))


def test_layers_in_any_order():
    entry = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 4, 4, 1]}}
    a, b = conv(name="a"), conv(name="b")
    a["inbound_nodes"], b["inbound_nodes"] = [[["in", 0, 0, {}]]], [[["a", 0, 0, {}]]]
    for layers in ((entry, a, b), (b, a, entry)):
        graph = graph_of_keras(functional(*layers))
        assert [node.name for node in graph] == ["in", "a", "b"]
        assert graph.nodes[-1].params == 9 * 4 * 4 + 4


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 60])
def test_files_that_are_no_zip(tmp_path, content):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(KerasConfigError, match="zip"):
        graph_of_keras(path)


def test_every_damaged_byte_is_met_with_a_sentence(tmp_path):
    path = write(tmp_path, sequential([8, 8, 3], conv()))
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        # Most damage is found by the zip's checksum; what is not in the config does no harm.
        with contextlib.suppress(KerasConfigError):
            assert graph_of_keras(path).name == "model"


def test_a_zip_bomb_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (65 * 2**20))
    with pytest.raises(KerasConfigError, match="at most"):
        graph_of_keras(path)


def test_nesting_without_end_is_refused():
    config = json.loads('{"class_name":"Sequential","config":{"name":"m","layers":[]}}')
    for _ in range(50):
        config = {"class_name": "Sequential", "config": {"name": "m", "layers": [config]}}
    with pytest.raises(KerasConfigError):
        graph_of_keras(config)


def test_a_missing_file():
    with pytest.raises(FileNotFoundError):
        graph_of_keras("nowhere.keras")


def test_a_source_of_another_type():
    with pytest.raises(ValueError, match="must be a spec, a graph"):
        analyse(3)


def test_specs_pass_through():
    assert analyse(ResNeXtSpec()).totals == analyse(trace(ResNeXtSpec())).totals
