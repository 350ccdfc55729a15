"""Reports against GROUND TRUTH by other roads: published stages, sums, receptive fields."""

import pytest

from explorer.analysis.report import LEVELS, SUMMED, analyse
from resnext import PRESETS, ResNeXtSpec, trace

STAGES = {
    "stem": (9_536, 118_013_952),
    "stage1": (205_824, 634_224_640),
    "stage2": (1_197_056, 1_085_407_232),
    "stage3": (7_022_592, 1_525_350_400),
    "stage4": (14_544_896, 865_435_648),
    "classifier": (2_049_000, 2_048_000),
}


def test_stages_of_resnext50():
    rows = analyse(ResNeXtSpec()).by("stage")
    assert {row.name: (row.params, row.macs) for row in rows} == STAGES


@pytest.mark.parametrize("name", PRESETS)
def test_columns_sum_to_the_totals_at_each_level(name):
    report = analyse(ResNeXtSpec.from_name(name), "mmcls")
    for level in LEVELS:
        for column in (*SUMMED, "layers"):
            summed = sum(getattr(row, column) for row in report.by(level))
            assert summed == getattr(report.totals, column), (level, column)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("resnext50_32x4d", [35, 91, 267, 427]),
        ("resnet50", [35, 91, 267, 427]),
        ("resnext101_32x4d", [35, 91, 811, 971]),
        ("resnext152_32x4d", [35, 155, 1291, 1451]),
        ("resnext29_8x64d", [9, 19, 39]),
    ],
)
@pytest.mark.parametrize("form", ["grouped", "split"])
def test_receptive_fields_at_the_end_of_each_stage(name, fields, form):
    report = analyse(ResNeXtSpec.from_name(name, form=form))
    rows = [row for row in report.stages if row.name.startswith("stage")]
    assert [row.receptive_field for row in rows] == fields
    assert report.totals.receptive_field == fields[-1]


def test_strides():
    strides = [row.stride for row in analyse(ResNeXtSpec()).stages]
    assert strides == [4, 4, 8, 16, 32, None]


def test_parameters_and_memory():
    totals = analyse(ResNeXtSpec()).totals
    assert (totals.total_params, totals.params) == (25_097_128, 25_028_904)
    assert totals.weight_bytes == 4 * 25_097_128
    # All outputs but the input's, by walking the graph.
    values = 0
    for node in trace(ResNeXtSpec()).nodes[1:]:
        size = 1
        for length in node.output_shape:
            size *= length
        values += size
    assert totals.activation_bytes == 4 * values


def test_blocks_are_named_by_place_and_kind():
    rows = analyse(ResNeXtSpec()).by("block")
    assert [row.name for row in rows][:5] == [
        "stem",
        "stage1/block1",
        "stage1/block2",
        "stage1/block3",
        "stage2/block1",
    ]
    assert [row.kind for row in rows if row.stage == "stage1"] == [
        "projection block",
        "identity block",
        "identity block",
    ]
    assert len(rows) == 1 + 16 + 1


def test_a_level_that_is_none():
    with pytest.raises(ValueError, match=r"one of stage, block, layer\. Received 'group'"):
        analyse(ResNeXtSpec()).by("group")
