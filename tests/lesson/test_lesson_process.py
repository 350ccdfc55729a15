"""A process of its own: its limits, its refusals, its end."""

import pytest

from explorer.lesson.process import ProcessError, run_apart
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
    with pytest.raises(ProcessError, match="KeyError"):
        run_apart("cook", {})
