"""Caps of a host hold when many ask at the same moment, in threads and in processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.jobs.processes import ROOT
from explorer.training.data.errors import DataError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.quotas import ADDRESS_SHARE, Limits, check_start
from explorer.training.runs.scheduler import resume, start_all, tick
from explorer.training.runs.snapshot import RunState
from explorer.training.runs.store import RunStore
from explorer.training.runs.uploads import save_upload
from resnext import ResNeXtSpec
from resnext.errors import UserError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hosted")]


@pytest.fixture
def hosted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)


def at_once(count: int, ask: Callable[[int], object]) -> int:
    """Ask so often at the same moment; how many were not refused."""
    together, granted = threading.Barrier(count), []

    def one(number: int) -> None:
        together.wait()
        try:
            ask(number)
        except UserError:
            return
        granted.append(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(granted)


def test_twenty_starts_of_one_visitor(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    def ask(number: int) -> None:
        start_all(RunStore(store.root), [(tiny, None)], quick, "synthetic", "alice")

    assert at_once(20, ask) == len(store.ids()) == Limits().runs_per_visitor


def test_forty_visitors(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    def ask(number: int) -> None:
        start_all(store, [(tiny, None)], quick, "synthetic", f"visitor{number}")

    assert at_once(40, ask) == len(store.ids()) == Limits().runs_in_all


def test_a_race_starts_as_a_whole_or_not_at_all(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    def ask(number: int) -> None:
        start_all(store, [(tiny, None)] * 2, quick, "synthetic", f"visitor{number % 9}")

    assert at_once(18, ask) == Limits().runs_in_all // 2
    owners = [run.owner for run in store.list()]
    assert all(owners.count(owner) == 2 for owner in owners)
    assert not list(store.root.glob(".2*"))  # no draft of a refused one is left


def test_twenty_resumes(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    runs = [store.create(tiny, quick, "synthetic", owner="alice") for _ in range(20)]
    with store.locked():
        for run in runs:
            store.set_state(run, RunState("stopped"))
    assert at_once(20, lambda number: resume(store, runs[number])) == Limits().runs_per_visitor
    states = [run.state for run in store.list()]
    assert states.count("queued") == Limits().runs_per_visitor


def test_sixteen_uploads(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    caps = Limits(True, upload_bytes=200_000)
    monkeypatch.setattr("explorer.training.runs.quotas.limits", lambda: caps)

    def ask(number: int) -> None:
        save_upload(store, "a.zip", bytes([number]) * 24_375, "alice")  # 390,000 in all

    assert at_once(16, ask) == 8
    kept = sum(path.stat().st_size for path in (store.root / ".uploads").glob("*/*"))
    assert kept <= caps.upload_bytes


@pytest.mark.slow
def test_eight_processes(store: RunStore) -> None:
    code = (
        "import sys; from explorer.training.engine.recipe import Recipe;"
        "from explorer.training.runs import scheduler;"
        "from explorer.training.runs.store import RunStore;"
        "from resnext.errors import UserError;"
        "from resnext import ResNeXtSpec; scheduler.tick = lambda store: None;"
        "spec = ResNeXtSpec.from_name('mini_resnext');"
        "print('ready', flush=True); sys.stdin.readline();\n"
        "for number in range(4):\n"
        "  try:\n"
        "    scheduler.start_all(RunStore(sys.argv[1]), [(spec, None)], Recipe(), 'synthetic',"
        "                        f'visitor{sys.argv[2]}{number}')\n"
        "  except UserError:\n"
        "    pass\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(store.root), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(8)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.communicate("go\n", timeout=120)
        assert worker.returncode == 0
    assert len(store.ids()) == Limits().runs_in_all


def test_one_address_leaves_room_for_others(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNEXT_MAX_OPEN_RUNS", "40")

    def ask(number: int) -> None:  # a school class behind one address, and some more
        start_all(store, [(tiny, None)], quick, "synthetic", f"pupil{number}", "school")

    assert at_once(40, ask) == ADDRESS_SHARE * 40 == 32
    check_start(store, "else", 1, "where")
    check_start(store, "unknown")


def test_uploads_of_one_address_leave_room_for_others(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    caps = Limits(True, upload_bytes=100, uploads_in_all=1000)
    monkeypatch.setattr("explorer.training.runs.quotas.limits", lambda: caps)
    for number in range(8):
        save_upload(store, "a.zip", bytes([number]) * 100, f"pupil{number}", "school")
    with pytest.raises(DataError, match="network address"):
        save_upload(store, "a.zip", b"more", "pupil9", "school")
    save_upload(store, "a.zip", b"more", "else", "where")


def test_a_run_waits_in_the_queue_no_longer_than_there_is_time(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(tiny, quick, "synthetic", owner="alice")
    caps = Limits(True, seconds_in_all=0.0)  # used up while it waited
    monkeypatch.setattr("explorer.training.runs.quotas.limits", lambda: caps)
    tick(store)
    assert store.state(run).state == "stopped"
    assert "used up for today" in store.state(run).reason


def test_an_almost_full_disk_takes_nothing_more(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caps = Limits(True, free_bytes=2**60)
    monkeypatch.setattr("explorer.training.runs.quotas.limits", lambda: caps)
    with pytest.raises(UserError, match="almost full"):
        check_start(store, "alice")
    with pytest.raises(UserError, match="almost full"):
        save_upload(store, "a.zip", b"1", "alice")
