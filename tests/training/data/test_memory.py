"""Images are held once: what loads them takes little more memory than they do."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_pickles import archive, batch

from explorer.jobs.files import write_arrays
from explorer.training.data import load_dataset
from explorer.training.data.cache import cached_array


def peak(do: Callable[[], Any]) -> int:
    """Bytes that were in use at the most."""
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_an_archive_takes_little_more_than_its_arrays(tmp_path: Path) -> None:
    files = {f"data_batch_{n}": pickle.dumps(batch(800, n)) for n in range(1, 6)}
    path = archive(tmp_path / "x.tar.gz", {**files, "test_batch": pickle.dumps(batch(800, 9))})
    arrays = 6 * 800 * 3072
    assert arrays < peak(lambda: load_dataset(str(path)).test) < 1.5 * arrays


@pytest.mark.slow
def test_an_array_is_kept_without_copies(tmp_path: Path) -> None:
    array = np.zeros(4 * 10**7, np.uint8)
    assert peak(lambda: cached_array("key", lambda: array)) < 10**6
    assert (cached_array("key", lambda: np.ones(1)) == array).all()
    assert peak(lambda: write_arrays(tmp_path / "x.npz", {"array": array})) < array.nbytes / 2
