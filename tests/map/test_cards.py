"""What cards say: sums filled in by hand, and Keras calls that make the layer."""

from dataclasses import replace

import pytest

from explorer.map.cards import filled_call, follows_path, mac_formula, tags
from resnext import FORMS, ResNeXtSpec, trace


def node(name, network="resnext50_32x4d", **changes):
    return trace(ResNeXtSpec.from_name(network, **changes))[name]


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("stem/conv", "7 × 7 × 3 × 64 × 112 × 112"),
        ("stage1/block1/conv2", "3 × 3 × 4 × 128 × 56 × 56"),
        ("stage2/block1/conv2", "3 × 3 × 8 × 256 × 28 × 28"),
        ("stage4/block1/shortcut/conv", "1 × 1 × 1024 × 2048 × 7 × 7"),
        ("classifier/dense", "2048 × 1000"),
        ("stage1/block1/bn2", ""),
        ("input", ""),
    ],
)
def test_macs_filled_in(name, formula):
    assert mac_formula(node(name)) == formula


def test_settings():
    conv = node("stage2/block1/conv2")
    assert tags(conv) == {"kernel": 3, "stride": 2, "groups": 32, "filters": 256}
    assert tags(node("stem/pool")) == {"kernel": 3, "stride": 2}
    assert tags(node("classifier/dense")) == {"units": 1000, "activation": "softmax"}
    path = node("stage1/block1/path7/slice", form="split")
    assert tags(path) == {"channels": 4}


def test_a_slice_says_its_channels_or_leaves_them_to_the_path():
    ours = node("stage2/block1/path7/slice", form="split")
    assert filled_call(ours) == 'ChannelSlice(48, 56, name="stage2_block1_path7_slice")'
    assert follows_path(ours)
    other = replace(ours, layer=replace(ours.layer, start=0, stop=8))
    assert not follows_path(other)
    assert filled_call(other).startswith("ChannelSlice(0, 8, ")


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_calls_make_the_layers_that_the_model_has(form):
    keras = pytest.importorskip("keras")
    from resnext.keras_builder import keras_layer
    from resnext.keras_layers import BatchNormalization, ChannelSlice, GroupedConv2D

    names = {
        "keras": keras,
        "BatchNormalization": BatchNormalization,
        "ChannelSlice": ChannelSlice,
        "GroupedConv2D": GroupedConv2D,
    }
    graph = trace(ResNeXtSpec.from_name("resnext29_8x64d", form=form, blocks=(2, 1, 1)))
    calls = {}
    for ours in graph:
        if ours.kind == "InputLayer":
            continue
        call = filled_call(ours)
        assert "{" not in call
        # One of each kind and setting is enough: calls that differ by name only are alike.
        calls[(ours.kind, call.replace(ours.name.replace("/", "_"), ""))] = (call, ours.layer)
    for call, layer in calls.values():
        made = eval(call, names)
        assert type(made) is type(keras_layer(layer))
        assert made.get_config() == keras_layer(layer).get_config(), call
