from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.jobs.files import (
    LineWriter,
    is_disk_full,
    read_arrays,
    read_lines,
    write_arrays,
    write_atomically,
)
from explorer.training.engine.checkpoint import load_checkpoint
from explorer.training.engine.errors import RunError
from explorer.training.runs.pictures import read_batch, read_epoch


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    write_atomically(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space") as error:
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert is_disk_full(error.value)


def test_a_torn_last_line_is_passed_over_and_closed_off(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": 2')
    assert read_lines(path) == [{"a": 1}]
    writer = LineWriter(path)
    writer.write({"a": 3})
    writer.close()
    assert read_lines(path) == [{"a": 1}, {"a": 3}]


def test_lines_that_are_no_objects_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'[1]\nnull\n\xff\xfe\n{"a": 1}\n')
    assert read_lines(path) == [{"a": 1}]
    assert read_lines(tmp_path / "none") == []


def test_arrays_come_back_and_pickles_do_not(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    write_arrays(path, {"a/b": np.arange(3)})
    assert read_arrays(path)["a/b"].tolist() == [0, 1, 2]
    np.savez(path, a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        read_arrays(path)


@pytest.mark.parametrize("kept", [0, 3, 200, -30])
def test_torn_pictures_are_as_if_not_there_and_a_torn_checkpoint_is_an_error(
    tmp_path: Path, kept: int
) -> None:
    path = tmp_path / "x.npz"
    numbers = {"labels": np.arange(3), "predictions": np.arange(3)}
    write_arrays(
        path,
        {"images": np.zeros((3, 8, 8, 3), np.uint8), "confidences": np.ones(3, "f4"), **numbers},
    )
    assert read_epoch(path) is not None
    assert read_batch(path) is None  # no step
    path.write_bytes(path.read_bytes()[:kept])
    assert read_batch(path) is read_epoch(path) is None
    with pytest.raises(RunError, match="cannot continue"):  # to begin anew would lose the curve
        load_checkpoint(path)
    path.unlink()
    assert load_checkpoint(path) is None


def test_two_writers_of_one_file_have_a_draft_each(tmp_path):
    """The second begins and ends while the first is in the middle: no bytes are mixed."""
    path = tmp_path / "result.json"

    def first(file):
        file.write(b"first ")
        write_atomically(path, b"second, which is longer", durable=False)
        assert path.read_bytes() == b"second, which is longer"
        file.write(b"again")

    write_atomically(path, first, durable=False)
    assert path.read_bytes() == b"first again"
    assert list(tmp_path.iterdir()) == [path]
