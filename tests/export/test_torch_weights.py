"""Weights by PyTorch's names and layouts: names as torchvision and timm have them, and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from sources import CASES, random_weights
from specs import valid_specs

from explorer.export.torch_weights import from_torch, to_torch, torch_keys
from resnext import ResNeXtSpec, trace
from resnext.errors import InputError


def test_the_names_are_torchvision_s():
    """Of torchvision 0.29's resnext50_32x4d: 267 tensors and 53 counters of batch norms."""
    keys = set(torch_keys(trace(ResNeXtSpec())).values())
    assert len(keys) == 320 - 53
    assert {
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.downsample.0.weight",
        "layer1.0.downsample.1.running_var",
        "layer3.5.conv2.weight",
        "layer4.2.bn3.bias",
        "fc.weight",
        "fc.bias",
    } <= keys


def test_squeeze_and_excitation_has_timm_s_names():
    keys = torch_keys(trace(ResNeXtSpec.from_name("seresnext50_32x4d")))
    assert keys["stage2/block3/se/reduce/kernel"] == "layer2.2.se.fc1.weight"
    assert keys["stage2/block3/se/expand/bias"] == "layer2.2.se.fc2.bias"


@pytest.mark.slow
def test_no_two_weights_have_one_key():
    for case, spec in CASES.items():
        keys = torch_keys(trace(spec))
        assert len(set(keys.values())) == len(keys), case


def test_a_grouped_kernel_keeps_its_groups():
    """One number through both layouts, by hand: group 2 of 4, its input 1, its filter 0."""
    graph = trace(CASES["cifar-grouped-same"])  # conv2: 12 channels, 4 groups of 3
    weights = random_weights(graph)
    kernel = weights["stage1/block1/conv2/kernel"]
    moved = to_torch(weights, graph)["layer1.0.conv2.weight"]
    assert (kernel.shape, moved.shape) == ((3, 3, 3, 12), (12, 3, 3, 3))
    assert moved[2 * 3 + 0, 1, 0, 2] == kernel[0, 2, 1, 2 * 3 + 0]


def test_a_flattened_map_is_ordered_by_channel():
    graph = trace(CASES["flatten-grouped-same"])
    weights = random_weights(graph)
    height, width, channels = graph["classifier/flatten"].input_shapes[0]
    kernel = weights["classifier/dense/kernel"]
    moved = to_torch(weights, graph)["fc.weight"]
    row, column, channel, unit = height - 1, width - 2, 7, 2
    ours = (row * width + column) * channels + channel
    theirs = (channel * height + row) * width + column
    assert moved[unit, theirs] == kernel[ours, unit]


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(spec=valid_specs())
def test_there_and_back_is_exact(spec):
    graph = trace(spec)
    weights = random_weights(graph)
    back = from_torch(to_torch(weights, graph), graph)
    assert back.keys() == weights.keys()
    for name, value in weights.items():
        np.testing.assert_array_equal(back[name], value)


def test_a_missing_key_and_a_wrong_shape_are_named():
    graph = trace(CASES["flatten-grouped-same"])
    state = to_torch(random_weights(graph), graph)
    with pytest.raises(InputError, match=r"have the key 'fc\.bias'"):
        from_torch({key: value for key, value in state.items() if key != "fc.bias"}, graph)
    for key in ("layer2.1.conv2.weight", "fc.weight", "bn1.weight"):
        if key not in state:
            continue
        with pytest.raises(InputError, match=rf"{key}.*Received the shape \(2, 2\)"):
            from_torch({**state, key: np.zeros((2, 2), "float32")}, graph)
