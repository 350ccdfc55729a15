"""The spec: published widths, rules, round trips."""

import dataclasses
import json

import pytest

from resnext import ResNeXtSpec, SpecError, Stage
from resnext.spec import LAYERS_PER_PATH


def test_stage_widths_are_those_of_table_1():
    stages = ResNeXtSpec().stages
    assert [stage.width for stage in stages] == [128, 256, 512, 1024]
    assert [stage.filters for stage in stages] == [256, 512, 1024, 2048]
    assert [stage.strides for stage in stages] == [1, 2, 2, 2]
    assert [stage.blocks for stage in stages] == [3, 4, 6, 3]


def test_cifar_widths_are_those_of_section_5_3():
    stages = ResNeXtSpec.from_name("resnext29_8x64d").stages
    assert [stage.width for stage in stages] == [512, 1024, 2048]
    assert [stage.filters for stage in stages] == [256, 512, 1024]


def test_a_spec_survives_json():
    for name in ("resnext101_64x4d", "mini_resnext", "zoo50"):
        spec = ResNeXtSpec.from_name(name, form="split")
        assert ResNeXtSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_a_spec_is_frozen_and_hashable():
    spec = ResNeXtSpec()
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.width = 8  # type: ignore[misc]
    assert hash(spec) == hash(ResNeXtSpec(blocks=[3, 4, 6, 3]))  # type: ignore[arg-type]


def test_groups_define_blocks_and_width():
    spec = ResNeXtSpec(groups=Stage.from_groups([(64, 128, 2), (128, 256, 0)]))
    assert spec.blocks == (3, 1)
    assert spec.width == 2
    assert [stage.strides for stage in spec.stages] == [1, 2]


def test_a_group_may_be_a_dict_with_strides():
    (stage,) = Stage.from_groups(
        [{"filters_in": 64, "filters_out": 128, "n_blocks": 2, "strides": 2}]
    )
    assert stage == Stage(blocks=3, width=64, filters=128, strides=2)


@pytest.mark.parametrize(
    ("fields", "rule", "value"),
    [
        ({"cardinality": 0}, "cardinality", "0"),
        ({"cardinality": 2.5}, "cardinality", "2.5"),
        ({"cardinality": True}, "cardinality", "True"),
        ({"cardinality": "32"}, "cardinality", "'32'"),
        ({"width": -4}, "width", "-4"),
        ({"width": 10**9}, "65,536", str(10**9)),
        ({"cardinality": 60_000, "width": 60_000}, "width", "3600000000"),
        ({"blocks": ()}, "1 to 8 stages", "Received 0"),
        ({"blocks": (3, 0)}, "positive whole numbers", "(3, 0)"),
        ({"blocks": (10**9,)}, "from 1 to 200", "1000000000"),
        ({"blocks": (201,)}, "1 to 200", "201"),
        ({"blocks": (1,) * 9}, "1 to 8 stages", "9"),
        ({"blocks": "3463"}, "must be a list", "'3463'"),
        ({"blocks": None}, "must be a list", "None"),
        ({"input_shape": (31, 224, 3)}, "at least 32", "31x224"),
        ({"input_shape": (224, 224)}, "(height, width, channels)", "(224, 224)"),
        ({"input_shape": (224, 5000, 3)}, "at most 4096", "224x5000"),
        ({"input_shape": (224, 224, 4096)}, "1 to 1024", "4096"),
        ({"classes": 0}, "classes", "0"),
        ({"stem": "vgg"}, "imagenet, cifar, mini", "'vgg'"),
        ({"stem": []}, "imagenet, cifar, mini", "[]"),
        ({"form": "dense"}, "grouped", "'dense'"),
        ({"head": 1}, "average, flatten", "1"),
        ({"shortcut_bias": 1}, "True or False", "1"),
        ({"groups": (Stage(1, 48, 128),)}, "divisible by the cardinality", "width=48"),
        ({"groups": (Stage(1, 64, 128, projection=False),)}, "keeps its input's channels", "128"),
        ({"groups": [(64, 128)]}, "(filters_in, filters_out, n_blocks)", "(64, 128)"),
        ({"groups": "64"}, "must be a list", "'64'"),
        ({"groups": None}, "must be a list", "None"),
        ({"form": "split", "cardinality": 4096, "width": 1}, "25,000 layers at most", "131,264"),
    ],
)
def test_a_broken_rule_is_stated_with_its_value(fields, rule, value):
    with pytest.raises(SpecError) as error:
        ResNeXtSpec(**fields)
    assert rule in str(error.value)
    assert value in str(error.value)


def test_unknown_fields_are_refused():
    with pytest.raises(SpecError, match="'depth'"):
        ResNeXtSpec.from_dict({"depth": 50})


@pytest.mark.parametrize("group", [{"blocks": 3}, {"blocks": 3, "hat": 1}, 7, (1, 2, 3, 4, 5)])
def test_bad_groups_in_plain_data_are_refused(group):
    with pytest.raises(SpecError):
        ResNeXtSpec.from_dict({"groups": [group]})


def test_input_too_small_depends_on_the_strides():
    assert ResNeXtSpec(input_shape=(32, 32, 3)).total_stride == 32
    assert ResNeXtSpec.from_name("resnext29_8x64d", input_shape=(4, 4, 3)).total_stride == 4
    with pytest.raises(SpecError, match="at least 4"):
        ResNeXtSpec.from_name("resnext29_8x64d", input_shape=(3, 4, 3))


def test_depths():
    assert ResNeXtSpec.from_depth(152).depth == 152
    with pytest.raises(SpecError, match="26, 50, 101, 152, 200"):
        ResNeXtSpec.from_depth(51)


def test_what_follows_from_groups_cannot_be_changed():
    with pytest.raises(SpecError, match="width=8"):
        ResNeXtSpec.from_name("mini_resnext", width=8)
    assert ResNeXtSpec.from_name("mini_resnext", cardinality=16).width == 4


def test_zoo_strides_may_be_pairs():
    (stage,) = Stage.from_groups(
        [{"filters_in": 64, "filters_out": 128, "n_blocks": 0, "strides": (2, 2)}]
    )
    assert stage.strides == 2
    with pytest.raises(SpecError, match=r"\(2, 1\)"):
        Stage.from_groups([(64, 128, 0, (2, 1))])


@pytest.mark.parametrize("n_blocks", [-5, 1.5, "2", None, True, 200])
def test_the_message_states_the_value_that_was_given(n_blocks):
    with pytest.raises(SpecError, match="n_blocks") as error:
        Stage.from_groups([(64, 128, n_blocks)])
    assert str(error.value).endswith(f"Received {n_blocks!r}.")


def test_the_bound_on_layers_is_never_below_the_count():
    from resnext import FORMS, trace

    for form in FORMS:
        for cardinality in (1, 2, 5):
            spec = ResNeXtSpec(blocks=(2, 1), cardinality=cardinality, width=2, form=form)
            per_path = 0 if cardinality == 1 else LAYERS_PER_PATH[form]
            bound = 3 * (12 + per_path * cardinality)
            layers = [node for node in trace(spec) if "/block" in node.name]
            assert len(layers) <= bound <= 2 * len(layers)


@pytest.mark.parametrize("depth", [[50], "50", None, True, 50.0])
def test_a_depth_of_another_type_is_refused(depth):
    with pytest.raises(SpecError):
        ResNeXtSpec.from_depth(depth)
