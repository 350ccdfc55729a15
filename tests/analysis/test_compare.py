"""Comparisons: alignment by hand, differences against separate reports."""

import json

import pytest

from explorer.analysis.compare import compare
from explorer.analysis.report import SUMMED, analyse
from resnext import ResNeXtSpec

NAMES = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")
THREE = compare([ResNeXtSpec.from_name(name) for name in NAMES])


def test_totals_and_differences():
    frame = THREE.frame()
    total = frame[frame["stage"] == "total"].set_index("network")
    assert list(total["macs"]) == [4_230_479_872, 7_969_996_800, 11_709_513_728]
    assert total.loc["resnext101_32x4d", "macs_difference"] == 7_969_996_800 - 4_230_479_872
    assert total.loc["resnext50_32x4d", "params_difference"] == 0


def test_differences_of_stages_sum_to_the_total_s():
    for index in range(3):
        for column in SUMMED:
            parts = sum(aligned.difference(index, column) for aligned in THREE.stages)
            assert parts == THREE.total.difference(index, column)


def test_stages_of_different_families_align_by_name():
    both = compare([ResNeXtSpec.from_name("resnext29_8x64d"), ResNeXtSpec()])
    assert [aligned.stage for aligned in both.stages] == [
        "stem",
        "stage1",
        "stage2",
        "stage3",
        "stage4",
        "classifier",
    ]
    stage4 = both.stages[4]
    assert stage4.rows[0] is None
    assert stage4.difference(1, "params") == analyse(ResNeXtSpec()).stages[4].params


def test_wide_is_stage_by_network():
    wide = THREE.wide("params")
    assert list(wide.columns) == list(NAMES)
    assert wide.loc["total", "resnext50_32x4d"] == 25_028_904
    assert wide.loc["stage1"].nunique() == 1


def test_json_reads_back():
    plain = json.loads(THREE.to_json())
    assert plain["names"] == list(NAMES)
    assert plain["networks"][0]["totals"]["macs"] == 4_230_479_872
    assert plain["rows"][-1]["stage"] == "total"
    difference = plain["rows"][-1]["networks"][2]["difference"]["params"]
    assert difference == 59_951_400 - 25_028_904


def test_text_and_markdown_show_signed_differences():
    for written in (THREE.to_text(), THREE.to_markdown()):
        assert "+3,739,516,928" in written
        assert f"{59_951_400 - 25_028_904:+,}" in written
        assert "as torchvision counts" in written


def test_one_name_twice_stays_apart():
    both = compare([ResNeXtSpec(), ResNeXtSpec(input_shape=(128, 128, 3))])
    assert both.names == ("resnext50_32x4d", "resnext50_32x4d (2)")
    assert both.total.difference(1, "params") == 0
    assert both.total.difference(1, "macs") < 0


def test_nothing_to_compare():
    with pytest.raises(ValueError, match="at least one network"):
        compare([])
