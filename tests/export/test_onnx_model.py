"""ONNX models: valid, the same function as the Keras model, and what the file says of itself."""

import json
from collections import Counter

import numpy as np
import pytest
from sources import CASES, SOME, images, random_weights

from explorer.export.onnx_model import IR_VERSION, MAX_BYTES, OPSET, onnx_model
from resnext import FORMS, ResNeXtSpec, __version__, trace
from resnext.errors import InputError


def model_of(case, **options):
    spec = CASES[case]
    return onnx_model(spec, random_weights(trace(spec)), **options)


def distance(got, expected):
    """The largest difference, in units of the largest value."""
    return np.abs(got - expected).max() / np.abs(expected).max()


def keras_output(spec, weights, given):
    """What Keras computes, in the layout of ONNX."""
    import keras

    from resnext import build_model
    from resnext.weights import write_weights

    model = build_model(spec)
    write_weights(model, trace(spec), weights)
    output = np.asarray(model(given))
    keras.backend.clear_session()
    return output if spec.include_top else output.transpose(0, 3, 1, 2)


def dimensions(value):
    return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]


@pytest.mark.parametrize("case", SOME)
def test_every_layer_is_one_node_by_its_place(case):
    """And a dense layer's softmax is one inside its place; ``onnx.checker`` has passed it."""
    model, graph = model_of(case), trace(CASES[case])
    names = [node.name for node in model.graph.node]
    expected = [node.name for node in graph if node.kind != "InputLayer"]
    assert [name for name in names if not name.endswith("/softmax")] == expected
    assert len(names) - len(expected) == int(CASES[case].include_top)
    weights = {w.name: np.prod(w.dims) for w in model.graph.initializer if w.data_type == 1}
    assert sum(weights.values()) == sum(node.total_params for node in graph)


@pytest.mark.parametrize("form", FORMS)
def test_groups_and_batch_norms_are_onnx_s_own(form):
    model = model_of(f"imagenet-{form}-same")
    operators = Counter(node.op_type for node in model.graph.node)
    groups = {a.i for n in model.graph.node for a in n.attribute if a.name == "group"}
    assert groups == ({1, 4} if form == "grouped" else {1})
    kinds = Counter(node.kind for node in trace(CASES[f"imagenet-{form}-same"]))
    assert operators["BatchNormalization"] == kinds["BatchNormalization"]
    assert operators["Conv"] == kinds["Conv2D"] + kinds["GroupedConv2D"]


def test_layouts_and_versions_are_in_the_file():
    model = model_of("imagenet-grouped-same")
    assert (model.ir_version, model.opset_import[0].version) == (IR_VERSION, OPSET) == (8, 17)
    (entry,), (output,) = model.graph.input, model.graph.output
    assert (entry.name, dimensions(entry)) == ("input", ["batch", 2, 34, 47])
    assert (output.name, dimensions(output)) == ("output", ["batch", 5])
    assert "(batch, channels, height, width)" in model.graph.doc_string
    notes = {note.key: note.value for note in model.metadata_props}
    assert (
        ResNeXtSpec.from_dict(json.loads(notes["resnext.spec"])) == CASES["imagenet-grouped-same"]
    )
    assert notes["resnext.version"] == model.producer_version == __version__
    assert notes["resnext.layout"] == model.graph.doc_string
    headless = model_of("headless-grouped-same")
    assert dimensions(headless.graph.output[0]) == ["batch", 512, 4, 4]


def test_a_window_s_padding_is_written_out():
    """By hand: 7 pixels at stride 2 over 34 and 47 rows need 5 and 6 more."""
    model = model_of("imagenet-grouped-same")
    pads = {n.name: list(a.ints) for n in model.graph.node for a in n.attribute if a.name == "pads"}
    assert pads["stem/conv"] == [2, 3, 3, 3]
    other = model_of("imagenet-grouped-symmetric")
    pads = {n.name: list(a.ints) for n in other.graph.node for a in n.attribute if a.name == "pads"}
    assert (pads["stem/conv"], pads["stem/pool"]) == ([3] * 4, [1] * 4)


@pytest.mark.parametrize("case", SOME)
def test_folding_keeps_the_function_and_no_batch_norm(case):
    pytest.importorskip("onnxruntime")
    from sources import run_onnx

    plain, folded = model_of(case), model_of(case, folded=True)
    operators = Counter(node.op_type for node in plain.graph.node)
    assert [n.op_type for n in folded.graph.node].count("BatchNormalization") == 0
    assert len(folded.graph.node) == len(plain.graph.node) - operators["BatchNormalization"]
    given = images(CASES[case])
    assert distance(run_onnx(folded, given), run_onnx(plain, given)) < 1e-5


@pytest.mark.parametrize("folded", [False, True])
def test_the_batch_is_open(folded):
    pytest.importorskip("onnxruntime")
    from sources import run_onnx

    case = "squeeze-concatenated-same"
    model, given = model_of(case, folded=folded), images(CASES[case], 4)
    one_by_one = np.concatenate([run_onnx(model, given[i : i + 1]) for i in range(4)])
    np.testing.assert_allclose(run_onnx(model, given), one_by_one, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("case", SOME)
def test_the_output_is_that_of_keras(case):
    pytest.importorskip("onnxruntime")
    from sources import run_onnx

    spec = CASES[case]
    weights, given = random_weights(trace(spec)), images(spec)
    expected = keras_output(spec, weights, given)
    for folded in (False, True):
        got = run_onnx(onnx_model(spec, weights, folded=folded), given)
        assert distance(got, expected) < 1e-5
    assert expected.std(axis=0).max() > 1e-4  # the output depends on the image


@pytest.fixture
def double_precision():
    """Keras makes models of float64."""
    import keras

    usual = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx(usual[0])
    keras.config.set_dtype_policy(usual[1])


@pytest.mark.slow
@pytest.mark.parametrize("case", SOME)
def test_in_float64_the_graph_is_that_of_keras_to_ten_digits(case, double_precision):
    """Rounding hides no slip, such as another epsilon: ONNX's own evaluator next to Keras."""
    from onnx.reference import ReferenceEvaluator

    spec = CASES[case]
    weights = {k: v.astype("float64") for k, v in random_weights(trace(spec)).items()}
    given = images(spec).astype("float64")
    expected = keras_output(spec, weights, given)
    for folded in (False, True):
        exported = onnx_model(spec, weights, folded=folded)
        assert "Input: float64 images" in exported.graph.doc_string
        (got,) = ReferenceEvaluator(exported).run(None, {"input": given.transpose(0, 3, 1, 2)})
        assert got.dtype == expected.dtype == "float64"
        assert distance(got, expected) < 1e-10


def test_what_no_file_can_hold_is_refused():
    """Weights that take no memory here: one zero, seen from every place."""
    spec = ResNeXtSpec(width=64)
    weights = {
        f"{node.name}/{weight.name}": np.broadcast_to(np.float32(0), weight.shape)
        for node in trace(spec)
        for weight in node.weights
    }
    assert sum(w.size for w in weights.values()) * 4 > MAX_BYTES
    with pytest.raises(InputError, match="can hold 2,130,706,432 bytes"):
        onnx_model(spec, weights)
