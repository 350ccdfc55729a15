"""Two visitors and one place for work: who waits is told why, can stop, and leaves nothing."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from waiting import until

from explorer.jobs.processes import identity
from explorer.jobs.queue import PREFIX

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow(20),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]


def workers(server):
    found = []
    for task in Path(f"/proc/{server}/task").glob("*/children"):
        for pid in task.read_text().split():
            if "explorer.jobs.worker" in Path(f"/proc/{pid}/cmdline").read_text():
                found.append(int(pid))
    return found


def test_a_visitor_who_waits_for_another_sees_why_and_can_stop(own_app, browser, page, tmp_path):
    from playwright.sync_api import expect

    own_app.start(RESNEXT_MAX_JOBS="1", TMPDIR=str(tmp_path))
    first = browser.new_context()
    one, two = first.new_page(), page
    one.goto(f"{own_app.url}/architecture?network=mini_resnext")
    one.get_by_role("button", name="Build the Keras model").click()
    (worker,) = until(lambda: workers(own_app.process.pid))
    os.kill(worker, signal.SIGSTOP)  # so that the first visitor's work lasts

    two.goto(f"{own_app.url}/learn?lesson=Inside")
    said = two.get_by_text(
        re.compile(r"^A calculation of another visitor or tab has run for \d+ s; yours is next\.$")
    )
    expect(said).to_be_visible()
    two.get_by_role("button", name="Stop waiting").click()
    expect(two.get_by_text("Stopped.", exact=True)).to_be_visible()
    expect(said).to_have_count(0)
    two.get_by_role("button", name="Ask again").click()
    expect(said).to_be_visible()

    # The first visitor goes, and the second's question has its turn.
    first.close()
    until(lambda: identity(worker) is None)
    expect(two.get_by_text("Strength of each path")).to_be_visible(timeout=120_000)
    (worker,) = workers(own_app.process.pid)
    two.close()
    own_app.kill()
    until(lambda: identity(worker) is None)
    assert not list(tmp_path.glob(f"{PREFIX}*"))
