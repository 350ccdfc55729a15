"""A child that steps back: its niceness, its session's, and no one else's."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUTOGROUP = Path("/proc/self/autogroup")
CHILD = """
import json, os
from pathlib import Path
from explorer.priority import step_back
step_back()
group = Path("/proc/self/autogroup")
print(json.dumps([os.getpriority(os.PRIO_PROCESS, 0), group.read_text() if group.exists() else ""]))
"""


def stepped_back(**session):
    child = subprocess.run(
        [sys.executable, "-c", CHILD], capture_output=True, check=True, text=True, **session
    )
    return json.loads(child.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX priorities")
def test_a_process_of_its_own_session_takes_the_whole_session_back():
    niceness, group = stepped_back(start_new_session=True)
    assert niceness == 19
    assert group.strip().endswith("nice 19") or not AUTOGROUP.exists()


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="a kernel that shares among sessions")
def test_a_process_in_somebody_elses_session_leaves_that_alone():
    before = AUTOGROUP.read_text()
    niceness, group = stepped_back()
    assert niceness == 19
    assert group == before == AUTOGROUP.read_text()
