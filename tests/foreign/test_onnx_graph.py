"""ONNX files as data: ours give the spec's own table, others' are read, and files that lie fail."""

import contextlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from specs import valid_specs

from explorer.analysis.conventions import CONVENTIONS
from explorer.analysis.report import analyse
from explorer.export.onnx_model import onnx_model
from explorer.foreign import onnx_file
from explorer.foreign.onnx_file import OnnxFileError
from explorer.foreign.onnx_graph import graph_of_onnx
from resnext import FORMS, ResNeXtSpec, trace
from resnext.kinds import KIND_OF_OPERATOR, KINDS

SMALL = ("mini_resnext", "seresnext11_4x8d", "resnext26_2x4d", "resnext20_3x4d")


def ours(spec, **options):
    """A file of ours; what its weights are does not matter here."""
    weights = {
        f"{node.name}/{weight.name}": np.ones(weight.shape, "float32")
        for node in trace(spec)
        for weight in node.weights
    }
    return onnx_model(spec, weights, **options)


def write(folder, model):
    path = folder / "model.onnx"
    path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SMALL)
def test_a_file_of_ours_gives_the_spec_s_own_report(tmp_path, name, form):
    spec = ResNeXtSpec.from_name(name, form=form)
    path = write(tmp_path, ours(spec))
    for count in CONVENTIONS:
        assert analyse(path, count) == analyse(spec, count)
    pads = {node.name: node.pads for node in trace(spec)}
    assert {node.name: node.pads for node in graph_of_onnx(path)} == pads


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(spec=valid_specs(max_blocks=2, max_side=40))
def test_any_network_of_ours_is_read_back(tmp_path_factory, spec):
    path = write(tmp_path_factory.mktemp("onnx"), ours(spec))
    assert analyse(path).rows == analyse(spec).rows


def test_it_reads_the_nodes_and_not_the_note(tmp_path):
    """The note of another network changes nothing, and an attribute of a node does."""
    spec = ResNeXtSpec.from_name("mini_resnext")
    model = ours(spec)
    helper.set_model_props(model, {"resnext.name": "resnext101_64x4d", "resnext.spec": "{}"})
    assert analyse(write(tmp_path, model)).rows == analyse(spec).rows
    conv = next(n for n in model.graph.node if n.name == "stage2/block1/conv2")
    next(a for a in conv.attribute if a.name == "strides").ints[:] = [1, 1]
    assert analyse(write(tmp_path, model)).totals.macs != analyse(spec).totals.macs


def test_a_folded_file_has_no_batch_norms(tmp_path):
    spec = ResNeXtSpec.from_name("mini_resnext")
    folded = analyse(write(tmp_path, ours(spec, folded=True)))
    assert folded.totals.macs == analyse(spec).totals.macs
    assert "BatchNormalization" not in {row.kind for row in folded.rows}


@pytest.mark.slow
def test_reading_needs_no_tensorflow_and_no_weights(tmp_path):
    """A weight whose values are missing is read as well: they are skipped."""
    model = ours(ResNeXtSpec.from_name("mini_resnext"))
    for weight in model.graph.initializer:
        if weight.data_type == TensorProto.FLOAT:
            weight.ClearField("raw_data")
    path = write(tmp_path, model)
    code = (
        "import sys; from explorer.analysis.report import analyse; "
        f"print(analyse({str(path)!r}).totals.params, 'keras' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["456586", "False"]


def test_every_operator_is_a_kind_s():
    assert set(KIND_OF_OPERATOR.values()) <= KINDS.keys()
    assert KIND_OF_OPERATOR["Conv"] == "Conv2D"


# --- models of others ---


def weight(name, *shape):
    return numpy_helper.from_array(np.ones(shape, "float32"), name)


def bounds(name, *values):
    return numpy_helper.from_array(np.array(values, "int64"), name)


def model_of(nodes, weights, shape=(1, 3, 8, 8), opset=17):
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "theirs", [entry], [output], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def node(operator, inputs, output, name="", **attributes):
    outputs = output if isinstance(output, list) else [output]
    return helper.make_node(operator, inputs, outputs, name, **attributes)


def test_a_network_as_pytorch_writes_it(tmp_path):
    """Slashes in names, missing names, constants as nodes, a split, a flattening reshape."""
    nodes = [
        node("Conv", ["x", "w", "b"], "a", "/layer1/conv/Conv", pads=[1] * 4, kernel_shape=[3, 3]),
        node("Identity", ["a"], "alias"),
        node("Relu", ["alias"], "r"),
        node("Split", ["r"], ["s1", "s2"], "/split", axis=1),
        node("Conv", ["s1", "depth"], "c", "depthwise", group=2, strides=[2, 2], pads=[1] * 4),
        node("AveragePool", ["s2"], "p", "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Concat", ["c", "p"], "cat", "cat", axis=1),
        node("Pad", ["cat", "added"], "padded", "pad"),
        node("MaxPool", ["padded"], "m", "max", kernel_shape=[3, 3], auto_pad="SAME_UPPER"),
        node("GlobalAveragePool", ["m"], "g", "global"),
        node("Constant", [], "shape", value_ints=[1, -1]),
        node("Reshape", ["g", "shape"], "v", "reshape"),
        node("Gemm", ["v", "fc", "fcb"], "y", "fc", transB=1),
    ]
    weights = [weight("w", 4, 3, 3, 3), weight("b", 4), weight("depth", 2, 1, 3, 3)]
    weights += [weight("fc", 10, 4), weight("fcb", 10), bounds("added", 0, 0, 1, 1, 0, 0, 0, 2)]
    report = analyse(write(tmp_path, model_of(nodes, weights)))
    assert report.totals.counted
    assert [(row.name, row.kind, row.output_shape) for row in report.rows] == [
        ("layer1/conv/Conv", "Conv2D", (8, 8, 4)),
        ("Relu_2", "ReLU", (8, 8, 4)),
        ("split/1", "ChannelSlice", (8, 8, 2)),
        ("split/2", "ChannelSlice", (8, 8, 2)),
        ("depthwise", "GroupedConv2D", (4, 4, 2)),
        ("pool", "AveragePooling2D", (4, 4, 2)),
        ("cat", "Concatenate", (4, 4, 4)),
        ("pad", "ZeroPadding2D", (5, 7, 4)),
        ("max", "MaxPooling2D", (5, 7, 4)),
        ("global", "GlobalAveragePooling2D", (1, 1, 4)),
        ("reshape", "Reshape", (4,)),
        ("fc", "Dense", (10,)),
    ]
    assert report.totals.params == 3 * 3 * 3 * 4 + 4 + 2 * 9 + 10 * 4 + 10
    assert report.totals.macs == 64 * 3 * 3 * 3 * 4 + 16 * 2 * 9 + 40


@pytest.mark.parametrize(
    ("operator", "inputs", "attributes"),
    [
        ("ConvTranspose", ["x", "w"], {}),
        ("Conv", ["x", "w"], {"pads": [-1, 0, 0, 0]}),
        ("Conv", ["x", "w"], {"group": 2}),
        ("Conv", ["x", "w"], {"strides": [0, 1]}),
        ("Conv", ["x", "w"], {"dilations": [2**40, 1]}),
        ("Conv", ["x", "unknown"], {}),
        ("Conv", ["x"], {}),
        ("MaxPool", ["x"], {}),
        ("MaxPool", ["x"], {"kernel_shape": [9, 9]}),
        ("MaxPool", ["x"], {"kernel_shape": [2, 2], "ceil_mode": 1}),
        ("Gemm", ["x", "w"], {}),
        ("Concat", ["x", "x"], {"axis": 3}),
        ("Slice", ["x"], {}),
        ("Add", ["x", "w"], {}),
        ("ReduceMean", ["x"], {"axes": [1]}),
        ("Flatten", ["x"], {"axis": 2}),
        ("Nonsense\x1b[2J", ["x"], {}),
    ],
)
def test_what_is_not_known_is_listed_and_not_counted(tmp_path, operator, inputs, attributes):
    nodes = [
        node(operator, inputs, "a", "odd", **attributes),
        node("Conv", ["a", "w"], "y", "behind"),
    ]
    report = analyse(write(tmp_path, model_of(nodes, [weight("w", 4, 3, 3, 3)])))
    assert [row.name for row in report.uncounted] == ["odd", "behind"]
    assert all(row.params is None and row.macs is None for row in report.uncounted)
    assert all(row.kind.isprintable() for row in report.rows)


# --- files that lie ---


def field(number, content):
    """A field of bytes of a protobuf message."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(number):
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


ENTRY = field(11, model_of([], []).graph.input[0].SerializeToString())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "1 to 2,147,483,647 bytes"),
        (b"not a protobuf message", "something else or damaged"),
        (b"\x3a\xff\xff\xff\xff\x7f", "something else or damaged"),
        (field(8, b""), r"one graph\. Received 0"),
        (field(7, b"") * 2, r"one graph\. Received 2"),
        (field(7, field(1, b"")), "must have an input"),
        (field(7, ENTRY), "must have nodes"),
        (field(7, ENTRY + field(1, b"") * 25_001), "25,000 nodes"),
        (field(7, ENTRY + field(5, b"") * 100_001), "100,000 weights"),
        (field(7, ENTRY + field(2, b"a") * 2), "1 name"),
        (field(7, ENTRY + b"\x80\x01\x00" * 2_000_001), "2,000,000 fields"),
        (field(7, ENTRY + field(1, field(1, b"x") * 400_000)), "1,048,576 bytes"),
        (field(7, ENTRY + field(1, field(3, b"n" * 10**6)) * 9), "8,388,608 bytes in all"),
        (field(7, ENTRY + field(1, field(2, b"") * 30_000) * 7), "200,000 inputs"),
        (field(7, ENTRY + field(5, varint(8) + varint(1) + varint(8) * 40)), "axes"),
        (field(7, ENTRY + field(5, varint(8) + varint(2**60))), "below 2,147,483,648"),
        (field(7, ENTRY + field(1, field(4, b"Relu") + b"\x0b")), "something else or damaged"),
    ],
)
def test_files_that_lie_are_refused_in_a_sentence(tmp_path, data, words):
    with pytest.raises(OnnxFileError, match=words):
        graph_of_onnx(write(tmp_path, data))


def test_a_missing_file_and_an_open_size_are_named(tmp_path):
    with pytest.raises(OnnxFileError, match=r"'none\.onnx' cannot be read: No such file"):
        graph_of_onnx(tmp_path / "none.onnx")
    model = model_of([node("Relu", ["x"], "y")], [], shape=("n", 3, "height", "width"))
    with pytest.raises(OnnxFileError, match=r"fixed size.*\['n', 3, 'height', 'width'\]"):
        graph_of_onnx(write(tmp_path, model))


def test_two_nodes_of_one_name_are_refused(tmp_path):
    model = model_of([node("Relu", ["x"], "a", "r"), node("Relu", ["a"], "y", "r")], [])
    with pytest.raises(OnnxFileError, match="different names"):
        graph_of_onnx(write(tmp_path, model))


def test_graphs_inside_a_node_are_not_walked(tmp_path):
    """However deep they are nested; protobuf itself refuses more than a hundred levels."""
    inner = helper.make_graph([node("Relu", ["x"], "y")], "inner", [], [])
    for _ in range(20):
        inner = helper.make_graph(
            [node("If", ["c"], "y", then_branch=inner, else_branch=inner.__class__())], "g", [], []
        )
    model = model_of([node("If", ["x"], "y", "if", then_branch=inner)], [])
    (row,) = analyse(write(tmp_path, model)).uncounted
    assert (row.name, row.kind) == ("if", "If")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_gives_a_graph_or_a_sentence(tmp_path_factory, data):
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = write(tmp_path_factory.mktemp("bad"), bytes(whole[: data.draw(st.integers(1, 10**6))]))
    with contextlib.suppress(OnnxFileError):
        analyse(path)


def _whole():
    model = ours(ResNeXtSpec.from_name("resnext11_2x1d", classes=2))
    for each in model.graph.initializer:
        if each.data_type == TensorProto.FLOAT:
            each.ClearField("raw_data")
    return model.SerializeToString()


WHOLE = _whole()


@pytest.mark.slow
def test_limits_are_as_large_as_networks_of_ours():
    """The largest graph that a spec may have is within them."""
    spec = ResNeXtSpec(blocks=(3, 4, 60, 3), cardinality=32, form="aggregated", width=4)
    graph = trace(spec)
    assert len(graph) <= onnx_file.MAX_NODES
    assert sum(len(n.weights) for n in graph) < onnx_file.MAX_WEIGHTS
    edges = sum(len(n.inputs) + len(n.weights) + 1 for n in graph)
    assert edges < onnx_file.MAX_EDGES
    names = [
        name for n in graph for name in (*n.inputs, n.name, n.name, *[n.name] * len(n.weights))
    ]
    assert sum(map(len, names)) + 100 * len(graph) < onnx_file.MAX_NODES_BYTES
