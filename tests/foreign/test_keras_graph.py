"""Keras models as data: against what Keras says, and against files that lie."""

import contextlib
import json
import subprocess
import sys
import zipfile

import pytest

from explorer.analysis import tables
from explorer.analysis.layer_labels import describe, settings
from explorer.analysis.receptive_field import receptive_fields
from explorer.analysis.report import LEVELS, analyse
from explorer.foreign.keras_graph import KerasConfigError, graph_of_keras, place
from explorer.graphviz.dot import GraphvizFailed, render, to_dot
from resnext import FORMS, PRESETS, ResNeXtSpec, trace


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PRESETS)
def test_place_undoes_the_keras_name(name, form):
    for node in trace(ResNeXtSpec.from_name(name, form=form)):
        assert place(node.name.replace("/", "_")) == node.name


def test_every_channel_of_a_depthwise_convolution_is_a_group():
    image = {"name": "in", "batch_shape": [None, 4, 4, 6]}
    depthwise = {"name": "d", "kernel_size": [3, 3], "strides": [1, 1], "depth_multiplier": 2}
    layers = [("InputLayer", image), ("DepthwiseConv2D", depthwise)]
    plain = [{"class_name": kind, "config": config} for kind, config in layers]
    config = {"name": "m", "layers": plain}
    (node,) = [
        n for n in graph_of_keras({"class_name": "Sequential", "config": config}) if n.name == "d"
    ]
    assert settings(node)["groups"] == 6
    assert settings(node)["filters"] == 12
    assert "6 groups" in describe(node)


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
@pytest.mark.parametrize(
    "name", ["mini_resnext", "resnext11_8x64d", "seresnext11_4x8d", "composed", "foreign", "row"]
)
def test_totals_are_what_keras_counts(keras_facts, name):
    facts, folder = keras_facts
    totals = analyse(folder / facts[name]["file"]).totals
    assert totals.total_params == facts[name]["params"]
    assert totals.params == facts[name]["trainable"]
    assert list(totals.output_shape) == facts[name]["output_shape"]
    assert totals.counted


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["mini_resnext", "resnext11_8x64d", "seresnext11_4x8d", "composed"]
)
def test_layers_are_those_of_keras(keras_facts, name):
    facts, folder = keras_facts
    graph = graph_of_keras(folder / facts[name]["file"])
    found = {node.name.replace("/", "_"): [node.kind, list(node.output_shape)] for node in graph}
    assert found == {layer: [kind, shape] for layer, kind, shape in facts[name]["layers"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mini_resnext", "seresnext11_4x8d"])
def test_a_saved_spec_gives_the_spec_s_own_report(keras_facts, name):
    facts, folder = keras_facts
    saved = analyse(folder / facts[name]["file"], "mmcls")
    traced = analyse(ResNeXtSpec.from_name(name), "mmcls")
    assert {row.name: row for row in saved.rows} == {row.name: row for row in traced.rows}
    assert saved.totals.macs == traced.totals.macs


@pytest.mark.slow
def test_the_readme_s_composed_network(keras_facts):
    facts, folder = keras_facts
    totals = analyse(folder / facts["composed"]["file"]).totals
    assert (totals.total_params, totals.params) == (461_450, 456_586)
    assert totals.non_trainable_params == 4_864


@pytest.mark.slow
def test_unknown_kinds_are_listed(keras_facts):
    facts, folder = keras_facts
    report = analyse(folder / facts["strange"]["file"])
    assert [row.kind for row in report.uncounted] == ["LayerNormalization", "Conv2DTranspose"]
    assert all(row.params is None and row.macs is None for row in report.uncounted)
    assert report.totals.macs == 8 * 8 * 4 * 4
    assert not report.totals.counted


@pytest.mark.slow
def test_reading_a_file_needs_no_tensorflow(tmp_path):
    path = write(tmp_path, sequential([8, 8, 3], conv()))
    code = (
        "import sys; from explorer.analysis.report import analyse; "
        f"print(analyse({str(path)!r}).totals.total_params, 'keras' in sys.modules)"
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


def test_a_cycle_is_an_error_that_says_so():
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


@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("kind", ["GlobalAveragePooling2D", "GlobalMaxPooling2D"])
def test_a_squeeze_sees_all(kind, keepdims):
    squeeze = {"class_name": kind, "config": {"name": "squeeze", "keepdims": keepdims}}
    dense = {"class_name": "Dense", "config": {"name": "dense", "units": 2}}
    fields = receptive_fields(graph_of_keras(sequential([8, 8, 3], conv(), squeeze, dense)))
    assert fields["conv"].size == 3
    assert {"squeeze", "dense"}.isdisjoint(fields)  # no window: every value sees all


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


@pytest.mark.slow
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
    with pytest.raises(KerasConfigError):
        graph_of_keras("nowhere.keras")


def test_a_source_of_another_type():
    with pytest.raises(ValueError, match="must be a spec, a graph"):
        analyse(3)


def test_specs_pass_through():
    assert analyse(ResNeXtSpec()).totals == analyse(trace(ResNeXtSpec())).totals


def dense(count):
    """Additions, each of which reads all layers before it."""
    entry = {"class_name": "InputLayer", "config": {"name": "0", "batch_shape": [None, 4, 4, 1]}}
    layers = [entry]
    for number in range(1, count + 1):
        calls = [[[str(source), 0, 0, {}] for source in range(number)]]
        config = {"name": str(number)}
        layers.append({"class_name": "Add", "config": config, "inbound_nodes": calls})
    return functional(*layers)


def again_and_again(depth, uses):
    """Models in models, each of which is used several times: no file is smaller for its size."""
    inner = {"class_name": "Sequential", "config": {"name": "m", "layers": []}}
    for _ in range(depth):
        entry = {"class_name": "InputLayer", "config": {"name": "in", "batch_shape": [None, 4]}}
        inner["inbound_nodes"] = [[["in", 0, 0, {}]]] * uses
        inner = functional(entry, inner)
        inner["config"]["input_layers"] = [["in", 0, 0]]
    return inner


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" + "{}," * 900_000 + "{}]", "4,000,000 values"),
        ("[" + '"ab",' * 4_100_000 + "1]", "4,000,000 values"),
        (json.dumps(sequential([8, 8, 3], *[conv(name=str(n)) for n in range(25_000)])), "25,000"),
        (json.dumps(dense(320)), "50,000 inputs"),
        (json.dumps(again_and_again(7, 8)), "25,000 times"),
    ],
    ids=["objects", "texts", "layers", "edges", "uses"],
)
def test_a_config_of_too_much_is_refused_before_it_is_read_to_the_end(tmp_path, text, words):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", text)
    with pytest.raises(KerasConfigError, match=words):
        graph_of_keras(path)


def test_a_file_of_very_many_members_is_refused(tmp_path):
    path = write(tmp_path, sequential([8, 8, 3], conv()))
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(1000):
            archive.writestr(str(number), b"")
    with pytest.raises(KerasConfigError, match="1,000 files"):
        graph_of_keras(path)


def test_graphviz_is_not_asked_to_draw_very_many_arrows(monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("Graphviz was started"))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("Graphviz was started"))
    dot = to_dot(graph_of_keras(dense(70)), "full")
    with pytest.raises(GraphvizFailed, match=r"2,100 arrows.*Received 2,4\d\d"):
        render(dot, "svg")


def test_infinities_in_a_config_are_refused_in_a_sentence():
    text = '{"class_name": "Functional", "config": {"layers": [], "input_layers": [["a", 0, 0]], '
    text += '"output_layers": [["a", Infinity, 0]]}}'
    with pytest.raises(KerasConfigError, match="must describe a functional"):
        graph_of_keras(json.loads(text))
