"""What a visitor of a hosted app can and cannot do."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from explorer.training import (
    DataError,
    Limits,
    Recipe,
    RunError,
    RunStore,
    check_owner,
    limits,
    save_upload,
)
from explorer.training.hosting import check_start, check_time
from resnext import ResNeXtSpec


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_HOSTED", "1")


def archive() -> bytes:
    picture, file = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    with zipfile.ZipFile(file, "w") as packed:
        for label in ("a", "b"):
            packed.writestr(f"train/{label}/0.png", picture.getvalue())
    return file.getvalue()


def test_nothing_is_capped_at_home(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    assert not limits().hosted
    run = store.create(tiny, quick, "synthetic", owner="a")
    check_start(store, "/any/path", "")
    check_owner(store.snapshot(run), "b")
    check_time(1e9)


@pytest.mark.usefixtures("hosted")
def test_no_path_of_the_server_can_be_named(store: RunStore) -> None:
    mine = save_upload(store, "images.zip", archive(), "alice")
    check_start(store, mine, "alice")
    for source, visitor in (
        ("/etc/passwd", "alice"),
        ("~", "alice"),
        (mine, "bob"),
        (mine, ""),
        (f"{store.root}/.uploads/alice/../../x", "alice"),
    ):
        with pytest.raises(DataError, match="uploaded"):
            check_start(store, source, visitor)


@pytest.mark.usefixtures("hosted")
def test_the_queue_is_capped_for_one_and_for_all(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    caps = Limits()
    for number in range(caps.runs_in_all):
        visitor = f"visitor{number // caps.runs_per_visitor}"
        check_start(store, "synthetic", visitor)
        store.create(tiny, quick, "synthetic", owner=visitor)
    with pytest.raises(RunError, match="each visitor"):
        check_start(store, "synthetic", "visitor0")
    with pytest.raises(RunError, match="queue is full"):
        check_start(store, "synthetic", "somebody")


@pytest.mark.usefixtures("hosted")
def test_only_the_owner_changes_a_run(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    run = store.snapshot(store.create(tiny, quick, "synthetic", owner="alice"))
    check_owner(run, "alice")
    for visitor in ("bob", ""):
        with pytest.raises(RunError, match="only the person"):
            check_owner(run, visitor)


@pytest.mark.usefixtures("hosted")
def test_training_time_is_capped() -> None:
    check_time(Limits().run_seconds)
    with pytest.raises(RunError, match="used up"):
        check_time(Limits().run_seconds + 1)


@pytest.mark.usefixtures("hosted")
def test_uploads_are_capped_and_named_by_us(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="must end in"):
        save_upload(store, "virus.exe", b"", "alice")
    path = save_upload(store, "../../evil.zip", b"12345", "../alice")
    assert path.startswith(str(store.root / ".uploads" / "alice"))
    monkeypatch.setattr(
        "explorer.training.hosting.Limits", lambda hosted: Limits(True, upload_bytes=8)
    )
    with pytest.raises(DataError, match="8 bytes"):
        save_upload(store, "more.zip", b"1234", "alice")
    save_upload(store, "more.zip", b"1234", "bob")
