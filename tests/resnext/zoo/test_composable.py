"""The composable class: what it takes, and what it refuses."""

import sys

import pytest

from resnext import ResNeXt, ResNeXtSpec, SpecError
from resnext.resnext_cifar10 import cifar_spec


def test_by_depth_by_groups_and_by_spec():
    assert ResNeXt(50).spec == ResNeXtSpec()
    small = ResNeXt(101, 16, (64, 64, 1), 7, False, width=8).spec
    assert small.blocks == (3, 4, 23, 3)
    assert (small.cardinality, small.input_shape, small.classes) == (16, (64, 64, 1), 7)
    assert (small.include_top, small.width) == (False, 8)
    custom = ResNeXt(groups=[(64, 128, 1), (128, 256, 0)], input_shape=(32, 32, 3)).spec
    assert custom.blocks == (2, 1)
    spec = ResNeXtSpec.from_name("mini_resnext")
    assert ResNeXt(spec=spec).spec is spec


@pytest.mark.parametrize(("depth", "blocks"), [(11, 1), (20, 2), (29, 3), (110, 12)])
def test_networks_for_cifar_have_three_stages_of_n_blocks(depth, blocks):
    spec = cifar_spec(depth, 4, 16)
    assert spec.blocks == (blocks,) * 3
    assert spec.stem == "cifar"
    assert (spec.cardinality, spec.width) == (4, 16)


def test_making_one_imports_no_tensorflow():
    before = set(sys.modules)
    ResNeXt(50)
    assert not {"tensorflow", "keras"} & (set(sys.modules) - before)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Exactly one"),
        ({"n_layers": 50, "groups": [(64, 128, 1)]}, "Exactly one"),
        ({"n_layers": 51}, "51"),
        ({"n_layers": [50]}, r"\[50\]"),
        ({"groups": []}, "one or more"),
        ({"groups": [(64, 128, -2)]}, "-2"),
        ({"spec": ResNeXtSpec(), "n_classes": 10}, "the only argument"),
        ({"spec": "resnext50_32x4d"}, "the only argument"),
        ({"n_layers": 50, "n_classes": 50, "classes": 3}, "'classes' twice"),
        ({"n_layers": 50, "depth": 3}, "'depth'"),
        ({"n_layers": 50, "cardinality": 0}, "cardinality"),
    ],
)
def test_what_it_refuses(arguments, said):
    with pytest.raises(SpecError, match=said):
        ResNeXt(**arguments)


@pytest.mark.parametrize("depth", [28, 2, 0, True, "29", 29.0])
def test_cifar_depths_are_9n_plus_2(depth):
    with pytest.raises(SpecError, match="9n"):
        cifar_spec(depth)
