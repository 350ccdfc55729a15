"""Batches as CIFAR-10's authors wrote them, and as someone with bad intent would."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.training.data import archive as tar
from explorer.training.data import load_dataset, open_source
from explorer.training.data.errors import DataError
from explorer.training.data.pickles import batch_reader, class_names, parse_batch
from explorer.training.data.unpickler import unpickle_arrays


def batch(count: int = 20, seed: int = 0, **changes: Any) -> dict[bytes, Any]:
    rng = np.random.default_rng(seed)
    return {
        b"data": rng.integers(0, 256, (count, 3072)).astype(np.uint8),
        b"labels": [row % 10 for row in range(count)],
        **changes,
    }


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def official(path: Path) -> Path:
    files = {f"data_batch_{n}": pickle.dumps(batch(40, n)) for n in range(1, 6)}
    files["test_batch"] = pickle.dumps(batch(30, 9))
    files["batches.meta"] = pickle.dumps({b"label_names": [f"c{n}".encode() for n in range(10)]})
    return archive(path, {f"cifar-10-batches-py/{name}": data for name, data in files.items()})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL))
def test_a_batch_is_read_as_planar_rgb(protocol: int) -> None:
    images, labels = parse_batch(io.BytesIO(pickle.dumps(batch(), protocol=protocol)), "b", 10)
    raw = batch()[b"data"]
    assert images.shape == (20, 32, 32, 3)
    assert images[3, 2, 1].tolist() == [raw[3, 33 * 2 - 1], raw[3, 1024 + 65], raw[3, 2048 + 65]]
    assert labels.tolist() == [row % 10 for row in range(20)]


def test_the_archive_and_its_folder_give_the_same(tmp_path: Path) -> None:
    path = official(tmp_path / "cifar.tar.gz")
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path / "folder", filter="data")
    first, second = (load_dataset(str(p)) for p in (path, tmp_path / "folder"))
    assert (first.x_train == second.x_train).all()
    assert (len(first.y_train), len(first.y_val), len(first.test.labels)) == (180, 20, 30)
    assert np.bincount(first.y_val).tolist() == [2] * 10
    assert first.class_names == tuple(f"c{n}" for n in range(10))


class _Evil:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/resnext-owned",)


class _Getter:
    def __reduce__(self) -> Any:
        return getattr, ("x", "join")


@pytest.mark.parametrize("evil", [_Evil(), _Getter(), np.float64(1.0), Path("x"), np.dtype("O")])
def test_nothing_but_plain_values_is_unpickled(evil: object) -> None:
    with pytest.raises(DataError, match="only"):
        unpickle_arrays(io.BytesIO(pickle.dumps({b"data": evil})), "data_batch_1")
    assert not Path("/tmp/resnext-owned").exists()


def test_arrays_of_objects_are_refused() -> None:
    with pytest.raises(DataError, match="only numbers"):
        unpickle_arrays(io.BytesIO(pickle.dumps({b"data": np.array([_Evil()], dtype=object)})), "b")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_pickle_is_an_error_that_says_so(share: float) -> None:
    data = pickle.dumps(batch())
    with pytest.raises(DataError, match="damaged"):
        unpickle_arrays(io.BytesIO(data[: int(len(data) * share)]), "data_batch_1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({b"labels": [10] * 20}, "0 to 9; found 10"),
        ({b"labels": [-1] * 20}, "0 to 9; found -1"),
        ({b"labels": [0] * 19}, "20 whole numbers"),
        ({b"labels": [0.5] * 20}, "whole numbers"),
        ({b"labels": [[0], 1]}, "whole numbers"),
        ({b"labels": None}, "whole numbers"),
        ({b"data": np.zeros((20, 3071), np.uint8)}, "3072"),
        ({b"data": np.zeros((20, 3072))}, "uint8"),
        ({b"data": "pixels"}, "no array"),
    ],
)
def test_wrong_arrays_and_labels_are_errors_with_a_reason(
    changes: dict[bytes, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        parse_batch(io.BytesIO(pickle.dumps(batch(**{}) | changes)), "data_batch_1", 10)


def test_a_damaged_archive_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = official(tmp_path / "cifar.tar.gz")
    path.write_bytes(path.read_bytes()[:-50_000])
    with pytest.raises(DataError, match=r"damaged|cut short"):
        load_dataset(str(path))


def test_a_member_that_says_it_is_huge_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.training.data.pickles.MAX_BATCH_BYTES", 1000)
    with pytest.raises(DataError, match="at most"):
        load_dataset(str(official(tmp_path / "cifar.tar.gz")))


def test_an_archive_that_unpacks_to_more_than_it_may_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.training.data.archive.MAX_TAR_BYTES", 200_000)
    path = archive(tmp_path / "x.tar.gz", {"zeros": bytes(1_000_000)})
    with pytest.raises(DataError, match="unpack to"):
        open_source(str(path))


def test_a_header_cannot_ask_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names longer than a header allows are read whole before anybody sees the member."""
    path = archive(tmp_path / "x.tar.gz", {"n" * 1_000_000: b""})
    with pytest.raises(DataError, match="headers of an archive may have 262,144 bytes"):
        open_source(str(path))
    half = {f"{number}/" + "n" * 200_000: b"" for number in range(2)}
    with pytest.raises(DataError, match="headers of an archive"):
        open_source(str(archive(path, half)))


def test_an_archive_of_very_many_members_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.tar.gz", {f"image{number}": b"" for number in range(101)})
    with pytest.raises(DataError, match="may hold 100 files"):
        open_source(str(path))


def test_a_gzip_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(b"") * 10_001)
    with pytest.raises(DataError, match="10,000 parts"):
        open_source(str(path))


def test_a_gzip_in_two_parts_is_read(tmp_path: Path) -> None:
    path = official(tmp_path / "cifar.tar.gz")
    plain = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(plain[:70_000]) + gzip.compress(plain[70_000:]))
    assert len(load_dataset(str(path)).y_train) == 180


def test_a_place_far_beyond_all_values_takes_no_memory() -> None:
    """C's unpickler keeps a table as long as the highest place that a pickle names."""
    forged = b"\x80\x02}" + b"r\xff\xff\xff\x7f" * 3 + b"."
    tracemalloc.start()
    try:
        assert unpickle_arrays(io.BytesIO(forged), "data_batch_1") == {}
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("forged", "words"),
    [
        (b"\x80\x02}" + b"K\x010" * 300_000 + b".", "500,000 steps"),
        (b"\x80\x05}K\x01\x96" + (2**33).to_bytes(8, "little") + b"s.", "no byte arrays"),
    ],
)
def test_what_would_take_long_or_much_is_refused(forged: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        unpickle_arrays(io.BytesIO(forged), "data_batch_1")


def test_the_archive_is_unpacked_once_for_all_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each of six batches, the last from behind all the others, is quadratic."""
    read = []
    path = official(tmp_path / "cifar.tar.gz")
    unpack = tar._Bounded.read

    def note(self: Any, size: int) -> bytes:
        data = unpack(self, size)
        read.append(len(data))
        return data

    monkeypatch.setattr(tar._Bounded, "read", note)
    batches = batch_reader(path)
    read.clear()
    assert batches is not None
    assert [len(file.read()) > 10 for _, file in batches()] == [True] * 7
    assert sum(read) <= len(gzip.decompress(path.read_bytes()))


def test_the_order_in_an_archive_changes_nothing(tmp_path: Path) -> None:
    files = {f"data_batch_{n}": pickle.dumps(batch(40, n)) for n in range(1, 6)}
    backwards = dict(reversed([*files.items(), ("test_batch", pickle.dumps(batch(30, 9)))]))
    for limit in (None, 150, 20):
        one, two = (
            load_dataset(str(archive(tmp_path / "x.tar.gz", given)), limit=limit)
            for given in (files, backwards)
        )
        assert (one.x_train == two.x_train).all()
        assert (one.x_val == two.x_val).all()


@pytest.mark.slow
@pytest.mark.parametrize("limit", [None, 199, 101, 60])
def test_images_keep_their_labels_when_they_are_moved_in_place(
    tmp_path: Path, limit: int | None
) -> None:
    data = load_dataset(str(official(tmp_path / "cifar.tar.gz")), limit=limit)
    raw = {batch(40, n)[b"data"][row].tobytes(): row % 10 for n in range(1, 6) for row in range(40)}
    images, labels = (
        np.concatenate([data.x_train, data.x_val]),
        np.concatenate([data.y_train, data.y_val]),
    )
    planar = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    assert [raw[image.tobytes()] for image in planar] == labels.tolist()
    assert len({image.tobytes() for image in planar}) == (limit or 200)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "forged",
    [
        b"\x80\x02}" + b")" + b"2\x86" * 60 + b"K\x01s.",  # a key: tuples of tuples of tuples
        b"\x80\x02}(" + b")" + b"2\x86" * 60 + b"K\x01u.",
        b"\x80\x02(" + b")" + b"2\x86" * 60 + b"K\x01d.",
        b"\x80\x04}K\x01\x8f(" + b")" + b"2\x86" * 60 + b"\x90s.",  # in a set
        b"\x80\x02}X\x06\x00\x00\x00labels](" + b")" + b"2\x86" * 60 + b"es.",  # as labels
        b"\x80\x02}X\x04\x00\x00\x00datacnumpy\ndtype\n(" + b")" + b"2\x86" * 60 + b"tRs.",
    ],
)
def test_values_whose_hash_or_text_would_never_end_are_refused(forged: bytes) -> None:
    with pytest.raises(DataError):
        parse_batch(io.BytesIO(forged), "data_batch_1", 10)
    with pytest.raises(DataError):
        class_names(lambda: (("batches.meta", io.BytesIO(forged)) for _ in range(1)))


def test_one_text_made_into_bytes_again_and_again_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("explorer.training.data.unpickler.MAX_BATCH_BYTES", 50_000)
    once = b"c_codecs\nencode\n(h\x00X\x06\x00\x00\x00latin1tR"
    text = b"X\x10\x27\x00\x00" + b"x" * 10_000 + b"q\x000"
    unpickle_arrays(io.BytesIO(b"\x80\x02}(" + text + b"K\x01" + once + b"u."), "data_batch_1")
    often = b"\x80\x02}(" + text + b"".join(b"K%c" % n + once for n in range(6)) + b"u."
    with pytest.raises(DataError, match="50,000 bytes"):
        unpickle_arrays(io.BytesIO(often), "b")


def test_an_archive_of_something_else_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.tar.gz", {"../../readme": b"hello"})
    with pytest.raises(DataError, match="data_batch_1"):
        load_dataset(str(path))
    assert open_source("synthetic").title == "Synthetic shapes (not CIFAR-10)"
