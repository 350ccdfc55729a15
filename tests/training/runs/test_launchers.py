"""Who starts a run: the queue here, or Ray or Slurm elsewhere."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer.jobs.processes import ROOT
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import launchers, ray_launcher, scheduler, supervisor
from explorer.training.runs.hosts import Host
from explorer.training.runs.leases import LeaseHeld, newest, take
from explorer.training.runs.scheduler import LocalLauncher, halt, launcher_of, resume, start, tick
from explorer.training.runs.state import NO_CONTACT, RunState
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec


class Cluster:
    """A launcher that remembers what it was asked."""

    name = "ray"

    def __init__(self) -> None:
        self.tasks: set[str] = set()
        self.fault = ""

    def check(self, store: RunStore) -> None:
        if self.fault == "check":
            raise RunError("a node does not see the folder")

    def start(self, store: RunStore, runs: Sequence[str]) -> None:
        if self.fault == "start":
            raise RunError("no cluster answers")
        self.tasks |= set(runs)

    def cancel(self, store: RunStore, run: str) -> None:
        self.tasks.discard(run)

    def alive(self, store: RunStore, run: str) -> bool:
        return run in self.tasks


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setattr(
        scheduler, "launcher_of", lambda given=None: LocalLauncher() if given == "local" else made
    )
    return made


@pytest.mark.parametrize("name", ["slurm://", "ray://", "ray:1", "", "Ray", "ray\n"])
def test_a_wrong_launcher_states_the_right_ones(name: str) -> None:
    with pytest.raises(RunError, match="must be local, ray, ray://ADDRESS or slurm"):
        launcher_of(name)


def test_the_environment_names_the_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    assert launcher_of().name == "local"
    monkeypatch.setenv("RESNEXT_LAUNCHER", "cloud")
    with pytest.raises(RunError, match="RESNEXT_LAUNCHER must be"):
        launcher_of()
    assert launcher_of("local").name == "local"


def test_without_ray_the_extra_is_named_and_nothing_is_created(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install \.\[ray\]"):
        start(store, tiny, quick, "synthetic", on="ray")
    assert store.ids() == []


def test_a_cluster_without_a_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(RunError, match=r"RAY_AUTH_MODE must be token.*'disabled'"):
        ray_launcher._connect("auto")


def test_a_run_of_a_cluster_is_started_by_nobody_else(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, cluster: Cluster
) -> None:
    run = start(store, tiny, quick, "synthetic", on="ray")
    assert cluster.tasks == {run}
    tick(store)
    state = store.state(run)
    assert (state.state, state.launcher, state.host) == ("queued", "ray", "")
    with pytest.raises(RunError, match="as soon as"):
        resume(store, run, on="ray")
    halt(store, run, "pause")
    assert (cluster.tasks, store.state(run).state) == (set(), "paused")
    resume(store, run, on="ray")
    assert (cluster.tasks, store.state(run).state) == ({run}, "queued")
    cluster.tasks.clear()  # the cluster was started anew
    resume(store, run, on="ray")
    assert cluster.tasks == {run}


def test_a_run_that_moves_to_another_launcher_is_forgotten_by_the_former(
    store: RunStore,
    tiny: ResNeXtSpec,
    quick: Recipe,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "_launch", lambda *_: None)
    run = start(store, tiny, quick, "synthetic", on="ray")
    resume(store, run, on="local")
    assert (cluster.tasks, store.state(run).launcher) == (set(), "local")


def test_what_a_launcher_cannot_start_is_not_created_or_has_failed(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, cluster: Cluster
) -> None:
    cluster.fault = "check"
    with pytest.raises(RunError, match="does not see"):
        start(store, tiny, quick, "synthetic", on="ray")
    assert store.ids() == []
    cluster.fault = "start"
    with pytest.raises(RunError, match="no cluster"):
        start(store, tiny, quick, "synthetic", on="ray")
    [run] = store.list()
    assert (run.state, run.reason) == ("failed", "no cluster answers")


@pytest.mark.slow
def test_a_killed_supervisor_of_a_cluster_is_left_to_the_cluster(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, cluster: Cluster
) -> None:
    run = start(store, tiny, quick, "synthetic", on="ray")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    take(store.folder(run), pid=gone.pid)
    with store.locked():
        store.set_state(run, RunState("running", host="node", launcher="ray"))
    tick(store)
    shown = store.snapshot(run)
    assert (shown.state, store.state(run).state) == (NO_CONTACT, "running")
    assert "ray may start it elsewhere" in shown.reason
    cluster.tasks.clear()
    resume(store, run, on="ray")
    assert (store.state(run).state, cluster.tasks) == ("queued", {run})


def test_a_supervisor_waits_for_the_former_one_and_then_takes_over(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray starts a run again as soon as a node is gone; its lease may still look fresh."""
    run = store.create(tiny, quick, "synthetic")
    folder = store.folder(run)
    former = take(folder, here=Host("other", "boot:pid"))
    assert supervisor._take(store, folder, patient=False) is None
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            os.utime(former.folder / "beat", (1, 1))

    monkeypatch.setattr("time.sleep", sleep)
    held = supervisor._take(store, folder, patient=True)
    assert held is not None
    assert (held.number, len(waits), newest(folder)) == (2, 3, 2)
    with pytest.raises(LeaseHeld):
        take(folder)
    with store.locked():
        store.set_state(run, RunState("stopped"))
    assert supervisor._take(store, folder, patient=True) is None


class Nodes:
    """As much of Ray as the check of its nodes asks for; the second of two nodes is odd."""

    def __init__(self, odd: dict[str, object]) -> None:
        self.odd = odd
        self.exceptions = SimpleNamespace(RayError=TimeoutError)

    def nodes(self) -> list[dict[str, object]]:
        addresses = {"10.0.0.1": True, "10.0.0.2": True, "10.0.0.9": False}
        return [
            {"NodeID": address, "NodeManagerAddress": address, "Alive": alive}
            for address, alive in addresses.items()
        ]

    def remote(self, look: Callable[[str], dict[str, object]]) -> SimpleNamespace:
        def options(scheduling_strategy: str, **_: object) -> SimpleNamespace:
            return SimpleNamespace(remote=lambda path: (scheduling_strategy, path))

        self.look = look
        return SimpleNamespace(options=options)

    def get(self, task: tuple[str, str], timeout: float) -> dict[str, object]:
        node, path = task
        assert node in ("10.0.0.1", "10.0.0.2")
        if node == "10.0.0.2" and "error" in self.odd:
            raise TimeoutError("it does not answer")
        return self.look(path) | (self.odd if node == "10.0.0.2" else {})


@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({}, ""),
        ({"seen": ""}, r"10\.0\.0\.2 does not see the runs' folder"),
        ({"seen": "of another folder with this name"}, r"10\.0\.0\.2 does not see"),
        ({"mode": "disabled"}, r"10\.0\.0\.2 was started without RAY_AUTH_MODE=token"),
        ({"installed": False}, r"10\.0\.0\.2 lacks this program"),
        ({"error": True}, r"10\.0\.0\.2 does not work: it does not answer"),
    ],
)
def test_a_node_that_cannot_train_is_named_before_anything_is_created(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, odd: dict[str, object], sentence: str
) -> None:
    strategies = SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node, soft: node)
    monkeypatch.setitem(sys.modules, "ray", Nodes(odd))
    monkeypatch.setitem(sys.modules, "ray.util", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "ray.util.scheduling_strategies", strategies)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    if sentence:
        with pytest.raises(RunError, match=sentence):
            ray_launcher._check_nodes(store.root)
    else:
        ray_launcher._check_nodes(store.root)
    assert list(store.root.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads /proc")
def test_a_supervisor_starts_with_no_signal_blocked(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store.folder(store.create(tiny, quick, "synthetic"))
    show = [sys.executable, "-c", "print(open('/proc/self/status').read())"]
    monkeypatch.setattr("explorer.jobs.processes.bound_to_us", lambda command: show)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        assert launchers.run_supervisor(str(folder)) == 0
        assert signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ())  # as Ray had it
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert "SigBlk:\t0000000000000000" in store.log(folder.name)


def test_a_supervisor_that_was_killed_is_a_reason_to_try_again(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = store.folder(store.create(tiny, quick, "synthetic"))
    die = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    monkeypatch.setattr("explorer.jobs.processes.bound_to_us", lambda command: die)
    with pytest.raises(launchers.SupervisorDied):
        launchers.run_supervisor(str(folder))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
def test_the_runs_of_a_node_that_dies_end_elsewhere_with_the_same_curve(tmp_path: Path) -> None:
    script, report = ROOT / "benchmarks" / "ray_nodes.py", tmp_path / "report.md"
    command = [sys.executable, str(script), "--runs", "2", "--epochs", "30", "-o", str(report)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert report.read_text().count("equal to the bit") == 4
