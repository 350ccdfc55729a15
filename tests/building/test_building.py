"""Builds: agreement with Keras, and how they end."""

import json
import subprocess
import sys
import zipfile

import pytest

from explorer.analysis.report import analyse
from explorer.building.job import Agreement, start_build
from explorer.foreign.keras_graph import graph_of_keras
from explorer.jobs.queue import JobQueue
from explorer.jobs.worker_process import JobError
from resnext import ResNeXtSpec, SpecError

MINI = ResNeXtSpec.from_name("mini_resnext")


@pytest.fixture
def queue():
    queue = JobQueue(2, 8_000)
    yield queue
    queue.close()


@pytest.mark.slow
def test_a_build_agrees_and_hands_over_the_model(queue):
    build = start_build(MINI, queue=queue)
    result = build.wait()
    assert result.agrees
    assert result.total_params == 461_450
    assert "461,450" in result.summary
    assert "stage1_block1_conv2" in result.summary
    assert len(result.rows) == len(graph_of_keras(result.model_path))
    assert zipfile.is_zipfile(result.model_path)
    assert analyse(result.model_path).totals.total_params == 461_450
    assert build.phase == "saving"
    build.close()
    assert not result.model_path.exists()


@pytest.mark.slow
def test_torchvisions_padding_agrees_with_its_layers_of_zeros(queue):
    spec = ResNeXtSpec(
        blocks=(1, 1), cardinality=2, width=2, input_shape=(40, 33, 3), padding="symmetric"
    )
    build = start_build(spec, queue=queue)
    result = build.wait()
    zeros = {row.name: row.output_shape for row in result.rows if row.kind == "ZeroPadding2D"}
    assert zeros == {
        "stem/conv_pad": (46, 39, 3),
        "stem/pool_pad": (22, 19, 64),
        "stage2/block1/conv2_pad": (12, 11, 8),
    }
    assert result.agrees
    build.close()


@pytest.mark.slow
def test_eight_builds_of_a_large_network_are_two_processes(queue):
    large = [ResNeXtSpec.from_name("resnext101_32x8d").replace(classes=1000 - n) for n in range(8)]
    first = start_build(large[0], queue=queue)
    assert first.phase == "starting"  # it goes on while the others are asked for
    builds = [first, *(start_build(spec, queue=queue) for spec in large[1:])]
    assert len(queue.running) == 2
    assert sum(run.question.megabytes for run in queue.running) <= queue.megabytes
    assert [build.job.place().ahead for build in builds[2:]] == [0, 1, 2, 3, 4, 5]
    for build in reversed(builds):
        build.close()
    assert not queue.waiting


def test_a_build_has_a_time_limit(queue):
    with pytest.raises(JobError, match="ended after 0 seconds"):
        start_build(MINI, queue=queue, seconds=0.0).wait()


def test_a_network_that_would_fill_the_memory_is_not_begun(queue):
    with pytest.raises(SpecError, match="at most 300,000,000 parameters"):
        start_build(ResNeXtSpec(width=64), queue=queue)


def test_what_differs_does_not_agree():
    same = Agreement("a", "Conv2D", "Conv2D", (1, 2), (1, 2), 3, 3)
    assert same.agrees
    assert not Agreement("a", "Conv2D", "Conv2D", (1, 2), (1, 2), 3, 4).agrees
    assert Agreement("a", "GroupedConv2D", "Conv2D", (1, 2), (1, 2), 3, 3).agrees
    assert not Agreement("a", "Conv2D", "GroupedConv2D", (1, 2), (1, 2), 3, 3).agrees
    assert not Agreement("a", None, "Conv2D", None, (1, 2), None, 3).agrees


@pytest.mark.slow
def test_the_caller_imports_no_tensorflow():
    code = (
        "import json, sys; from explorer.building.job import start_build; from resnext import *;"
        "build = start_build(ResNeXtSpec()); build.close();"
        "print(json.dumps(sorted({'keras', 'tensorflow'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
