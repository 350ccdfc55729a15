"""The lesson's calculations in worker processes: nothing leaks from one to the next."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from explorer.jobs import queue as queues
from explorer.jobs.queue import JobQueue
from explorer.jobs.worker_process import JobBug, JobError
from explorer.lesson.ablation import switch_off
from explorer.lesson.equivalence import measure
from explorer.lesson.saved_models import read_trained
from resnext import ResNeXtSpec

TINY = ResNeXtSpec(
    blocks=(1,), cardinality=2, width=1, input_shape=(4, 4, 1), classes=2, stem="cifar"
)


@pytest.fixture
def queue(monkeypatch):
    queue = JobQueue(1, 8_000)
    monkeypatch.setattr(queues, "shared_queue", lambda: queue)
    yield queue
    queue.close()


def test_it_is_ended_when_it_takes_too_long(queue):
    with pytest.raises(JobError, match=r"ended after 0\.1 seconds"):
        measure(TINY, seconds=0.1)


@pytest.mark.slow
def test_types_do_not_leak_and_everybody_gets_their_own_answer(queue):
    with ThreadPoolExecutor(2) as pool:
        wide, usual = pool.map(lambda t: measure(TINY, dtype=t), ("float64", "float32"))
    # Outputs of so small a network may be equal to the last bit; a float32 shows in the value.
    assert wide.max_abs_diff < 1e-12
    assert float(np.float32(wide.max_output)) != wide.max_output
    assert usual.max_abs_diff < 1e-4
    assert float(np.float32(usual.max_output)) == usual.max_output
    assert measure(TINY, dtype="float64").forms == wide.forms  # remembered, and left whole


@pytest.mark.slow
def test_a_network_is_loaded_again_when_its_file_changes(queue, tmp_path):
    path = Path(__file__).parents[2] / "assets" / "mini_resnext-cifar10.keras"
    copy = tmp_path / "copy.keras"
    copy.write_bytes(path.read_bytes())
    trained = read_trained(copy)
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    block = trained.blocks[0]
    first = switch_off(trained, block, [{1}, set()], images)
    again = switch_off(trained, block, [{1}, set()], images)
    assert np.array_equal(again.probabilities, first.probabilities)
    os.utime(copy, (0, 0))
    loaded = switch_off(trained, block, [{1}, set()], images)
    assert np.array_equal(loaded.probabilities, first.probabilities)
    copy.write_bytes(b"not a network")
    with pytest.raises(JobBug):
        switch_off(trained, block, [{1}, set()], images)
