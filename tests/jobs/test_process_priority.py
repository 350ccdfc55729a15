"""A child that steps back: its niceness, its session's, and no one else's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")
CHILD = """
import json, os
from pathlib import Path
from explorer.jobs.process_priority import lower_priority
lower_priority()
group = Path("/proc/self/autogroup")
print(json.dumps([os.getpriority(os.PRIO_PROCESS, 0), group.read_text() if group.exists() else ""]))
"""


def stepped_back(most="", **session):
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "RESNEXT_NICENESS": most},
        **session,
    )
    return json.loads(child.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX priorities")
def test_a_process_of_its_own_session_takes_the_whole_session_back():
    niceness, group = stepped_back(start_new_session=True)
    assert niceness == 19
    assert group.strip().endswith("nice 19") or not AUTOGROUP.exists()


@pytest.mark.slow
@pytest.mark.skipif(not AUTOGROUP.exists(), reason="a kernel that shares among sessions")
def test_a_process_in_somebody_elses_session_leaves_that_alone():
    before = AUTOGROUP.read_text()
    niceness, group = stepped_back()
    assert niceness == 19
    assert group == before == AUTOGROUP.read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX priorities")
@pytest.mark.parametrize(("most", "steps"), [("3", 3), ("0", 0), ("40", 19), ("much", 19)])
def test_a_variable_limits_how_far_it_steps_back(most, steps):
    ours = os.getpriority(os.PRIO_PROCESS, 0)  # whoever starts the tests may be back already
    assert stepped_back(most)[0] == min(ours + steps, 19)
