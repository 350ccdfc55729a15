"""``time``: a real measurement of small networks, and how it ends."""

import contextlib
import importlib.metadata
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

from explorer.analysis.report import LEVELS, analyse
from explorer.cli import main
from explorer.cost.machine import this_machine
from explorer.cost.settings import Settings
from explorer.cost.timings import timings_here
from explorer.jobs.processes import identity
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # TensorFlow

NAMES = ["resnext29_2x4d", "resnext29_4x4d"]
CHANGES = ["--blocks", "1", "--input", "8x8", "--classes", "4"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNEXT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def spec_of(name):
    return ResNeXtSpec.from_name(name, blocks=(1,), input_shape=(8, 8, 3), classes=4)


@pytest.fixture(scope="module")
def inference(cache):
    """Batches 1 and 3 of two networks."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        options = ["--batch", "1", "3", "--rounds", "2", "--format", "json"]
        assert main(["time", *NAMES, *CHANGES, *options]) == 0
    return json.loads(out.getvalue())


def test_each_network_and_batch_is_timed_with_all_its_parts(inference):
    found = inference["timings"]
    assert [(one["batch"], one["name"]) for one in found] == [
        (batch, spec_of(name).name) for batch in (1, 3) for name in NAMES
    ]
    for one in found:
        assert one["mode"] == "inference"
        assert len(one["turns_ms"]) == 2
        assert 0 < one["low_ms"] <= one["ms"] <= one["high_ms"]
        assert one["images_per_second"] == pytest.approx(1000 * one["batch"] / one["ms"])
        report = analyse(ResNeXtSpec.from_dict(one["spec"]))
        for level in LEVELS:
            rows = [part for part in one["parts"] if part["level"] == level]
            assert [row["name"] for row in rows] == [row.name for row in report.by(level)]
            here = one["conditions"]
            others, processors = here["other_programs_processors"], here["machine"]["processors"]
            basis = "fastest_ms" if others > 0.1 * processors else "ms"
            assert one["sums_ms"][level] == pytest.approx(sum(row[basis] for row in rows))
            assert all(len(row["turns_ms"]) == 2 and row["bound_ms"] > 0 for row in rows)


def test_the_conditions_are_named(inference):
    for one in inference["timings"]:
        found = one["conditions"]
        assert found["machine"]["processor"] == this_machine().processor
        assert found["threads"] >= 1
        assert found["device"]
        for library in ("tensorflow", "keras", "numpy"):
            assert found["versions"][library] == importlib.metadata.version(library)
        assert min(found[k] for k in ("call_ms", "product_flops", "copy_bytes_per_second")) > 0
        assert found["other_programs_processors"] >= 0


def test_onnx_runtime_is_a_second_column(inference):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    for one in inference["timings"]:
        assert one["onnxruntime"]["ms"] > 0
        assert len(one["onnxruntime"]["turns_ms"]) == 2
        assert "onnxruntime" in one["conditions"]["versions"]


def test_the_times_are_kept_for_search_and_the_pages(inference, capsys):
    found = timings_here()
    for one in inference["timings"]:
        kept = found.find(ResNeXtSpec.from_dict(one["spec"]), Settings(one["batch"]))
        assert kept.whole.ms == one["ms"]


def test_a_training_step_with_its_parts(cache, capsys):
    options = ["--batch", "2", "--train", "--rounds", "1", "--format", "json"]
    assert main(["time", NAMES[0], *CHANGES, *options]) == 0
    (one,) = json.loads(capsys.readouterr().out)["timings"]
    assert one["mode"] == "training"
    assert one["onnxruntime"] is None
    assert one["ms"] > 0
    layers = {row["name"]: row for row in one["parts"] if row["level"] == "layer"}
    assert layers.keys() == {row.name for row in analyse(spec_of(NAMES[0])).rows}
    assert all(row["bound_ms"] is None for row in layers.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mini_resnext", "mini_resnext"], "named once"),
        (["mini_resnext", "--batch", "0"], "from 1 to 1,024"),
        (["mini_resnext", "--rounds", "0"], "The rounds must be"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_measured(arguments, words, capsys):
    assert main(["time", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc and sends signals")
def test_ctrl_c_leaves_nothing(tmp_path):
    cache = tmp_path / "cache"
    folder = tmp_path / "temporary"
    folder.mkdir()
    command = subprocess.Popen(
        [sys.executable, "-m", "explorer", "time", "resnext50_32x4d", "--train"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), "RESNEXT_CACHE": str(cache)},
        start_new_session=True,
    )
    children = Path(f"/proc/{command.pid}/task")
    (worker,) = until(
        lambda: [int(c) for t in children.glob("*/children") for c in t.read_text().split()]
    )
    until(lambda: "tensorflow" in Path(f"/proc/{worker}/maps").read_text())
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=240)
    assert (command.returncode, out, err) == (130, "", "")
    until(lambda: identity(worker) is None)
    assert list(folder.iterdir()) == []
    assert not cache.exists()
