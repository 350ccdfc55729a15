"""One folder, several hosts: who may write, who looks alive, with clocks that differ."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import until

from explorer.jobs.files import read_json, read_lines, write_json
from explorer.jobs.processes import ROOT, environment
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import hosts, leases
from explorer.training.runs.hosts import FolderClock, Host
from explorer.training.runs.leases import Held, Holder, LeaseHeld, LeaseLost, holder, newest, take
from explorer.training.runs.runfiles import RunFiles
from explorer.training.runs.scheduler import tick
from explorer.training.runs.state import NO_CONTACT, RunState
from explorer.training.runs.store import RunStore
from explorer.training.runs.trainer import save_model
from resnext import ResNeXtSpec

LOOKS = 1000
ONE, TWO = Host("one", "boot-1:pid", "machine-1"), Host("two", "boot-2:pid", "machine-2")


@pytest.fixture
def folder(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> Path:
    return store.folder(store.create(tiny, quick, "synthetic"))


class Server:
    """The file system that both hosts see, with a clock of its own."""

    def __init__(self) -> None:
        self.time = 1e9


class Skewed(FolderClock):
    """The server's time as one host knows it: what it asks for is right, what it guesses is not."""

    def __init__(self, folder: Path, server: Server, skew: float) -> None:
        super().__init__(folder)
        self.server, self.skew = server, skew

    def now(self) -> float:
        return self.server.time

    def about(self) -> float:
        return self.server.time + self.skew

    def beat(self, path: Path) -> None:
        os.utime(path, (self.server.time, self.server.time))


@pytest.mark.slow
def test_a_thousand_looks_with_skewed_clocks_and_stalled_heartbeats(folder: Path) -> None:
    """What is seen is compared with what the test knows: who beat last, and when."""
    seed = os.getpid()
    print("seed:", seed)
    chance, server, seen = random.Random(seed), Server(), Counter[str]()
    # One host's guess is an hour ahead; the other's lies behind, but less than a beat.
    clocks = {ONE: Skewed(folder, server, 3600.0), TWO: Skewed(folder, server, -0.5)}
    owner, held = ONE, take(folder, clocks[ONE], ONE)
    beaten, stalled, former = server.time, False, list[Held]()
    for look in range(LOOKS):
        server.time += chance.uniform(0.5, 8)
        stalled = chance.random() < (0.9 if stalled else 0.05)
        if not stalled:
            held.beat()
            beaten = server.time
            server.time += chance.choice((0, 0, 29))
        who = chance.choice((ONE, TWO))
        found = holder(folder, clocks[who], who)
        late = server.time - beaten > leases.LATE_SECONDS
        if who == owner:
            assert found is Holder.HERE
        elif who is TWO:  # half a second behind, it sees a late one half a second later
            nearly = server.time - 0.5 - beaten <= leases.LATE_SECONDS
            assert found is (Holder.LATE if late and not nearly else Holder.HEARD)
        else:
            assert found is (Holder.LATE if late else Holder.HEARD)
        seen[found.name] += 1
        number = newest(folder)
        if found is Holder.LATE and chance.random() < 0.7:
            former.append(held)
            owner, held = who, take(folder, clocks[who], who)
            beaten, stalled = server.time, False
            assert held.number == number + 1
            held.publish(_draft(folder, look), folder / "outcome.json")
            seen["taken over"] += 1
        elif found is not Holder.LATE:
            with pytest.raises(LeaseHeld):
                take(folder, clocks[who], who)
            assert newest(folder) == number
        for old in former[-3:]:
            before = (folder / "outcome.json").read_bytes()
            with pytest.raises(LeaseLost):
                old.publish(_draft(folder, -look), folder / "outcome.json")
            with pytest.raises(LeaseLost):
                old.beat()
            assert (folder / "outcome.json").read_bytes() == before
            seen["refused"] += 1
    assert len(list((folder / "lease").iterdir())) == 1
    assert min(seen[name] for name in ("HERE", "HEARD", "LATE", "taken over", "refused")) > 5, seen


def _draft(folder: Path, number: int) -> Path:
    path = folder / ".draft"
    path.write_text(str(number))
    return path


@pytest.mark.slow
def test_of_many_that_take_a_number_at_once_one_gets_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "holder", lambda *_: Holder.NONE)  # all have seen it free
    for number in range(1, 21):
        together, got = threading.Barrier(8), list[Held]()

        def one(together: threading.Barrier = together, got: list[Held] = got) -> None:
            together.wait()
            with contextlib.suppress(LeaseHeld):
                got.append(take(folder))

        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        valid = [held for held in got if _is_valid(held)]
        assert len(valid) == 1
        assert newest(folder) == valid[0].number >= number
    assert [path.name for path in (folder / "lease").iterdir()] == [f"{newest(folder):06d}"]


def _is_valid(held: Held) -> bool:
    try:
        held.check()
    except LeaseLost:
        return False
    return True


def test_one_who_slept_with_a_number_long_past_gets_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw number 1 free; meanwhile 1 was taken and given back, and 2 was taken."""
    rename = os.rename

    def late(draft: Path, place: Path) -> None:
        monkeypatch.setattr(os, "rename", rename)
        take(folder, here=ONE).release()
        take(folder, here=ONE)
        rename(draft, place)

    monkeypatch.setattr(os, "rename", late)
    with pytest.raises(LeaseHeld):
        take(folder, here=TWO)
    assert [path.name for path in (folder / "lease").iterdir()] == ["000002"]


@pytest.mark.parametrize("renames", [0, 1])
def test_taken_over_between_the_check_and_the_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    """A process may be stopped anywhere, also after it has seen that its lease is good."""
    held = take(folder)
    write_json(folder / "outcome.json", {"by": "new"})
    replace, done = os.replace, list[object]()

    def slow(source: object, target: object) -> None:
        if len(done) == renames:
            monkeypatch.setattr(os, "replace", replace)
            take(folder, released=True)
        done.append(target)
        replace(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(leases, "holder", lambda *_: Holder.LATE)
    monkeypatch.setattr(os, "replace", slow)
    with pytest.raises(LeaseLost):
        write_json(folder / "outcome.json", {"by": "former"}, publish=held.publish)
    assert done
    assert read_json(folder / "outcome.json") == {"by": "new"}


def test_what_a_former_holder_still_appends_is_not_in_the_curve(folder: Path) -> None:
    first = take(folder)
    files = RunFiles(folder, first)
    files.record("note", {"by": "first"})
    first.release()
    second = take(folder)
    files._lines.write({"kind": "note", "by": "slept after the check"})
    again = RunFiles(folder, second)
    files._lines.write({"kind": "note", "by": "slept longer"})
    again.record("note", {"by": "second"})
    with pytest.raises(LeaseLost):
        files.record("note", {"by": "too late"})
    with pytest.raises(LeaseLost):
        RunFiles(folder, first)
    by = [record["by"] for record in read_lines(folder / "metrics.jsonl")]
    assert by == ["first", "slept after the check", "second"]
    files.close()
    again.close()


class Stalled:
    """A network that stops in the middle of writing its file, and wakes up when it is told."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.meanwhile = meanwhile

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            file.write(b"former" * 1000)
            file.flush()
            self.meanwhile()
            file.write(b"former" * 1000)


class Quick:
    """A network that writes its file at once."""

    def save(self, path: Path) -> None:
        path.write_bytes(b"new" * 100)


@pytest.mark.parametrize("resumed", [False, True])
def test_a_former_holder_that_stalls_in_its_model_does_not_touch_the_new_ones(
    folder: Path, resumed: bool
) -> None:
    """It has the file of its draft open, and writes on in it after it was taken over."""
    model = folder / "model.keras"
    first = take(folder)
    files = RunFiles(folder, first)

    def meanwhile() -> None:
        first.release()
        others = RunFiles(folder, take(folder))
        if resumed:  # what removes the drafts of processes that were killed
            others.resume()
        save_model(Quick(), model, others)
        others.close()

    with pytest.raises(LeaseLost):
        save_model(Stalled(meanwhile), model, files)
    files.close()
    assert model.read_bytes() == b"new" * 100
    assert [path.name for path in folder.iterdir() if "draft" in path.name] == []


def test_the_draft_of_a_model_whose_process_was_killed_is_removed(folder: Path) -> None:
    left = folder / ".model.0123456789abcdef.draft.keras"
    left.touch()
    with contextlib.closing(RunFiles(folder, take(folder))) as files:
        files.resume()
    assert not left.exists()


def test_the_time_is_the_folders_not_the_hosts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FolderClock(folder)
    held = take(folder, clock, ONE)
    monkeypatch.setattr(time, "time", lambda: 0.0)  # nobody asks our clock
    assert holder(folder, clock, TWO) is Holder.HEARD
    beat = held.folder / "beat"
    os.utime(beat, (beat.stat().st_mtime - leases.LATE_SECONDS - 5,) * 2)
    assert holder(folder, clock, TWO) is Holder.LATE
    # Restarted: the same machine, another boot.
    assert holder(folder, clock, Host("one", "boot-9:pid", "machine-1")) is Holder.DEAD
    held.beat()
    assert holder(folder, clock, Host("one", "boot-9:pid", "machine-1")) is Holder.HEARD
    assert not [path for path in folder.iterdir() if path.name.startswith("tmp")]
    monkeypatch.setattr("tempfile.TemporaryFile", _read_only)
    os.utime(beat, (1, 1))
    assert holder(folder, FolderClock(folder), TWO) is Holder.HEARD  # nobody is late without time


def _read_only(**_: object) -> None:
    raise OSError(30, "Read-only file system")


@pytest.mark.slow
def test_a_killed_process_of_this_host_is_seen_at_once(folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    take(folder, pid=process.pid)
    assert holder(folder, FolderClock(folder)) is Holder.HERE
    process.kill()
    process.communicate()
    assert holder(folder, FolderClock(folder)) is Holder.DEAD
    assert take(folder).number == 2


@pytest.mark.parametrize("damage", ["", "{", '{"folder": 3}'])
def test_a_damaged_lease_is_late_or_not_by_its_beat(folder: Path, damage: str) -> None:
    held, clock = take(folder), FolderClock(folder)
    (held.folder / "holder.json").write_text(damage)
    assert holder(folder, clock) is Holder.HEARD
    os.utime(held.folder / "beat", (1, 1))
    assert holder(folder, clock) is Holder.LATE


def test_a_copy_of_a_folder_is_held_by_nobody(store: RunStore, folder: Path) -> None:
    take(folder)
    copy = shutil.copytree(folder, folder.with_name("my copy"))
    assert holder(copy, store.clock) is Holder.NONE
    assert take(copy).number == 2
    assert newest(folder) == 1


@pytest.mark.parametrize("seconds", ["0", "two", "1e9", "nan"])
def test_a_wrong_time_of_leases_states_the_rule(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    monkeypatch.setenv(leases.VARIABLE, seconds)
    with pytest.raises(RunError, match=seconds):
        take(folder)


@pytest.fixture
def elsewhere(store: RunStore, folder: Path) -> Held:
    """A run at work on another host."""
    held = take(folder, here=TWO)
    with store.locked():
        store.set_state(folder.name, RunState("running", host=TWO.name, space=TWO.space))
    return held


def silent(held: Held) -> None:
    os.utime(held.folder / "beat", (1, 1))


def test_a_run_elsewhere_is_at_work_while_it_beats(
    store: RunStore, folder: Path, elsewhere: Held
) -> None:
    run = folder.name
    tick(store)
    assert store.snapshot(run).state == "running"
    silent(elsewhere)
    tick(store)  # which marks nobody as failed who may be alive
    shown = store.snapshot(run)
    assert (shown.state, store.state(run).state) == (NO_CONTACT, "running")
    assert "two was not heard of" in shown.reason
    assert shown.is_resumable
    elsewhere.beat()
    assert store.snapshot(run).state == "running"


@pytest.mark.parametrize(
    ("want", "state"), [("resume", "queued"), ("stop", "stopped"), ("pause", "paused")]
)
def test_a_run_that_is_not_heard_of_is_taken_from_its_host(
    store: RunStore, folder: Path, elsewhere: Held, want: str, state: str
) -> None:
    run = folder.name
    store.request(run, "pause")
    store.request(run, "resume")
    assert store.state(run).state == "running"  # as it beats, it is only asked
    silent(elsewhere)
    store.request(run, want)
    assert store.snapshot(run).state == state
    with pytest.raises(LeaseLost):
        store.set_state(run, RunState("finished"), elsewhere)
    assert store.snapshot(run).state == state


def test_a_queue_is_its_hosts(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who only looks at a shared folder starts nothing; who resumes a run there does."""
    started: list[str] = []
    monkeypatch.setattr(
        "explorer.training.runs.scheduler._launch", lambda store, run, state: started.append(run)
    )
    monkeypatch.setattr(hosts, "this_host", lambda: TWO)
    tick(store)
    assert started == []
    store.request(folder.name, "resume")
    tick(store)
    assert started == [folder.name]


def test_a_folder_from_before_leases_opens_resumes_and_is_deleted(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.training.runs.scheduler._launch", lambda *_: None)
    run = folder.name
    old = {
        "state": "running", "reason": "", "place": 1, "worker": 4_000_000, "trainer": None,
        "worker_identity": "before:1", "trainer_identity": None, "attempts": 1, "folder": run,
    }  # fmt: skip
    (folder / "trainer.lock").touch()
    write_json(folder / "state.json", old)
    assert store.snapshot(run).state == "failed"
    tick(store)
    assert store.state(run).state == "failed"
    store.request(run, "resume")
    assert store.snapshot(run).state == "queued"
    store.delete(run)
    assert store.ids() == []


HOLDER = """
import sys
from pathlib import Path
from explorer.training.runs.leases import take
with take(Path(sys.argv[1])).kept():
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or shutil.which("unshare") is None
    or subprocess.run(["unshare", "-Upf", "--mount-proc", "true"], check=False).returncode != 0,
    reason="namespaces of processes cannot be made here",
)
def test_two_name_spaces_of_processes(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a process of that number, which says nothing about the other's."""
    monkeypatch.setenv(leases.VARIABLE, "1")
    command = ["unshare", "-Upf", "--mount-proc", "--kill-child", sys.executable, "-c", HOLDER]
    other = subprocess.Popen(
        [*command, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with store.locked():
            store.set_state(folder.name, RunState("running", host="other", space="other"))
        assert read_json(folder / "lease" / "000001" / "holder.json")["pid"] == 1
        states = set()
        for _ in range(200):
            tick(store)
            states.add(store.snapshot(folder.name).state)
        assert states == {"running"}
        [inner] = Path(f"/proc/{other.pid}/task/{other.pid}/children").read_text().split()
        os.kill(int(inner), signal.SIGSTOP)
        until(lambda: store.snapshot(folder.name).state == NO_CONTACT)
        os.kill(int(inner), signal.SIGCONT)
        until(lambda: store.snapshot(folder.name).state == "running")
        other.communicate(b"\n")
        assert other.returncode == 0
    finally:
        other.kill()
    until(lambda: store.snapshot(folder.name).state == NO_CONTACT)
