"""A process of its own: its limits, its refusals, its end."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from explorer.lesson.ablation import switch_off
from explorer.lesson.process import Desk, ProcessError, run_apart
from explorer.lesson.trained import read_trained
from resnext import ResNeXtSpec

REQUEST = {
    "spec": ResNeXtSpec(
        blocks=(1,), cardinality=2, width=1, input_shape=(4, 4, 1), classes=2, stem="cifar"
    ).to_dict(),
    "stage": None,
    "blocks": None,
    "dtype": "float32",
    "seed": 0,
    "kind": "noise",
    "model": None,
}


def test_it_is_killed_when_it_takes_too_long():
    with pytest.raises(ProcessError, match=r"ended after 0\.1 seconds"):
        run_apart("equivalence", REQUEST, seconds=0.1)


def test_a_refusal_comes_back_as_the_tasks_own_error():
    with pytest.raises(ValueError, match=r"from 1 to 1 .* Received 9"):
        run_apart("equivalence", {**REQUEST, "stage": 9})


@pytest.mark.slow
def test_too_little_memory_is_told():
    with pytest.raises(ProcessError):
        run_apart("equivalence", REQUEST, megabytes=64)


def test_an_unknown_task_is_told():
    with pytest.raises(ValueError, match="one of equivalence, activations, ablation"):
        run_apart("cook", {})


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    desk.close()


def ask(desk, seconds=120.0, **changes):
    """A small comparison of the forms."""
    return desk.ask("equivalence", {**REQUEST, **changes}, {}, seconds, 6_000)


@pytest.mark.slow
def test_the_process_stays_warm_and_is_replaced_when_it_dies(desk):
    first = ask(desk)
    process = desk.interpreter.process
    began = time.perf_counter()
    again = ask(desk)
    warm = time.perf_counter() - began
    assert desk.interpreter.process is process
    assert again.values["max_abs_diff"] == first.values["max_abs_diff"]
    assert again.values["forms"].keys() == first.values["forms"].keys()

    process.kill()  # as the system does when memory runs out
    process.wait()
    began = time.perf_counter()
    assert ask(desk).values["max_abs_diff"] == first.values["max_abs_diff"]
    assert desk.interpreter.process is not process
    assert time.perf_counter() - began > warm  # it had to import TensorFlow

    killer = threading.Timer(0.2, desk.interpreter.process.kill)  # in the middle of an answer
    killer.start()
    assert ask(desk).values["max_abs_diff"] == first.values["max_abs_diff"]


@pytest.mark.slow
def test_a_question_that_takes_too_long_does_not_harm_the_next(desk):
    with pytest.raises(ProcessError, match=r"ended after 0\.5 seconds"):
        ask(desk, seconds=0.5)
    assert desk.interpreter is None
    assert ask(desk).values["max_abs_diff"] < 1e-5


@pytest.mark.slow
def test_types_do_not_leak_and_everybody_gets_their_own_answer(desk):
    with ThreadPoolExecutor(2) as pool:
        wide, usual = pool.map(lambda t: ask(desk, dtype=t), ("float64", "float32"))
    assert wide.values["max_abs_diff"] < 1e-12
    assert 0 < usual.values["max_abs_diff"] < 1e-4
    assert usual.values["max_abs_diff"] > 1e-10


@pytest.mark.slow
def test_a_network_is_loaded_once_and_again_when_its_file_changes(tmp_path):
    path = Path(__file__).parents[2] / "assets" / "mini_resnext-cifar10.keras"
    copy = tmp_path / "copy.keras"
    copy.write_bytes(path.read_bytes())
    trained = read_trained(copy)
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3)).astype(np.uint8)
    block = trained.blocks[0]
    first = switch_off(trained, block, [{1}, set()], images)
    began = time.perf_counter()
    assert np.array_equal(
        switch_off(trained, block, [{1}, set()], images).probabilities, first.probabilities
    )
    warm = time.perf_counter() - began
    os.utime(copy, (0, 0))
    began = time.perf_counter()
    switch_off(trained, block, [{1}], images)
    assert time.perf_counter() - began > 2 * warm


def test_it_ends_when_nobody_asks():
    desk = Desk(idle_seconds=0.3)
    with pytest.raises(ValueError, match="Received 'cook'"):
        desk.ask("cook", {}, {}, 60, 6_000)
    desk.interpreter.process.wait(30)
    desk.close()


def test_it_ends_with_the_program_that_started_it():
    program = """
from explorer.lesson.process import Desk
desk = Desk()
try:
    desk.ask("cook", {}, {}, 60, 6_000)
except ValueError:
    print(desk.interpreter.process.pid, flush=True)
import os
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    pid = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text():
            return
        time.sleep(0.1)
    pytest.fail("the process outlived the program")
