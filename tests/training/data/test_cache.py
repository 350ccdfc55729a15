"""Decoded images on disk, shared by the runs of a host."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from filelock import FileLock

from explorer.training.data.cache import cache_folder, cached_array


def test_of_runs_that_start_together_one_decodes() -> None:
    asked, made, got = threading.Barrier(4), list[int](), list[np.ndarray]()

    def make() -> np.ndarray:
        made.append(1)
        return np.arange(12).reshape(3, 4)

    def one() -> None:
        asked.wait()
        got.append(cached_array("images", make))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert [array.tolist() for array in got] == [np.arange(12).reshape(3, 4).tolist()] * 4


@pytest.mark.parametrize("error", [OSError(37, "No locks available"), NotImplementedError()])
def test_a_file_system_without_locks_is_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def acquire(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(FileLock, "acquire", acquire)
    assert cached_array("images", lambda: np.ones(2)).tolist() == [1, 1]
    assert len(list(cache_folder().glob("*.npy"))) == 1
