"""Ratios of times: published, by MACs, and as they were measured here."""

import csv
import io
import json

import pytest
from timed_networks import made_up

from explorer.analysis.formats import FORMATS
from explorer.analysis.report import analyse
from explorer.cli import main
from explorer.cost.measured_ratios import OTHER, SAME, UNKNOWN, answer, compared, summary
from explorer.cost.timings import Kept
from resnext import ResNeXtSpec

NAMES = ("resnet50", "resnext50_32x4d")


def by_source(found, network="resnext50_32x4d"):
    return {one.source: one for one in found if one.network == network}


def test_published_ratios_are_those_of_the_published_speeds():
    found = by_source(compared(Kept([])))
    # pycls, MODEL_ZOO.md: 53 and 78 ms for 64 images.
    assert found["pycls, V100"].theirs == pytest.approx(78 / 53, rel=0.01)
    assert {one.other for one in found.values()} == {"resnet50"}
    macs = [analyse(name).totals.macs for name in NAMES]
    assert found["pycls, V100"].macs == macs[1] / macs[0]
    assert {one.verdict for one in compared(Kept([]))} == {UNKNOWN}


@pytest.mark.parametrize(("slowness", "slower"), [(4.0, True), (1.0, False)])
def test_what_was_measured_here_has_a_sign(slowness, slower):
    kept = Kept([made_up(NAMES[0]), made_up(NAMES[1], slowness=slowness)])
    found = compared(kept)
    here = by_source(found)
    (ratio,) = {one.ours for one in here.values()}
    times = [kept.alike(ResNeXtSpec.from_name(name)).whole.ms for name in NAMES]
    assert ratio == pytest.approx(times[1] / times[0])
    assert (ratio > 1) == slower
    # On timm's Core i9, on one image, ResNeXt-50 was the faster one; on the cards it was not.
    agree = {source for source, one in here.items() if one.verdict == SAME}
    faster = {"timm, Core i9"}
    assert agree == (here.keys() - faster if slower else faster)
    assert {one.verdict for one in here.values()} == {SAME, OTHER}
    assert f"{len(agree)} of the {len(here)} that were measured here" in summary(found)
    assert "time resnet101 resnext101_32x4d" in summary(found)


def test_times_of_two_setups_have_no_ratio():
    kept = Kept([made_up(NAMES[0], threads=1), made_up(NAMES[1], date="2026-02-02T03:04:05+00:00")])
    assert {one.ours for one in compared(kept)} == {None}


def test_fastest_calls_count_if_one_of_the_two_was_disturbed():
    both = made_up(NAMES[0]), made_up(NAMES[1], others=99.0)
    (ratio,) = {one.ours for one in by_source(compared(Kept(both))).values()}
    assert ratio == pytest.approx(both[1].whole.fastest / both[0].whole.fastest)


def test_every_format_has_every_row_and_the_conditions():
    kept = Kept([made_up(name) for name in NAMES])
    rows = json.loads(FORMATS["json"].write(answer(kept)))
    table = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(answer(kept)))))
    assert [row["network"] for row in table] == [row["network"] for row in rows]
    assert {row["network"] for row in rows if row["conditions"]} == {NAMES[1]}
    for form in ("table", "markdown"):
        text = FORMATS[form].write(answer(kept))
        assert "2 threads; tensorflow 2.21.0" in text
        assert all(row["source"] in text for row in rows)


@pytest.mark.parametrize("options", [["--memory", "--time"], ["--time", "--differing"]])
def test_the_command_shows_one_table(options, capsys):
    assert main(["verify", *options]) == 2
    assert "--time" in capsys.readouterr().err
