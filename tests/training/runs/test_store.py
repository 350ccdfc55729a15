from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from explorer.jobs.processes import identity
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import tick
from explorer.training.runs.snapshot import RunState
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec


def test_a_new_run_is_queued_and_read_back(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic", "my <b>run</b>", owner="me")
    snapshot = RunStore(store.root).snapshot(run)
    assert (snapshot.state, snapshot.name, snapshot.owner) == ("queued", "my <b>run</b>", "me")
    assert (snapshot.spec, snapshot.recipe, snapshot.source) == (tiny, quick, "synthetic")
    assert (snapshot.progress, snapshot.eta, snapshot.best_accuracy) == (0.0, None, None)
    assert store.batch(run) is store.epoch(run) is store.model_path(run) is None


@pytest.mark.parametrize(
    "name", ["x" * 101, "two\nlines", "\x9b31m", "caf\udcff", "two\u2028lines", "\u202egpj.exe"]
)
def test_names_are_one_short_line(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, name: str
) -> None:
    with pytest.raises(RunError, match="name"):
        store.create(tiny, quick, "synthetic", name)


@pytest.mark.parametrize("run", ["", "..", "../runs", "20260101-000000-abcdef", "/etc"])
def test_only_runs_that_are_there_can_be_named(store: RunStore, run: str) -> None:
    for ask in (store.snapshot, store.delete, store.export_csv, store.model_path):
        with pytest.raises(RunError, match="no run"):
            ask(run)


def test_queued_runs_pause_resume_and_stop(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic")
    for want, state in (("pause", "paused"), ("resume", "queued"), ("stop", "stopped")):
        store.request(run, want)
        assert store.snapshot(run).state == state
    with pytest.raises(RunError, match="stopped"):
        store.request(run, "pause")
    with pytest.raises(RunError, match="explode"):
        store.request(run, "explode")


def test_a_deleted_run_is_gone(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    run = store.create(tiny, quick, "synthetic")
    store.delete(run)
    assert store.list() == []
    assert [path.name for path in store.root.iterdir()] in ([], [".lock"])


def test_a_damaged_run_does_not_hide_the_others(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    good, bad = (store.create(tiny, quick, "synthetic") for _ in range(2))
    (store.folder(bad) / "spec.json").write_text('{"blocks": [1')
    assert [snapshot.id for snapshot in store.list()] == [good]
    with pytest.raises(RunError, match=bad):
        store.snapshot(bad)
    assert list(store.damaged()) == [bad]


def test_a_damaged_run_gives_its_turn_to_the_next(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic")
    (store.folder(run) / "run.json").write_text("{")
    tick(store)
    state = store.state(run)
    assert (state.state, state.worker) == ("failed", None)
    assert "cannot be read" in state.reason


@pytest.mark.parametrize("name", ["state.json", "spec.json", "run.json", "control.json"])
def test_a_damaged_run_can_be_deleted(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, name: str
) -> None:
    for text in ("", "[" * 100_000, '{"state": "queued", "place": "last"}', "null"):
        run = store.create(tiny, quick, "synthetic")
        (store.folder(run) / name).write_text(text)
        assert [snapshot.id for snapshot in store.list()] + list(store.damaged()) == [run]
        tick(store)
        store.delete(run)
        assert store.ids() == []


def test_what_is_no_text_in_a_file_is_shown_as_a_question_mark(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic", "caf\xe9 \U0001f600")
    path = store.folder(run) / "run.json"
    path.write_text(path.read_text().replace("\\u00e9", "\\udcff"))
    assert store.snapshot(run).name == "caf? \U0001f600"


def test_what_a_kill_left_is_swept(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(tiny, quick, "synthetic")
    left = [store.root / f".{run}", store.root / f".deleted-{run}"]
    kept = [store.root / ".uploads", store.root / "mine"]
    for folder in (*left, *kept):
        folder.mkdir()
    with store.locked():
        store.sweep()
    assert all(folder.is_dir() for folder in left)  # somebody may be at it right now
    for folder in (*left, *kept):
        os.utime(folder, (1, 1))
    with store.locked():
        store.sweep()
    assert not any(folder.exists() for folder in left)
    assert all(folder.is_dir() for folder in kept)


def test_a_run_that_cannot_be_laid_out_leaves_nothing(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("explorer.training.runs.store.write_json", full)
    with pytest.raises(OSError, match="space"):
        store.create(tiny, quick, "synthetic")
    assert list(store.root.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_can_be_looked_at(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(tiny, quick, "synthetic")

    def refuse(self: RunStore) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(RunStore, "locked", refuse)
    tick(store)
    assert store.snapshot(run).state == "queued"
    with pytest.raises(OSError, match="Read-only"):
        store.request(run, "stop")


def test_a_torn_metrics_line_is_met_with_grace(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic")
    point = {
        "kind": "point", "step": 3, "epoch": 0.3, "loss": 2.0, "accuracy": 0.1,
        "rate": 0.1, "speed": 9.0, "elapsed": 1.0,
    }  # fmt: skip
    line = json.dumps(point)
    (store.folder(run) / "metrics.jsonl").write_text(f"{line}\n{line[:20]}")
    assert [p.step for p in store.snapshot(run).points] == [3]
    assert store.export_csv(run).count("\n") == 2


def test_a_process_of_the_same_number_is_not_taken_for_the_run(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    run = store.create(tiny, quick, "synthetic")
    mine = identity(os.getpid())
    with store.locked():
        store.set_state(run, RunState("running", worker=os.getpid(), worker_identity=mine))
    assert store.snapshot(run).state == "running"
    with store.locked():
        store.set_state(run, RunState("running", worker=os.getpid(), worker_identity="before"))
    snapshot = store.snapshot(run)
    assert snapshot.state == "failed"
    assert "killed" in snapshot.reason


def _create_many(root: Path, spec: ResNeXtSpec, recipe: Recipe) -> None:
    store = RunStore(root)
    for _ in range(10):
        store.create(spec, recipe, "synthetic")
        store.list()


@pytest.mark.slow
def test_two_processes_give_every_run_its_own_place(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Streamlit's AppTest leaves its script as the main module, which a spawned process would run.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=_create_many, args=(store.root, tiny, quick)) for _ in range(2)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
        assert other.exitcode == 0
    places = [store.state(run).place for run in store.ids()]
    assert sorted(places) == list(range(1, 21))


@pytest.mark.parametrize("name", ["20260101-000000-abcdef", "{} copy", "{} (1)", "my best run"])
def test_a_copied_or_renamed_run_is_a_run_of_its_own(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, name: str
) -> None:
    run = store.create(tiny, quick, "synthetic", "original")
    copied = name.format(run)
    with store.locked():
        mine = identity(os.getpid())
        store.set_state(run, RunState("running", worker=os.getpid(), worker_identity=mine))
    shutil.copytree(store.root / run, store.root / copied)
    found = {snapshot.id: snapshot for snapshot in store.list()}
    assert found.keys() == {run, copied}
    assert (found[run].state, found[copied].state) == ("running", "stopped")
    assert "copied or renamed" in found[copied].reason
    store.request(copied, "resume")
    assert store.snapshot(copied).state == "queued"
    store.delete(copied)  # without ending the process of the original, which is this one
    assert [snapshot.id for snapshot in store.list()] == [run]
    with store.locked():  # else the clean-up after this test ends this process
        store.set_state(run, RunState("stopped"))


def test_other_folders_are_no_runs(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    run = store.create(tiny, quick, "synthetic")
    (store.root / "notes").mkdir()
    for name in ("a,b", "a\x1b[2J", ".hidden", "x" * 101):
        shutil.copytree(store.root / run, store.root / name)
    assert store.ids() == [run]
    for name in (f"notes/../{run}", f"./{run}", ".hidden", "notes"):
        with pytest.raises(RunError, match="no run"):
            store.delete(name)


def test_of_several_runs_all_are_created_or_none(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, done = Path.rename, []

    def fail_at_the_second(path: Path, target: Path) -> Path:
        done.append(path)
        if len(done) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_at_the_second)
    with pytest.raises(OSError, match="Input"):
        store.create_all([(tiny, "first"), (tiny, "second")], quick, "synthetic")
    assert [path.name for path in store.root.iterdir()] in ([], [".lock"])


@pytest.mark.slow
def test_a_supervisor_whose_start_cannot_be_recorded_is_ended(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the run stays in the queue, and the next look at it starts another one."""
    store.create(tiny, quick, "synthetic")
    started = []

    def start(module: str, folder: Path, log: Path, detached: bool) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        return started[-1]

    def full(self: RunStore, run: str, state: RunState) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("explorer.jobs.processes.spawn", start)
    monkeypatch.setattr(RunStore, "set_state", full)
    with pytest.raises(OSError, match="space"):
        tick(store)
    [process] = started
    assert process.stdin is not None
    process.stdin.close()  # one that was not killed ends with an EOFError
    assert process.wait() == -signal.SIGKILL
