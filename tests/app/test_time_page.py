"""The page Cost's section Time, and the other pages that show what was measured."""

from functools import partial

import pytest
from app_pages import open_page, page_script
from timed_networks import made_up

from explorer.analysis.report import analyse
from explorer.cost.measured_ratios import compared
from explorer.cost.settings import Settings
from explorer.cost.timing_job import start_timing, timings_of
from explorer.cost.timing_text import milliseconds
from explorer.cost.timings import keep, timings_here
from explorer.jobs.queue import Asker
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_CACHE", str(tmp_path))


def opened(page="cost", **query):
    return open_page(page_script(page), **query)


def texts(app):
    return " ".join(one.value for one in (*app.markdown, *app.caption)).replace("\\", "")


def frame(app, column):
    return next((one.value for one in app.dataframe if column in one.value), None)


def test_a_network_that_was_not_timed_says_so():
    app = opened(network="resnext50_32x4d")
    assert "resnext50_32x4d, inference, batch 1, float32: not measured" in texts(app)
    assert frame(app, "Bound") is None
    assert any(one.label == "Measure here" for one in app.button)


def test_what_was_measured_is_shown_and_explained():
    timing = made_up("resnext50_32x4d", Settings(4), onnx=3.0)
    keep(timing)
    app = opened(network="resnext50_32x4d", time_batch="4")
    metrics = {one.label: one.value for one in app.metric}
    assert metrics["Inference, batch 4"] == f"{milliseconds(timing.whole.ms)} ms"
    assert metrics["ONNX Runtime"] == "3.00 ms"
    table = frame(app, "Bound")
    assert list(table["Place"]) == [row.name for row in analyse("resnext50_32x4d").stages]
    assert list(table["Bound / time"]) == pytest.approx([0.5] * len(table))
    said = texts(app)
    for words in ("32 paths of", "Slowest first", "pycls, V100 1.47", "It is not a prediction"):
        assert words in said
    assert "200 GFLOP/s and 20.0 GB/s" in said


def test_the_ratio_to_the_resnet_of_its_depth():
    keep(made_up("resnext50_32x4d"))
    keep(made_up("resnet50"))
    assert "Time of resnext50_32x4d divided by resnet50's: measured here" in texts(
        opened(network="resnext50_32x4d")
    )


def test_another_device_bounds_but_was_not_measured():
    keep(made_up("resnext50_32x4d"))
    said = texts(opened(network="resnext50_32x4d", roof="NVIDIA T4"))
    assert "On NVIDIA T4" in said
    assert "Nothing was measured there" in said
    assert "nvidia.com" in said


def test_a_training_step_has_no_bound():
    keep(made_up("mini_resnext", Settings(4, True)))
    app = opened(network="mini_resnext", time_step="training", time_batch="4")
    assert frame(app, "Upper") is not None
    assert frame(app, "Bound") is None


def test_a_measurement_from_the_page_times_onnx_runtime_as_the_command_does(monkeypatch):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    monkeypatch.setattr("explorer.app.views.cost.time.this_session", Asker)  # there is no browser
    once = partial(start_timing, rounds=1)
    monkeypatch.setattr("explorer.app.views.cost.time.start_timing", once)
    query = {"network": "resnext29_2x4d", "blocks": "1", "input": "8x8", "classes": "4"}
    app = opened(**query)
    next(one for one in app.button if one.label == "Measure here").click().run()
    job = app.session_state["_timing_job"]
    (timing,) = timings_of(job.wait())
    assert timing.onnx is not None
    assert timing.onnx.ms > 0
    assert "onnxruntime" in timing.conditions.versions
    (kept,) = timings_here().all()
    assert kept.onnx == timing.onnx
    job.close()


def test_a_hosted_app_measures_nothing(monkeypatch):
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    app = opened(network="mini_resnext")
    assert not any(one.label == "Measure here" for one in app.button)


def test_tables_and_compare_show_it():
    assert frame(opened("tables", network="resnext50_32x4d"), "Time") is None
    timing = made_up("resnext50_32x4d")
    keep(timing)
    assert timing.conditions.text in texts(opened("tables", network="resnext50_32x4d"))
    table = frame(opened("tables", network="resnext50_32x4d"), "Time")
    assert table["Time"].iloc[-1] == pytest.approx(timing.whole.ms, rel=1e-3)
    spec = ResNeXtSpec.from_name("resnext50_32x4d")
    assert len(table) == len(analyse(spec).stages) + 1
    app = opened("compare", **{"with": "resnext50_32x4d,resnext101_32x4d"})
    html = " ".join(one.proto.body for one in app.main if one.type == "html")
    assert "Images per second here" in html
    assert f"{timing.images_per_second:,.1f}" in html
    assert "not measured" in html


def test_every_page_with_times_says_how_they_were_measured():
    keep(made_up("resnet50", threads=1))
    keep(made_up("resnext50_32x4d", date="2026-02-02T03:04:05+00:00"))
    kept = timings_here()
    two = [ResNeXtSpec.from_name(name) for name in ("resnet50", "resnext50_32x4d")]
    said = kept.conditions(two)
    assert said.endswith("versions: resnet50.")
    assert said in texts(opened("compare", **{"with": "resnet50,resnext50_32x4d"}))
    for query in ({}, {"against": "ms"}):
        app = opened("accuracy", recipes="paper", **query)
        captions = [one.value.replace("\\", "") for one in app.caption]
        (caption,) = [one for one in captions if "Times: inference" in one]
        assert "2 threads" in caption
    assert "Times: inference" in texts(opened("verify"))


def test_the_page_of_checked_figures_shows_ratios():
    keep(made_up("resnet50"))
    keep(made_up("resnext50_32x4d"))
    found = compared(timings_here())
    table = opened("verify").dataframe[2].value
    assert list(table["Published"]) == [f"{one.theirs:.2f}" for one in found]
    assert list(table["Verdict"]) == [one.verdict for one in found]


def test_a_network_that_was_not_timed_is_on_the_roof_of_known_devices():
    app = opened(network="resnext50_32x4d", roof="NVIDIA T4")
    assert "On NVIDIA T4" in texts(app)
    assert not any("This machine" in option for one in app.selectbox for option in one.options)
    assert "Ceilings of NVIDIA T4" in next(str(one.proto) for one in app.get("plotly_chart")
                                           if "Ceilings of" in str(one.proto))  # fmt: skip


def test_layers_have_the_ceiling_that_they_meet():
    keep(made_up("resnext50_32x4d"))
    table = frame(opened(network="resnext50_32x4d", time_by="layer"), "Bound by")
    grouped = table[table["Place"] == "stage1/block1/conv2"].iloc[0]
    assert grouped["Bound by"] == "traffic"
    assert 4 < grouped["MACs a byte"] < 5
    assert frame(opened(network="resnext50_32x4d"), "Bound by") is None


def test_a_ratio_is_not_taken_of_two_setups():
    keep(made_up("resnext50_32x4d"))
    keep(made_up("resnet50", threads=1))
    assert "Measure resnet50, too" in texts(opened(network="resnext50_32x4d"))
