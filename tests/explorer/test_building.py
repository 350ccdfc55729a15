"""Builds: agreement with Keras, and what happens when the process does not come back."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest

from explorer.building import PREFIX, Agreement, BuildJob, new_folder, start_build
from explorer.keras_graph import graph_of_keras
from explorer.report import analyse
from resnext import ResNeXtSpec, SpecError

MINI = ResNeXtSpec.from_name("mini_resnext")


@pytest.mark.slow
def test_a_build_agrees_and_hands_over_the_model(tmp_path):
    result = start_build(MINI, tmp_path / "build").wait()
    assert result.error == ""
    assert result.agrees
    assert result.params == 461_450
    assert "461,450" in result.summary
    assert "stage1_block1_conv2" in result.summary
    assert len(result.rows) == len(graph_of_keras(result.model_path))
    assert zipfile.is_zipfile(result.model_path)
    assert analyse(result.model_path).totals.params == 461_450


@pytest.mark.slow
def test_a_killed_build_says_so(tmp_path):
    job = start_build(MINI, tmp_path)
    assert job.poll() is None
    os.kill(job._process.pid, signal.SIGKILL)
    result = job.wait()
    assert "ended without a result (signal 9)" in result.error
    assert not result.agrees


@pytest.mark.slow
def test_a_build_has_a_time_limit_of_its_own(tmp_path):
    job = start_build(MINI, tmp_path, seconds=0.3)
    # Nobody polls, as if the page were gone.
    assert job._process.wait(60) != 0
    assert "ended after 0.3 seconds" in job.poll().error


def test_a_build_can_be_cancelled(tmp_path):
    job = start_build(MINI, tmp_path)
    job.cancel()
    assert job.poll().error == "The build was cancelled."
    assert job._process.poll() is not None


def test_polling_ends_what_takes_too_long(tmp_path):
    job = start_build(MINI, tmp_path, seconds=0.0)
    time.sleep(0.01)
    assert "ended after 0 seconds" in job.poll().error


def test_a_network_that_would_fill_the_memory_is_not_begun(tmp_path):
    with pytest.raises(SpecError, match="at most 300,000,000 parameters"):
        start_build(ResNeXtSpec(width=64), tmp_path)


def test_a_torn_result_is_no_result(tmp_path):
    job = start_build(MINI, tmp_path)
    job._process.kill()
    job._process.wait()
    (tmp_path / "result.json").write_text('{"error": "", "rows": [')
    assert "without a result" in job.poll().error


def ended(folder, log, status):
    """A job whose process has printed a log and ended with a status."""
    (folder / "log.txt").write_text(log)
    process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({status})"])
    process.wait()
    return BuildJob(folder, process, 60)


def test_a_process_that_fails_is_quoted(tmp_path):
    log = "Traceback\nModuleNotFoundError: No module named 'keras'\x1b\n\n"
    error = ended(tmp_path, log, 3).poll().error
    assert error.endswith("(exit status 3): ModuleNotFoundError: No module named 'keras'")
    assert ended(tmp_path, " \n", 3).poll().error.endswith("memory ran out.")


def test_a_build_that_is_discarded_leaves_nothing(tmp_path):
    job = start_build(MINI, tmp_path / "build")
    job.discard()
    assert job._process.poll() is not None
    assert not (tmp_path / "build").exists()
    assert job.poll().error == "The build was cancelled."


def test_folders_of_builds_long_past_are_removed(tmp_path):
    old, young, other = (tmp_path / name for name in (f"{PREFIX}old", f"{PREFIX}young", "other"))
    for folder in (old, young, other):
        folder.mkdir()
        (folder / "model.keras").write_bytes(b"weights")
    for folder in (old, other):
        os.utime(folder, (time.time() - 3700,) * 2)
    made = new_folder(tmp_path)
    assert made.name.startswith(PREFIX)
    assert {path.name for path in tmp_path.iterdir()} == {made.name, young.name, "other"}


def test_what_differs_does_not_agree():
    same = Agreement("a", "Conv2D", "Conv2D", (1, 2), (1, 2), 3, 3)
    assert same.agrees
    assert not Agreement("a", "Conv2D", "Conv2D", (1, 2), (1, 2), 3, 4).agrees
    assert not Agreement("a", None, "Conv2D", None, (1, 2), None, 3).agrees


def test_the_caller_imports_no_tensorflow(tmp_path):
    code = (
        "import json, sys; from explorer.building import start_build; from resnext import *;"
        f"job = start_build(ResNeXtSpec(), {str(tmp_path)!r}); job.cancel();"
        "print(json.dumps(sorted({'keras', 'tensorflow'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
