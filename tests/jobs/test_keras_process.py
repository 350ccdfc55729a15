"""How a process that imports Keras starts and ends sooner."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow  # processes

IMPORTS = """
import gc, json
from explorer.jobs.keras_process import import_keras

if not {searches}:
    gc.disable()
first = import_keras().searched, gc.isenabled(), gc.get_freeze_count() > 1000
garbage = []
garbage.append(garbage)
frozen = gc.get_freeze_count()
print(json.dumps([*first, import_keras().searched, gc.get_freeze_count() <= frozen]))
"""


@pytest.mark.parametrize("searches", [True, False])
def test_what_is_imported_is_not_searched_for_garbage_but_all_else_is(searches, tmp_path):
    """A module of this name tells whether Python searched while it was imported."""
    (tmp_path / "keras.py").write_text("import gc; searched = gc.isenabled()")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    command = [sys.executable, "-c", IMPORTS.format(searches=searches)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [False, searches, searches, False, True]


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


def test_an_error_on_the_way_out_is_still_reported():
    done = left("leave(1 // 0)")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
