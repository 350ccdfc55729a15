"""What a visitor of a hosted app can and cannot do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from explorer.jobs.processes import ROOT
from explorer.training.data.errors import DataError
from explorer.training.engine.checkpoint import load_checkpoint
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.quotas import (
    Limits,
    check_owner,
    check_resume,
    check_start,
    check_time,
    limits,
)
from explorer.training.runs.scheduler import resume
from explorer.training.runs.snapshot import RunState
from explorer.training.runs.store import RunStore
from explorer.training.runs.supervisor import ending
from explorer.training.runs.uploads import UNUSED, check_source, save_upload
from explorer.training.runs.usage import DAY
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
    check_start(store, "")
    check_source(store, "/any/path", "")
    check_owner(store.snapshot(run), "b")
    check_time(1e9)


@pytest.mark.usefixtures("hosted")
def test_no_path_of_the_server_can_be_named(store: RunStore) -> None:
    mine = save_upload(store, "images.zip", archive(), "alice")
    check_source(store, mine, "alice")
    for source, visitor in (
        ("/etc/passwd", "alice"),
        ("~", "alice"),
        (mine, "bob"),
        (mine, ""),
        (f"{store.root}/.uploads/alice/../../x", "alice"),
    ):
        with pytest.raises(DataError, match="uploaded"):
            check_source(store, source, visitor)


@pytest.mark.usefixtures("hosted")
def test_the_queue_is_capped_for_one_and_for_all(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    caps = Limits()
    for number in range(caps.runs_in_all):
        visitor = f"visitor{number // caps.runs_per_visitor}"
        check_start(store, visitor)
        store.create(tiny, quick, "synthetic", owner=visitor)
    with pytest.raises(RunError, match="each visitor"):
        check_start(store, "visitor0")
    with pytest.raises(RunError, match="queue is full"):
        check_start(store, "somebody")


@pytest.mark.usefixtures("hosted")
def test_a_race_is_refused_as_a_whole(store: RunStore) -> None:
    check_start(store, "alice", runs=2)
    with pytest.raises(RunError, match="2 runs at a time: there are 0, and 5 asked for"):
        check_start(store, "alice", runs=5)


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


def trained(store: RunStore, run: str, seconds: float) -> None:
    """Let it be over, after so many seconds of training."""
    point = {
        "kind": "point", "step": 3, "epoch": 0.3, "loss": 2.0, "accuracy": 0.1,
        "rate": 0.1, "speed": 9.0, "elapsed": seconds,
    }  # fmt: skip
    (store.folder(run) / "metrics.jsonl").write_text(json.dumps(point) + "\n")
    with store.locked():
        store.set_state(run, RunState("stopped"))


@pytest.mark.usefixtures("hosted")
def test_a_day_of_training_is_capped_and_deleting_gives_nothing_back(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    caps, runs = Limits(), []
    for _ in range(4):
        check_start(store, "alice")
        runs.append(store.create(tiny, quick, "synthetic", owner="alice"))
        trained(store, runs[-1], caps.visitor_seconds / 4 + 1)
    with pytest.raises(RunError, match="2 hours a day"):
        check_start(store, "alice")
    for run in runs:
        store.delete(run)
    with pytest.raises(RunError, match="2 hours a day"):
        check_start(store, "alice")
    check_start(store, "bob")


@pytest.mark.usefixtures("hosted")
def test_the_time_of_all_is_capped_and_comes_back_the_next_day(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    caps = Limits()
    for number in range(8):
        run = store.create(tiny, quick, "synthetic", owner=f"visitor{number}")
        trained(store, run, caps.seconds_in_all / 8)
    with pytest.raises(RunError, match="all visitors"):
        check_start(store, "somebody")
    tomorrow = time.time() + DAY + 1
    monkeypatch.setattr("explorer.training.runs.usage.time.time", lambda: tomorrow)
    check_start(store, "somebody")


@pytest.mark.usefixtures("hosted")
def test_taking_a_run_up_again_is_capped_as_a_start_is(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    caps = Limits()
    stopped = store.create(tiny, quick, "synthetic", owner="alice")
    trained(store, stopped, 5.0)
    check_resume(store, store.snapshot(stopped))
    for _ in range(caps.runs_per_visitor):
        store.create(tiny, quick, "synthetic", owner="alice")
    with pytest.raises(RunError, match="each visitor"):
        check_resume(store, store.snapshot(stopped))
    spent = store.create(tiny, quick, "synthetic", owner="bob")
    trained(store, spent, caps.run_seconds + 1)
    with pytest.raises(RunError, match="used up"):
        resume(store, spent)


@pytest.mark.usefixtures("hosted")
def test_uploads_are_capped_and_named_by_us(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="must end in"):
        save_upload(store, "virus.exe", b"", "alice")
    path = save_upload(store, "../../evil.zip", b"12345", "../alice")
    assert path.startswith(str(store.root / ".uploads" / "alice"))
    monkeypatch.setattr(
        "explorer.training.runs.quotas.Limits", lambda hosted: Limits(True, upload_bytes=8)
    )
    with pytest.raises(DataError, match="8 bytes"):
        save_upload(store, "more.zip", b"1234", "alice")
    save_upload(store, "more.zip", b"1234", "bob")


@pytest.mark.usefixtures("hosted")
def test_an_upload_is_kept_once_and_only_while_a_run_needs_it(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "explorer.training.runs.quotas.Limits", lambda hosted: Limits(True, upload_bytes=8)
    )
    first = save_upload(store, "a.zip", b"12345", "alice")
    assert save_upload(store, "again.zip", b"12345", "alice") == first
    needed = save_upload(store, "b.zip", b"123", "alice")
    store.create(tiny, quick, str(Path(needed).resolve()), owner="alice")
    with pytest.raises(DataError, match="8 bytes"):
        save_upload(store, "c.zip", b"1234", "alice")
    later = time.time() + UNUSED + 60
    monkeypatch.setattr("explorer.training.runs.uploads.time.time", lambda: later)
    save_upload(store, "c.zip", b"1234", "alice")
    assert not Path(first).exists()
    assert Path(needed).exists()


@pytest.mark.slow
@pytest.mark.usefixtures("hosted")
def test_what_was_learnt_until_the_time_was_up_can_be_had(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic", owner="alice")
    code = (
        "import os; from pathlib import Path; from explorer.training.runs import quotas;"
        "caps = quotas.Limits(True, run_seconds=1e-6); quotas.limits = lambda: caps;"
        "from explorer.training.runs.trainer import leave, main;"
        f"leave(main(Path({str(store.folder(run))!r}), os.getppid()))"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=120, check=False, cwd=ROOT)
    state = ending(done.returncode, store.folder(run))
    assert (state.state, "used up" in state.reason) == ("stopped", True)
    assert store.snapshot(run).has_model
    assert load_checkpoint(store.folder(run) / "checkpoint.npz") is not None
