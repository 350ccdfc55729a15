"""What a new process of this program is given."""

import subprocess
import sys

import pytest

from explorer.jobs.processes import LARGE_PAGES, TUNABLES, environment, with_large_pages


@pytest.mark.parametrize(
    ("set_before", "given"),
    [
        ("", LARGE_PAGES),
        ("glibc.malloc.check=3", f"glibc.malloc.check=3:{LARGE_PAGES}"),
        ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"),
        (LARGE_PAGES, LARGE_PAGES),
    ],
)
def test_large_pages_are_asked_for_unless_that_was_decided(set_before, given, monkeypatch):
    assert with_large_pages(set_before) == given
    monkeypatch.setenv(TUNABLES, set_before)
    assert environment()[TUNABLES] == given


def test_a_process_knows_whether_it_has_them(monkeypatch):
    code = "from explorer.jobs.processes import has_large_pages as has; print(has())"

    def said(env):
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    monkeypatch.delenv(TUNABLES, raising=False)
    assert said(environment()) == "True\n"
    assert said(environment() | {TUNABLES: ""}) == "False\n"
