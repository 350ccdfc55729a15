"""The two rules of padding: lengths and positions by hand, and what does not depend on them."""

import pytest

from resnext import FORMS, GraphTracer, ResNeXtSpec, SpecError, network, trace
from resnext.layer import window_output, window_pads
from resnext.layers import Conv2D, Input, MaxPooling2D


@pytest.mark.parametrize("window", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("stride", [1, 2, 3, 4, 8])
def test_lengths_are_those_of_the_windows_that_fit(window, stride):
    """Counted one by one: a window starts every ``stride`` positions of the padded axis."""
    for length in range(window, 30):
        for rule in ("same", "symmetric", "valid"):
            before, after = window_pads(length, window, stride, rule)
            fitting = range(0, before + length + after - window + 1, stride)
            assert window_output(length, window, stride, rule) == len(fitting), (length, rule)
        torchvision = (length + 2 * (window // 2) - window) // stride + 1
        assert window_output(length, window, stride, "symmetric") == torchvision
        if window % 2:
            assert window_output(length, window, stride, "same") == torchvision


def test_positions_of_the_two_rules():
    assert window_pads(224, 7, 2, "same") == (2, 3)
    assert window_pads(224, 7, 2, "symmetric") == (3, 3)
    assert window_pads(112, 3, 2, "same") == (0, 1)
    assert window_pads(113, 3, 2, "same") == window_pads(113, 3, 2, "symmetric") == (1, 1)
    assert window_pads(9, 3, 1, "same") == window_pads(9, 3, 1, "symmetric") == (1, 1)
    assert window_pads(56, 1, 2, "same") == window_pads(56, 1, 2, "symmetric") == (0, 0)
    assert window_pads(8, 3, 4, "same") == (0, 0)


def test_a_node_knows_its_padding_along_both_axes():
    graph = trace(ResNeXtSpec(input_shape=(225, 224, 3)))
    assert graph["stem/conv"].pads == ((3, 3), (2, 3))
    assert graph["stem/bn"].pads == ((0, 0), (0, 0))
    symmetric = trace(ResNeXtSpec(input_shape=(225, 224, 3), padding="symmetric"))
    assert symmetric["stem/conv"].pads == ((3, 3), (3, 3))
    assert symmetric["stem/pool"].pads == ((1, 1), (1, 1))
    assert symmetric["stage2/block1/conv2"].pads == ((1, 1), (1, 1))
    assert symmetric["stage2/block1/shortcut/conv"].pads == ((0, 0), (0, 0))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", [(224, 224, 3), (97, 130, 3), (33, 63, 1)])
def test_shapes_weights_and_places_do_not_depend_on_it(form, shape):
    spec = ResNeXtSpec(blocks=(1, 2, 1), cardinality=2, input_shape=shape, form=form)
    for same, symmetric in zip(trace(spec), trace(spec.replace(padding="symmetric"))):
        assert same.name == symmetric.name
        assert same.inputs == symmetric.inputs
        assert same.output_shape == symmetric.output_shape
        assert same.weights == symmetric.weights
        assert same.multiply_adds == symmetric.multiply_adds


def test_keras_adds_zeros_only_where_its_own_rule_differs():
    graph = trace(ResNeXtSpec(padding="symmetric"))
    zeros = {node.name: node.layer.keras_zeros for node in graph if node.layer.keras_zeros}
    strided = {f"stage{stage}/block1/conv2": 1 for stage in (2, 3, 4)}
    assert zeros == {"stem/conv": 3, "stem/pool": 1, **strided}
    assert graph["stem/conv"].layer.settings["padding"] == "valid"
    assert graph["stage1/block1/conv2"].layer.settings["padding"] == "same"
    assert not any(node.layer.keras_zeros for node in trace(ResNeXtSpec()))
    assert Conv2D("even", 4, 2, padding="symmetric").keras_zeros == 1
    assert MaxPooling2D("even", 2, 2, padding="symmetric").keras_zeros == 1


def test_the_functions_of_the_zoo_take_it():
    tracer = GraphTracer()
    x = tracer.add(Input("input", (33, 40, 3)), ())
    x = network.stem(x, padding="symmetric")
    x = network.group(x, 64, 128, 1, padding="symmetric", name="group1")
    x = network.learner(x, [(64, 128, 1)], padding="symmetric")
    windows = [node.layer for node in tracer.graph("x") if node.layer.window[0] > (1, 1)]
    assert len(windows) == 6
    assert {layer.padding for layer in windows} == {"symmetric"}
    for wrong in (network.stem, lambda x, padding: network.group(x, 8, 8, 0, 2, padding=padding)):
        with pytest.raises(SpecError, match="padding must be one of same, symmetric"):
            wrong(x, padding="valid")


def test_a_spec_says_it_only_where_it_is_not_the_usual():
    assert "padding" not in ResNeXtSpec().to_dict()
    symmetric = ResNeXtSpec.from_name("mini_resnext", padding="symmetric")
    assert symmetric.to_dict()["padding"] == "symmetric"
    assert ResNeXtSpec.from_dict(symmetric.to_dict()) == symmetric
    assert symmetric.name == "mini_resnext"
    assert ResNeXtSpec(width=5, padding="symmetric").name == ResNeXtSpec(width=5).name
    with pytest.raises(SpecError, match=r"padding must be one of same, symmetric\. .* 'torch'"):
        ResNeXtSpec(padding="torch")
