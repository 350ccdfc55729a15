"""What cards say: sums filled in by hand, and Keras calls that make the layer."""

from dataclasses import replace

import pytest

from explorer.analysis.layer_labels import labels, settings
from explorer.map.cards import filled_call, follows_path, mac_formula
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
    assert settings(conv) == {
        "kernel": 3,
        "stride": 2,
        "padding": "0+1",
        "groups": 32,
        "filters": 256,
    }
    assert settings(node("stem/pool")) == {"kernel": 3, "stride": 2, "padding": "0+1"}
    symmetric = node("stage2/block1/conv2", padding="symmetric")
    assert settings(symmetric)["padding"] == 1
    assert settings(node("stem/conv", padding="symmetric"))["padding"] == 3
    oblong = node("stem/conv", input_shape=(225, 224, 3))
    assert settings(oblong)["padding"] == "3x2+3"
    assert settings(node("classifier/dense")) == {"units": 1000, "activation": "softmax"}
    path = node("stage1/block1/path7/slice", form="split")
    assert settings(path) == {"channels": 4}


def test_labels_from_long_to_short():
    assert labels(node("stage2/block1/conv2")) == {
        "label": "3×3 conv, 256, 32 groups, stride 2",
        "title": "3×3 conv, 256",
        "short": "3×3, 256",
    }
    found = {
        name: (labels(node(name))["title"], labels(node(name))["short"])
        for name in ("input", "stem/bn", "stem/pool", "stage1/block1/add", "classifier/dense")
    }
    assert found == {
        "input": ("input", "input"),
        "stem/bn": ("batch norm", "BN"),
        "stem/pool": ("3×3 max pool", "3×3 max pool"),
        "stage1/block1/add": ("add", "add"),
        "classifier/dense": ("dense, 1000", "dense, 1000"),
    }


def test_a_slice_says_its_channels_or_leaves_them_to_the_path():
    ours = node("stage2/block1/path7/slice", form="split")
    assert filled_call(ours) == (
        "# x[..., 48:56]\n"
        'keras.layers.Cropping2D(((0, 0), (48, 200)), data_format="channels_first", '
        'name="stage2_block1_path7_slice")'
    )
    assert follows_path(ours)
    other = replace(ours, layer=replace(ours.layer, start=0, stop=8))
    assert not follows_path(other)
    assert filled_call(other).startswith("# x[..., 0:8]\nkeras.layers.Cropping2D(((0, 0), (0, 248)")


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_calls_make_the_layers_that_the_model_has(form):
    keras = pytest.importorskip("keras")
    from resnext.keras.builder import keras_layer

    graph = trace(ResNeXtSpec.from_name("resnext29_8x64d", form=form, blocks=(2, 1, 1)))
    calls = {}
    for ours in graph:
        if ours.kind == "InputLayer":
            continue
        call = filled_call(ours)
        assert "{" not in call
        # One of each kind and setting is enough: calls that differ by name only are alike.
        calls[(ours.kind, call.replace(ours.name.replace("/", "_"), ""))] = (call, ours)
    for call, ours in calls.values():
        made = eval(call, {"keras": keras})
        expected = keras_layer(ours.layer, ours.input_shapes[0][-1])
        assert type(made) is type(expected)
        assert made.get_config() == expected.get_config(), call


def test_a_symmetric_window_has_a_line_for_its_zeros():
    assert filled_call(node("stem/conv", padding="symmetric")) == (
        'keras.layers.ZeroPadding2D(3, name="stem_conv_pad")\n'
        'keras.layers.Conv2D(64, 7, strides=2, padding="valid", use_bias=False, '
        'kernel_initializer="he_normal", name="stem_conv")'
    )
    pool = filled_call(node("stem/pool", padding="symmetric")).splitlines()
    assert pool[0] == 'keras.layers.ZeroPadding2D(1, name="stem_pool_pad")'
    assert pool[1].startswith('keras.layers.MaxPooling2D(3, 2, padding="valid"')
    assert filled_call(node("stage1/block1/conv2", padding="symmetric")) == filled_call(
        node("stage1/block1/conv2")
    )
