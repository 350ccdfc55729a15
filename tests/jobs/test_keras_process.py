"""How a process that imports Keras ends sooner."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # processes

LEAVES = """
import atexit, sys
from explorer.jobs.keras_process import leave

class Module:
    def __del__(self):
        print("taken apart")

sys.modules["module"] = kept = Module()
atexit.register(print, "taken apart")
print("x" * 100_000)
print("last words", file=sys.stderr, end="")
"""


def left(how):
    """A process whose output goes to pipes, so that Python keeps it until it must write it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", LEAVES + how]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("code", [0, 20])
def test_who_leaves_loses_no_output_and_takes_nothing_apart(code):
    done = left(f"leave({code})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "x" * 100_000 + "\n", "last words")
    assert left(f"sys.exit({code})").stdout.endswith("taken apart\n")  # as any other process does


def test_an_error_on_the_way_out_is_still_told():
    done = left("leave(1 // 0)")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
