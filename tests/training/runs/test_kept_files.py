"""What is kept of runs is what their files say, and nothing is read that has not changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from run_folders import trained

from explorer.jobs.files import LineWriter
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import cache, reader
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.state import RunState
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec


def without_curve(run: RunSnapshot) -> RunSnapshot:
    return replace(run, points=run.points[-cache.LAST_POINTS :])


def expected(store: RunStore) -> list[RunSnapshot]:
    """What a store that has kept nothing reads, curve and all."""
    fresh = RunStore(store.root)
    return [without_curve(fresh.snapshot(run)) for run in fresh.ids()]


@pytest.fixture
def runs(store: RunStore, tiny: ResNeXtSpec) -> list[str]:
    """A finished run, one stopped in the middle, one that waits, and one that was resumed."""
    recipe = Recipe.from_name("short", epochs=3, limit=200, batch_size=20)
    ids = store.create_all([(tiny, f"run {number}") for number in range(4)], recipe, "synthetic")
    trained(store, ids[0], 0.9)
    trained(store, ids[1], 0.5, epochs=2, state="stopped")
    trained(store, ids[3], 0.4, epochs=2, state="paused")
    line = LineWriter(store.folder(ids[3]) / "metrics.jsonl")
    line.write({"kind": "resume", "step": 40, "epochs": 1})
    line.close()
    return ids


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every change were long ago, and every file were looked at each time."""
    monkeypatch.setattr(cache, "SETTLED", -(10**18))
    monkeypatch.setattr(reader, "CHECK_SECONDS", -1.0)


def changes(store: RunStore, run: str) -> dict[str, Callable[[], Any]]:
    """Everything that writes into a run's folder."""
    folder = store.folder(run)

    def state() -> None:
        with store.locked():
            store.set_state(run, RunState("failed", "the disk is full"))

    def curve() -> None:
        lines = LineWriter(folder / "metrics.jsonl")
        lines.write({"kind": "test", "test_loss": 0.5, "test_accuracy": 0.25})
        lines.close()

    return {
        "share": lambda: store.share(run),
        "state": state,
        "resume": lambda: store.request(run, "resume"),
        "curve": curve,
        "model": lambda: (folder / "model.keras").write_bytes(b"other"),
        "no model": lambda: (folder / "model.keras").unlink(missing_ok=True),
        "deleted": lambda: store.delete(run),
    }


def test_a_list_is_what_the_files_say(store: RunStore, runs: list[str]) -> None:
    assert store.list() == expected(store)
    assert {run.id for run in store.list()} == set(runs)
    finished = next(run for run in store.list() if run.state == "finished")
    assert finished.test_accuracy == 0.9
    assert len(finished.points) == cache.LAST_POINTS < len(store.snapshot(finished.id).points)


@pytest.mark.parametrize(
    ("what", "number"),
    [
        ("share", 0),
        ("state", 0),
        ("curve", 0),
        ("model", 0),
        ("no model", 0),
        ("share", 1),
        ("state", 1),
        ("resume", 1),
        ("curve", 1),
        ("model", 1),
    ],
)
@pytest.mark.usefixtures("settled")
def test_each_change_is_seen_at_once(
    store: RunStore, runs: list[str], what: str, number: int
) -> None:
    before = store.list()
    changes(RunStore(store.root), runs[number])[what]()  # by another process, say
    assert store.list() == expected(store)
    assert (store.list() == before) == ((what, number) == ("model", 0))  # it had one before


@pytest.mark.usefixtures("settled")
def test_a_run_that_is_deleted_or_damaged_elsewhere_is_gone(
    store: RunStore, runs: list[str]
) -> None:
    store.list()
    RunStore(store.root).delete(runs[0])
    (store.folder(runs[1]) / "spec.json").write_text("{")
    assert [run.id for run in store.list()] == [run.id for run in expected_of(store, runs[2:])]
    assert list(store.damaged(store.list())) == [runs[1]]


def expected_of(store: RunStore, runs: list[str]) -> list[RunSnapshot]:
    fresh = RunStore(store.root)
    return [fresh.snapshot(run) for run in sorted(runs, reverse=True)]


@pytest.mark.usefixtures("settled")
def test_nothing_is_read_again_that_has_not_changed(
    store: RunStore, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.list()
    read: list[str] = []
    real_json, real_lines = reader.read_json, reader.read_lines

    def json_of(path: Path) -> dict[str, Any]:
        read.append(path.name)
        return real_json(path)

    def lines_of(path: Path) -> list[dict[str, Any]]:
        read.append(path.name)
        return real_lines(path)

    monkeypatch.setattr(reader, "read_json", json_of)
    monkeypatch.setattr(reader, "read_lines", lines_of)
    assert store.list() == before
    assert read == []
    with store.locked():
        store.set_state(runs[1], RunState("failed", "why"))
    store.list()
    assert read == ["state.json"]


def test_a_summary_spares_the_curve(
    store: RunStore, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SETTLED", -(10**18))
    before = store.list()
    resting = [runs[0], runs[1], runs[3]]
    assert all((store.folder(run) / cache.SUMMARY).is_file() for run in resting)
    monkeypatch.setattr(reader, "read_lines", lambda path: pytest.fail(f"{path} was read"))
    assert RunStore(store.root).list() == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"version": 1}',
        '{"version": 2, "size": 1, "changed": "1", "attempts": 1, "started": 1}',
    ],
)
@pytest.mark.usefixtures("settled")
def test_a_damaged_summary_is_made_again(store: RunStore, runs: list[str], text: str) -> None:
    before = store.list()
    path = store.folder(runs[0]) / cache.SUMMARY
    good = path.read_text()
    path.write_text(text)
    assert RunStore(store.root).list() == before
    assert path.read_text() == good
    values = json.loads(good)
    path.write_text(json.dumps({**values, "points": [{"step": "x"}]}))
    assert RunStore(store.root).list() == before


@pytest.mark.usefixtures("settled")
def test_a_summary_of_another_curve_is_not_believed(store: RunStore, runs: list[str]) -> None:
    store.list()
    folder = store.folder(runs[0])
    lines = (
        (folder / "metrics.jsonl").read_text().replace('"val_accuracy":0.9', '"val_accuracy":0.8')
    )
    (folder / "metrics.jsonl").write_text(lines)
    found = next(run for run in RunStore(store.root).list() if run.id == runs[0])
    assert found.epochs[-1].val_accuracy == 0.8


def test_a_run_that_rests_costs_two_looks(
    store: RunStore, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its folder, whose time every file of ours changes, and at its curve."""
    for _ in range(2):  # the first list writes summaries
        for run in runs:
            for path in (*store.folder(run).iterdir(), store.folder(run)):
                os.utime(path, (1e9, 1e9))
        before = store.list()
    looked: list[str] = []
    monkeypatch.setattr(reader, "stamp", lambda path: (looked.append(path), cache.stamp(path))[1])
    assert store.list() == before
    assert len(looked) == 2 * len(runs)
    RunStore(store.root).request(runs[1], "resume")
    found = {run.id: run.state for run in store.list()}
    assert found == {**{run.id: run.state for run in before}, runs[1]: "queued"}
    # A person's editor writes over a file, and the folder stays as it was.
    path = store.folder(runs[0]) / "run.json"
    times = store.folder(runs[0]).stat()
    path.write_text(path.read_text().replace("run 0", "renamed"))
    os.utime(store.folder(runs[0]), ns=(times.st_atime_ns, times.st_mtime_ns))
    now = reader.time.monotonic()
    monkeypatch.setattr(reader.time, "monotonic", lambda: now + reader.CHECK_SECONDS)
    assert "renamed" in [run.name for run in store.list()]


def test_two_changes_that_look_the_same_are_both_seen(store: RunStore, runs: list[str]) -> None:
    """A clock that ticks in seconds and a file written over: until it is old it is not kept."""
    path = store.folder(runs[1]) / "state.json"
    for reason in ("first", "other"):
        status = path.stat()
        state = replace(store.state(runs[1]), reason=reason)
        path.write_text(json.dumps(state.to_dict()))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert store.state(runs[1]).reason == reason


def test_a_folder_that_cannot_be_written_to_is_listed(
    store: RunStore, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "SETTLED", -(10**18))

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(cache, "write_json", refuse)
    assert store.list() == expected(store)
    assert not (store.folder(runs[0]) / cache.SUMMARY).exists()
