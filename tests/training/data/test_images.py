"""Folders and zips of images, honest and hostile."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.training.data import decoding, image_file, images, load_dataset, open_source
from explorer.training.data.cache import source_stamp
from explorer.training.data.decoding import (
    decode_elsewhere,
    decode_here,
    decode_image,
    decode_images,
)
from explorer.training.data.errors import DataError
from explorer.training.data.images import first_size, list_images


def png(colour: tuple[int, int, int] = (10, 20, 30), side: int = 32, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, kind)
    return file.getvalue()


def tree(per_class: int = 10, top: str = "") -> dict[str, bytes]:
    return {
        f"{top}{part}/{label}/{row:03}.png": png((shade, row, 0))
        for part, count in (("train", per_class), ("test", 2))
        for label, shade in (("dog", 200), ("cat", 100))
        for row in range(count)
    }


def write_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("top", ["", "cifar10/"])
def test_a_folder_and_a_zip_give_the_same(tmp_path: Path, top: str) -> None:
    folder = write_folder(tmp_path / "folder", tree(top=top))
    packed = write_zip(tmp_path / "images.zip", tree(top=top))
    first, second = load_dataset(str(folder)), load_dataset(str(packed))
    assert first.class_names == second.class_names == ("cat", "dog")
    assert (first.x_train == second.x_train).all()
    assert (len(first.y_train), len(first.y_val), len(first.test.labels)) == (18, 2, 4)
    reds = np.where(first.y_train == 0, 100, 200)
    assert (first.x_train[:, 0, 0, 0] == reds).all()
    assert sorted(first.y_val) == [0, 1]


def test_training_and_validation_share_no_image(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree(50))
    data = load_dataset(str(folder))
    keys = [{tuple(x[0, 0]) for x in part} for part in (data.x_train, data.x_val)]
    assert not keys[0] & keys[1]
    assert len(keys[0] | keys[1]) == 100


def test_limit_draws_evenly_and_a_smaller_one_draws_a_part(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree(50))
    sets = []
    for limit in (20, 40):
        data = load_dataset(str(folder), limit=limit)
        labels = np.concatenate([data.y_train, data.y_val])
        assert np.bincount(labels).tolist() == [limit // 2] * 2
        sets.append({tuple(x[0, 0]) for x in np.concatenate([data.x_train, data.x_val])})
    assert sets[0] < sets[1]


def test_other_sizes_are_resized_and_grey_networks_get_grey(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree())
    assert load_dataset(str(folder), (16, 24, 1)).x_train.shape == (18, 16, 24, 1)
    with pytest.raises(DataError, match="1 or 3 channels"):
        load_dataset(str(folder), (32, 32, 4))


def test_images_that_do_not_decode_are_counted_and_named(tmp_path: Path) -> None:
    files = tree() | {
        "train/cat/cut.png": png()[:40],
        "train/dog/text.jpg": b"not an image",
        "train/dog/empty.png": b"",
        "test/dog/cut.png": png()[:40],
    }
    data = load_dataset(str(write_zip(tmp_path / "images.zip", files)))
    (note,) = [note for note in data.notes if "could not be read" in note]
    assert note.startswith("3 images")
    assert all(name in note for name in ("cat/cut.png", "dog/text.jpg", "dog/empty.png"))
    assert len(data.y_train) + len(data.y_val) == 20
    assert len(data.test.labels) == len(data.test.images) == 4
    (note,) = data.test.notes
    assert note == "1 image could not be read and was left out: test/dog/cut.png."


@pytest.mark.slow
@pytest.mark.parametrize("python", [sys.executable, "/bin/false"])
def test_processes_decode_as_threads_do_and_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str
) -> None:
    files = tree(7) | {f"train/{name}.png": png()[:40] for name in ("cat/cut", "dog/cut")}
    listing = list_images(write_zip(tmp_path / "images.zip", files))
    names = [name for name, _ in listing.train]
    expected, failed = decode_here(listing, names, (16, 24, 3), 1)
    monkeypatch.setattr("explorer.training.data.decoding.PROCESSES_FROM", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(sys, "executable", python)
    images, lost = decode_images(listing, names, (16, 24, 3))
    assert (images == expected).all()
    assert images.any()
    assert lost == sorted(failed) == ["train/cat/cut.png", "train/dog/cut.png"]


@pytest.mark.slow
def test_a_process_decodes_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It imports our packages, which need not be installed."""
    listing = list_images(write_zip(tmp_path / "images.zip", tree(2)))
    names = [name for name, _ in listing.train]
    expected, _ = decode_here(listing, names, (16, 24, 3), 1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setattr(decoding, "decode_here", None)  # what it falls back on
    images, failed = decode_elsewhere(listing, names, (16, 24, 3))
    assert (images == expected).all()
    assert failed == []


def test_the_cache_remembers_failures_and_sees_a_changed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.training.data.decoding.CACHE_FROM", 1)
    path = write_zip(tmp_path / "images.zip", tree() | {"train/cat/cut.png": png()[:40]})
    first, second = load_dataset(str(path)), load_dataset(str(path))
    assert list((tmp_path / "cache").glob("*.npy"))
    assert first.notes == second.notes
    assert (first.x_train == second.x_train).all()
    changed = {name: png((1, 2, 3)) if "cut" not in name else data for name, data in tree().items()}
    write_zip(path, changed)
    os.utime(path, ns=(1, 1))
    assert (load_dataset(str(path)).x_train[:, 0, 0] == (1, 2, 3)).all()


@pytest.mark.parametrize("name", ["../train/cat/x.png", "/train/cat/x.png", "C:/train/cat/x.png"])
def test_names_that_lead_out_of_a_zip_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="leads out"):
        open_source(str(write_zip(tmp_path / "images.zip", tree() | {name: png()})))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = write_zip(tmp_path / "bomb.zip", tree() | {"train/cat/bomb.png": bytes(10**7)})
    with pytest.raises(DataError, match=r"bomb\.png"):
        open_source(str(bomb))


def test_a_zip_that_lies_about_a_size_gives_no_more_than_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 50)
    monkeypatch.setattr(image_file, "MAX_BYTES", 50)
    monkeypatch.setattr(images, "_zip_names", lambda path: zipfile.ZipFile(path).namelist())
    path = write_zip(tmp_path / "images.zip", tree())
    listing = images.list_images(path)
    decoded, failed = decoding.decode_images(listing, [listing.train[0][0]], (32, 32, 3))
    assert failed == [listing.train[0][0]]
    assert not decoded.any()


def test_an_image_with_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_file, "MAX_PIXELS", 1000)
    with pytest.raises(DataError, match="1,000 pixels"):
        decoding.decode_image(png(side=64), (32, 32, 3))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    folder = write_folder(tmp_path / "folder", tree())
    (folder / "train/cat/link.png").symlink_to(secret)
    data = load_dataset(str(folder))
    assert any("link.png" in note for note in data.notes)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.txt": b"hello"}, "train/CLASS"),
        ({"train/cat/0.png": png()}, "2 to"),
        ({"train/cat/0.gif": png(), "train/dog/0.gif": png()}, "JPEG, PNG"),
        (tree() | {"test/bird/0.png": png()}, "test/bird"),
    ],
)
def test_other_layouts_are_errors_with_a_reason(
    tmp_path: Path, files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        open_source(str(write_folder(tmp_path / "folder", files)))


@pytest.mark.parametrize("source", ["", "/nowhere/at/all", "syntetic", "a\0b"])
def test_a_source_that_is_not_there_is_an_error_that_says_so(source: str) -> None:
    with pytest.raises(DataError, match="synthetic, cifar10"):
        open_source(source)


def test_a_file_of_another_kind_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="official archive"):
        open_source(str(tmp_path / "notes.txt"))


def test_more_images_than_fit_in_memory_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree(60))
    with pytest.raises(DataError, match="GiB"):
        load_dataset(str(folder), (4096, 4096, 3))


def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path) -> None:
    ramp = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    file = io.BytesIO()
    Image.fromarray(ramp).save(file, "PNG")
    assert (decode_image(file.getvalue(), (16, 16, 1)).ravel() == np.arange(256)).all()


def test_what_was_unreadable_once_is_not_black_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "CACHE_FROM", 1)
    folder = write_folder(tmp_path / "folder", tree())
    original = decoding.decode_image

    def fail_once(data: bytes, size: tuple[int, int, int]) -> np.ndarray:
        if data == png((100, 3, 0)):
            raise DataError("the drive was away for a moment")
        return original(data, size)

    monkeypatch.setattr(decoding, "decode_image", fail_once)
    assert any("1 image could not" in note for note in load_dataset(str(folder)).notes)
    monkeypatch.setattr(decoding, "decode_image", original)
    data = load_dataset(str(folder))
    assert not any("could not" in note for note in data.notes)
    assert np.concatenate([data.x_train, data.x_val]).any(axis=(1, 2, 3)).all()


def test_a_pipe_or_a_device_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for source in (str(tmp_path / "pipe"), "/dev/zero"):
        with pytest.raises(DataError, match="not a pipe or a device"):
            open_source(source)
    folder = write_folder(tmp_path / "folder", tree())
    os.mkfifo(folder / "train" / "cat" / "999.png")
    assert any("999.png" in note for note in load_dataset(str(folder)).notes)


def test_a_macs_notes_on_its_files_are_no_images(tmp_path: Path) -> None:
    files = tree()
    more = {f"__MACOSX/{name}": b"x" for name in files} | {"train/cat/._000.png": b"x"}
    listing = list_images(write_zip(tmp_path / "images.zip", files | more))
    assert len(listing.train) == 20


def test_names_can_be_shown_anywhere(tmp_path: Path) -> None:
    odd = {name.replace("/cat/", "/c\x1b]0;at\x07/"): data for name, data in tree().items()}
    long = {name.replace("/dog/", f"/{'d' * 300}/"): data for name, data in odd.items()}
    listing = list_images(write_zip(tmp_path / "images.zip", long))
    assert listing.class_names == ("c?]0;at?", "d" * 99 + "…")
    folder = write_folder(tmp_path / "folder", tree())
    os.rename(folder / "train" / "cat", os.fsencode(folder / "train") + b"/c\xe9")
    os.rename(folder / "test" / "cat", os.fsencode(folder / "test") + b"/c\xe9")
    assert load_dataset(str(folder)).class_names == ("c?", "dog")


def test_a_class_more_is_seen(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree())
    stamps = {source_stamp(folder)}
    for second, name in enumerate(("train/fox/0.png", "train/cat/x.png"), start=1):
        write_folder(folder, {name: png()})
        # As if it were a second later: a clock may not tell two quick changes apart.
        changed = (folder / name).parent.stat().st_mtime_ns + second * 10**9
        for path in (folder / name).parents:
            os.utime(path, ns=(changed, changed))
            if path == folder:
                break
        stamps.add(source_stamp(folder))
    assert len(stamps) == 3


def test_a_zip_is_closed_when_its_images_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    create = zipfile.ZipFile.__init__

    def note(self: zipfile.ZipFile, *args: Any, **options: Any) -> None:
        opened.append(self)
        create(self, *args, **options)

    path = write_zip(tmp_path / "images.zip", tree())
    monkeypatch.setattr(zipfile.ZipFile, "__init__", note)
    load_dataset(str(path))
    assert opened
    assert all(archive.fp is None for archive in opened)


def test_the_listing_of_a_zip_is_bounded_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_zip(tmp_path / "images.zip", tree())
    monkeypatch.setattr(zipfile, "ZipInfo", None)  # what a listing is made of
    monkeypatch.setattr(images, "MAX_ZIPPED", 20)
    with pytest.raises(DataError, match="a zip may list 20 files"):
        open_source(str(path))


def test_the_first_image_says_how_large_the_images_are(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "folder", tree())
    listing = list_images(folder)
    name = listing.train[0][0]
    Image.new("RGB", (40, 30)).save(folder / name, format="PNG")
    assert first_size(listing) == (30, 40)
    (folder / name).write_bytes(b"no image")
    assert first_size(listing) is None
