"""Results that sessions share: computed once, bounded by their total size, errors not kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from explorer.app.state.shared import Shared


def test_the_least_recently_used_go_when_the_sum_is_too_large():
    shared = Shared(10, len)
    for name in ("a", "b"):
        shared.get(name, lambda: "xxxx")
    shared.get("a", lambda: "never")
    shared.get("c", lambda: "xxxx")
    assert shared.held == 8
    assert shared.get("a", lambda: "again") == "xxxx"
    assert shared.get("b", lambda: "again") == "again"


def test_a_result_larger_than_the_bound_is_kept_alone():
    shared = Shared(3, len)
    shared.get("small", lambda: "x")
    assert shared.get("large", lambda: "xxxxxxxx") == "xxxxxxxx"
    assert shared.get("large", lambda: "again") == "xxxxxxxx"
    assert shared.held == 8


def test_sessions_that_ask_at_once_wait_for_one_computation():
    shared = Shared(10, len)
    calls, ready, go = [], Barrier(8), Event()

    def compute():
        calls.append(1)
        go.wait(10)
        return "x"

    def ask():
        ready.wait(10)
        return shared.get("key", compute)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _ in range(8)]
        go.set()
        assert [one.result(10) for one in asked] == ["x"] * 8
    assert len(calls) == 1


def test_an_error_is_raised_and_forgotten():
    shared = Shared(10, len)
    with pytest.raises(ZeroDivisionError):
        shared.get("key", lambda: 1 / 0)
    assert shared.get("key", lambda: "x") == "x"
    assert shared.held == 1
