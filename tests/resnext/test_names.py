"""Names in, specs out, and back."""

import pytest

from resnext import PRESETS, ResNeXtSpec, SpecError


@pytest.mark.parametrize(
    "name",
    [
        *PRESETS,
        "resnext26_32x4d",
        "resnext200_64x4d",
        "resnext50_1x64d",
        "resnext50_8x14d",
        *(f"resnext{9 * n + 2}_4x16d" for n in (2, 3, 4, 5, 6, 12, 18)),
    ],
)
def test_a_name_comes_back(name):
    spec = ResNeXtSpec.from_name(name)
    assert spec.name == ("resnet50" if name == "resnext50_1x64d" else name)


def test_use_does_not_change_the_name():
    spec = ResNeXtSpec.from_name("resnext50_32x4d", input_shape=(128, 96, 1), classes=7)
    assert spec.name == "resnext50_32x4d"
    assert spec.replace(form="split", include_top=False).name == "resnext50_32x4d"


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("resnext26_32x4d", (2, 2, 2, 2)),
        ("resnext101_32x4d", (3, 4, 23, 3)),
        ("resnext200_32x4d", (3, 24, 36, 3)),
        ("resnext164_8x64d", (18, 18, 18)),
        ("zoo50", (4, 5, 6, 4)),
        ("zoo101", (4, 5, 23, 4)),
        ("zoo152", (4, 9, 36, 4)),
    ],
)
def test_blocks(name, blocks):
    assert ResNeXtSpec.from_name(name).blocks == blocks


def test_an_unnamed_network_is_described():
    assert ResNeXtSpec(blocks=(1, 2), width=8).name == "resnext_1-2_32x8d"
    assert ResNeXtSpec(blocks=(2, 2, 2, 2), shortcut_bias=True).name == (
        "resnext_2-2-2-2_32x4d_biased"
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "resnext",
        "resnext51_32x4d",
        "resnext2_1x1d",
        "resnext50_0x4d",
        "resnext50_32x4",
        "resnext50_32x4d\n",
        "RESNEXT50_32X4D",
        "resnext50_99999x99999d",
        "resnext9999999_1x1d",
        "zoo51",
        "../etc/passwd",
        "x" * 10_000,
        None,
        5,
        b"resnet50",
    ],
)
def test_a_wrong_name_is_refused_briefly(name):
    with pytest.raises(SpecError) as error:
        ResNeXtSpec.from_name(name)
    assert len(str(error.value)) < 400


def test_different_networks_have_different_names():
    specs = [
        ResNeXtSpec(),
        ResNeXtSpec(head="flatten"),
        ResNeXtSpec(shortcut_bias=True),
        ResNeXtSpec(stem="cifar"),
        ResNeXtSpec(groups=((128, 256, 2), (256, 512, 1))),
        ResNeXtSpec(groups=((128, 512, 2), (256, 1024, 1))),
    ]
    assert len({spec.name for spec in specs}) == len(specs)
