"""Times that were kept, and who reads them; the parts that are timed."""

import dataclasses
import json
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from specs import valid_specs
from timed_networks import TURNS, made_up

from explorer.analysis.formats import FORMATS
from explorer.analysis.report import LEVELS, analyse, graph_of
from explorer.cost import timings
from explorer.cost.budget import Budget
from explorer.cost.grid import Grid
from explorer.cost.machine import this_machine, vector_width
from explorer.cost.parts import distinct, parts
from explorer.cost.roofline import bound
from explorer.cost.search import search
from explorer.cost.settings import Settings
from explorer.cost.timed import Times, Timing
from explorer.cost.timing_job import share_done, start_timing
from explorer.cost.timing_text import answer, ceilings_of, milliseconds, part_rows
from resnext import ResNeXtSpec
from resnext.errors import InputError

RESNEXT = ResNeXtSpec.from_name("resnext50_32x4d")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.slow
@given(valid_specs())
def test_the_parts_of_each_level_are_those_of_the_tables(spec):
    graph, report = graph_of(spec), analyse(spec)
    for level in LEVELS:
        some = [part for part in parts(graph) if part.level == level]
        assert [part.place for part in some] == [row.name for row in report.by(level)]
        assert [n.name for part in some for n in part.nodes] == [row.name for row in report.rows]
    known = {node.name: node.output_shape for node in graph}
    for part in parts(graph):
        assert all(known[name] == shape for name, shape in part.inputs.items())


def test_parts_that_are_alike_are_one():
    both = [part for n in ("resnext50_32x4d", "resnext101_32x4d")
            for part in parts(graph_of(ResNeXtSpec.from_name(n)))]  # fmt: skip
    keys = {(part.level, part.place): part.key for part in both}
    assert keys["block", "stage3/block2"] == keys["block", "stage3/block17"]
    assert keys["block", "stage3/block1"] != keys["block", "stage3/block2"]
    # The deeper network has no layer and no block that the other lacks, but a longer stage.
    only = distinct(both).keys() - distinct(parts(graph_of(RESNEXT))).keys()
    assert {len(key) for key in only} == {len([n for n in graph_of("resnext101_32x4d")
                                               if n.place[0] == "stage3"])}  # fmt: skip


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=12))
def test_median_and_quartiles(turns):
    times = Times(tuple(turns))
    low, middle, high = np.quantile(turns, (0.25, 0.5, 0.75))
    assert (times.low, times.ms, times.high) == pytest.approx((low, middle, high))
    assert times.ratio(times) == 1


def test_a_ratio_is_of_turns_that_were_neighbours():
    # A burst of other work doubles both; the medians alone would say 20 / 11.
    one, other = Times((10, 20, 22)), Times((10, 11, 22))
    assert one.ratio(other) == statistics.median([1, 20 / 11, 1])


def test_what_was_kept_is_read(cache):
    timing = made_up("resnext50_32x4d", onnx=3.0)
    assert timings.keep(timing)
    found = timings.timings_here()
    assert found.find(RESNEXT, Settings()) == timing
    assert found.ms(RESNEXT) == timing.whole.ms
    assert found.ms(RESNEXT.replace(classes=10)) is None
    assert found.find(RESNEXT, Settings(2)) is None
    before = timings.stamp()
    later = made_up("resnext50_32x4d", slowness=3.0, date="2026-02-02T03:04:05+00:00")
    assert timings.keep(later)
    assert timings.stamp() != before
    assert timings.timings_here().all() == [later]  # in the place of the earlier one


def test_damaged_files_and_other_machines_are_passed_over(cache, monkeypatch):
    timings.keep(made_up("resnext50_32x4d"))
    (file,) = cache.rglob("*.json")
    (file.parent / "cut.json").write_text(file.read_text()[:500])
    (file.parent / "other.json").write_text("[]")
    plain = json.loads(file.read_text())
    plain["turns_ms"] = []
    (file.parent / "empty.json").write_text(json.dumps(plain))
    assert len(timings.timings_here().all()) == 1
    elsewhere = dataclasses.replace(this_machine(), name="elsewhere")
    monkeypatch.setattr(timings, "this_machine", lambda: elsewhere)
    assert timings.timings_here().all() == []


def test_a_folder_that_cannot_be_written_is_no_error(cache, monkeypatch):
    (cache / "file").write_text("")
    monkeypatch.setenv("RESNEXT_CACHE", str(cache / "file"))
    assert not timings.keep(made_up("mini_resnext"))
    assert timings.timings_here().all() == []


def test_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(timings, "MOST_KEPT", 3)
    for batch in range(1, 6):
        timings.keep(made_up("mini_resnext", Settings(batch)))
    assert len(timings.timings_here().all()) == 3


def test_times_of_another_setup_are_kept_and_not_compared():
    early = made_up("resnet50", threads=1)
    for timing in (early, made_up("resnext50_32x4d", date="2026-02-02T03:04:05+00:00")):
        timings.keep(timing)
    found, resnet = timings.timings_here(), ResNeXtSpec.from_name("resnet50")
    assert found.find(resnet, Settings()) == early
    assert (found.alike(resnet), found.ms(resnet)) == (None, None)
    assert found.ms(RESNEXT) is not None
    said = found.conditions([resnet, RESNEXT])
    assert "2 threads; tensorflow 2.21.0; 2026-02-02." in said
    assert said.endswith("memory pages or versions: resnet50.")
    # Measured again with two threads, it takes the place of nothing.
    timings.keep(made_up("resnet50", date="2026-02-03T03:04:05+00:00"))
    found = timings.timings_here()
    assert found.ms(resnet) is not None
    assert found.conditions([resnet, RESNEXT]).endswith("2026-02-02 to 2026-02-03.")
    assert len(list(timings._folder().glob("*.json"))) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "NVIDIA H200"},
        {"threads": 1},
        {"large_pages": True},
        {"versions": {"tensorflow": "2.22.0"}},
    ],
)
def test_device_threads_and_versions_make_a_setup(changes):
    timings.keep(made_up("resnet50"))
    timings.keep(made_up("resnext50_32x4d", date="2026-02-02T03:04:05+00:00", **changes))
    found = timings.timings_here()
    assert found.alike(ResNeXtSpec.from_name("resnet50")) is None
    assert found.alike(RESNEXT) is not None


def test_a_disturbed_time_is_its_fastest_call_and_says_so():
    busy = made_up("resnext50_32x4d", others=1.5 * this_machine().processors)
    timings.keep(busy)
    timings.keep(made_up("resnet50"))
    found = timings.timings_here()
    assert found.ms(RESNEXT) == busy.whole.fastest < busy.whole.ms
    said = found.conditions([RESNEXT, ResNeXtSpec.from_name("resnet50")])
    assert "busy during the measurement of resnext50_32x4d: the fastest call" in said
    assert found.conditions([ResNeXtSpec.from_name("mini_resnext")]) == ""


def test_search_under_a_time():
    timings.keep(made_up("resnext50_32x4d"))
    ms = timings.timings_here().ms(RESNEXT)
    grid = Grid((50,), (1, 32), (4,))
    found = search(grid, Budget(ms=ms))
    assert [(row.name, row.ms) for row in found.rows] == [("resnext50_32x4d", ms)]
    assert found.not_measured == 1
    assert search(grid, Budget(ms=ms / 2)).rows == ()


def test_json_is_the_timing_and_its_bounds():
    timing = made_up("resnext50_32x4d", Settings(8), onnx=3.0)
    (plain,) = json.loads(FORMATS["json"].write(answer([timing], "stage")))["timings"]
    assert Timing.from_dict(plain) == timing
    assert plain["images_per_second"] == pytest.approx(8000 / timing.whole.ms)
    macs = analyse("resnext50_32x4d").totals.macs
    assert plain["share_of_product"] == pytest.approx(
        2 * macs * 8 / (timing.whole.ms / 1000) / timing.conditions.product
    )
    known = {node.name: bound(node, 8, ceilings_of(timing)) for node in graph_of(timing.spec)}
    for part in plain["parts"]:
        assert part["bound_ms"] == pytest.approx(part["ms"] / 2)
        layer = known[part["name"]] if part["level"] == "layer" else None
        assert part["bound_by"] == (layer and layer.by)
        assert part["macs_per_byte"] == (layer and layer.intensity)
    assert plain["sums_ms"]["stage"] == pytest.approx(plain["ms"])


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
@pytest.mark.parametrize("train", [False, True])
def test_texts_have_every_part(form, train):
    timing = made_up("resnext50_32x4d", Settings(8, train))
    for level in LEVELS:
        text = FORMATS[form].write(answer([timing], level))
        assert all(row.place in text for row in part_rows(timing, level))
    assert ("bound" in FORMATS["table"].write(answer([timing], "stage")).lower()) is not train


def test_milliseconds_have_three_digits():
    given = (0.0123, 0.123, 1.234, 12.34, 123.4, 1234.5, 9.996)
    assert [milliseconds(v) for v in given] == [
        "0.012",
        "0.12",
        "1.23",
        "12.3",
        "123",
        "1,234",
        "10.0",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batches": [0]}, "The batch must be a whole number from 1 to 1,024"),
        ({"rounds": 0}, "The rounds must be"),
        ({"specs": []}, "1 to 8. Received 0"),
        ({"specs": [RESNEXT.replace(input_shape=(4096, 4096, 3))], "batches": [1024]}, "memory"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_a_rule(changes, words):
    with pytest.raises(InputError, match=words):
        start_timing(**({"specs": [RESNEXT]} | changes))


def test_phases():
    assert share_done("") == (0.0, "starting")
    assert share_done("batch 1: round 2 of 9|0.375") == (0.375, "batch 1: round 2 of 9")


def test_vectors_are_read_in_the_processors_flags():
    assert vector_width("model name : A\nflags\t\t: fpu sse2 avx2 avx512f\n") == 16
    assert vector_width("Features\t: fp asimd\n") == 4
    assert vector_width("") is None


def test_a_disturbed_measurement_is_judged_by_its_fastest_calls():
    calm = made_up("resnext50_32x4d")
    busy = made_up("resnext50_32x4d", others=1.9)
    assert calm.steady(calm.whole) == calm.whole.ms
    assert busy.steady(busy.whole) == busy.whole.fastest == min(busy.whole.turns)
    assert busy.sums["stage"] == pytest.approx(calm.sums["stage"] * min(TURNS))
    assert busy.share_of_limit() > calm.share_of_limit()
    assert "than on an idle machine" in busy.conditions.text
    assert "than on an idle machine" not in calm.conditions.text
    for timing, basis in ((calm, "bound / ms"), (busy, "bound / fastest")):
        assert basis in FORMATS["table"].write(answer([timing], "stage"))


def test_ceilings_are_the_best_that_were_measured():
    timings.keep(made_up("resnext50_32x4d", product=100e9, copy=30e9))
    timings.keep(made_up("resnet50", product=300e9, copy=10e9))
    timings.keep(made_up("mini_resnext", device="A card", product=9e12, copy=1e12))
    found = timings.timings_here()
    for one in found.all():
        known = (one.conditions.product, one.conditions.copy)
        assert known == ((9e12, 1e12) if one.conditions.device == "A card" else (300e9, 30e9))
    assert found.ceilings("Another card", 2) == (0, 0)
