"""Real CIFAR-10, where the environment says where it is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from explorer.training.data import load_dataset, open_source
from explorer.training.data.errors import DataError
from explorer.training.data.images import list_images

FOLDER = Path(os.environ.get("RESNEXT_CIFAR10", "/nonexistent"))


def real(name: str) -> str:
    if not (FOLDER / name).exists():
        pytest.skip(f"RESNEXT_CIFAR10 names no folder with {name}")
    return str(FOLDER / name)


def test_the_zip_of_all_images_is_listed_without_decoding() -> None:
    path = real("cifar10-images.zip")
    info = open_source(path)
    assert info.train_images == 50_000
    listing = list_images(Path(path))
    assert len(listing.train) == 50_000
    assert len(listing.test) == 10_000
    assert info.class_names[0] == "airplane"
    assert "JPEG" in info.note


@pytest.mark.slow
def test_jpeg_copies_and_official_pixels_are_the_same_pictures() -> None:
    jpeg = load_dataset(real("cifar10-images.zip"), limit=2000)
    official = load_dataset(real("cifar-10-mini.tar.gz"))
    assert official.class_names == jpeg.class_names
    assert len(official.y_train) + len(official.y_val) == 5000
    means = [data.x_train.mean(axis=(0, 1, 2)) for data in (jpeg, official)]
    assert np.abs(means[0] - means[1]).max() < 4
    assert np.abs(means[1] - (125.3, 123.0, 113.9)).max() < 4


def test_without_cache_and_network_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz"):
        open_source("cifar10")
