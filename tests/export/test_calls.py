"""The calls of timm and torchvision: which networks have one, and what is said of the others."""

import ast

import pytest

from explorer.export.code import code
from resnext import PRESETS, ResNeXtSpec, Stage
from resnext.errors import InputError

LIBRARIES = ("timm", "torchvision")


def call_of(text):
    """The call as text, without the comments and line breaks around it."""
    return ast.unparse(ast.parse(text).body[-1].value)


@pytest.mark.parametrize(
    ("name", "library", "expected"),
    [
        ("resnext50_32x4d", "timm", "timm.create_model('resnext50_32x4d', num_classes=1000)"),
        ("resnet200", "timm", "timm.create_model('resnet200', num_classes=1000)"),
        ("seresnext101_32x8d", "timm", "timm.create_model('seresnext101_32x8d', num_classes=1000)"),
        ("resnext101_64x4d", "torchvision", "models.resnext101_64x4d(num_classes=1000)"),
        (
            "resnext152_32x4d",
            "timm",
            "timm.create_model('resnext50_32x4d', layers=(3, 8, 36, 3), cardinality=32, "
            "base_width=4, num_classes=1000)",
        ),
        (
            "resnext101_32x4d",
            "torchvision",
            "ResNet(Bottleneck, [3, 4, 23, 3], groups=32, width_per_group=4, num_classes=1000)",
        ),
        (
            "seresnext26_2x40d",
            "timm",
            "timm.create_model('seresnext50_32x4d', layers=(2, 2, 2, 2), cardinality=2, "
            "base_width=40, num_classes=1000)",
        ),
    ],
)
def test_a_network_has_its_call(name, library, expected):
    assert call_of(code(ResNeXtSpec.from_name(name), library)) == expected


def test_classes_and_channels_are_arguments():
    spec = ResNeXtSpec(classes=7, input_shape=(64, 64, 1))
    assert call_of(code(spec, "timm")).endswith("in_chans=1, num_classes=7)")
    with pytest.raises(InputError, match=r"3 channels\. Received 1"):
        code(spec, "torchvision")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_comment_says_where_the_padding_differs(library):
    spec = ResNeXtSpec()
    assert "pads symmetrically, this spec as TensorFlow" in code(spec, library)
    assert "pads" not in code(spec.replace(padding="symmetric"), library)
    # With an odd number of rows both rules pad alike in each layer.
    assert "pads" not in code(spec.replace(input_shape=(225, 225, 3)), library)
    assert "pads" in code(spec.replace(input_shape=(225, 224, 3)), library)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ResNeXtSpec.from_name("mini_resnext"), "stem 'mini'"),
        (ResNeXtSpec.from_name("resnext29_8x64d"), "stem 'cifar'"),
        (ResNeXtSpec.from_name("zoo50"), "without bias"),
        (ResNeXtSpec(form="aggregated"), "form 'aggregated'"),
        (ResNeXtSpec(blocks=(1, 1)), r"four stages\. Received 2"),
        (ResNeXtSpec(head="flatten"), "head='flatten'"),
        (ResNeXtSpec(include_top=False), "without one"),
        (ResNeXtSpec(groups=(Stage(1, 64, 128),) * 4), "other stages"),
    ],
)
def test_other_networks_have_none(library, spec, reason):
    with pytest.raises(InputError, match=f"No call of {library}.*{reason}"):
        code(spec, library)


def test_torchvision_has_no_squeeze_and_excitation():
    with pytest.raises(InputError, match="timm has it"):
        code(ResNeXtSpec.from_name("seresnext50_32x4d"), "torchvision")


def test_one_path_has_no_form():
    spec = ResNeXtSpec.from_name("resnet50", form="split")
    assert call_of(code(spec, "torchvision")) == "models.resnet50(num_classes=1000)"


def test_the_presets_that_have_a_call():
    """Those with the stem for ImageNet and shortcuts without bias; the others are refused above."""
    fitting = [name for name in PRESETS if not name.startswith(("zoo", "mini", "resnext29"))]
    assert len(fitting) == 8
    for name in fitting:
        for library in LIBRARIES:
            assert "num_classes=1000" in call_of(code(ResNeXtSpec.from_name(name), library))
