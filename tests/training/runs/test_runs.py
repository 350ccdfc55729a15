"""Whole runs, each in processes of its own, as the page and the command line start them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from waiting import until

from explorer.training.data.errors import DataError
from explorer.training.engine.checkpoint import load_checkpoint
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import hosts
from explorer.training.runs.history import Epoch, Point
from explorer.training.runs.scheduler import resume, start, tick
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.state import NO_CONTACT
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
Wait = Callable[..., RunSnapshot]


def curve(snapshot: RunSnapshot) -> list[Point | Epoch]:
    """All that is measured but the time it took."""
    points = [replace(point, speed=0, elapsed=0) for point in snapshot.points]
    epochs = [replace(epoch, seconds=0, elapsed=0) for epoch in snapshot.epochs]
    return [*points, *epochs]


def weights(store: RunStore, run: str) -> dict[str, np.ndarray]:
    found = load_checkpoint(store.folder(run) / "checkpoint.npz")
    assert found is not None
    return found[1]


def same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return first.keys() == second.keys() and all(
        (first[name] == second[name]).all() for name in first
    )


def holds(path: Path | None, arrays: dict[str, np.ndarray]) -> bool:
    """Whether a ``.keras`` file's weights are a checkpoint's; plain Keras opens it."""
    import keras

    assert path is not None
    saved = [variable.numpy() for variable in keras.models.load_model(path).variables]
    kept = [arrays[name] for name in arrays if name.startswith("weight/")]
    return len(saved) == len(kept) and all((a == b).all() for a, b in zip(saved, kept))


def long(recipe: Recipe) -> Recipe:
    return replace(recipe, epochs=400)


def training(snapshot: RunSnapshot) -> bool:
    return snapshot.state in ("running", "failed")


def test_a_run_from_start_to_model(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    recipe = replace(quick, tensorboard=True)
    run = start(store, tiny, recipe, "synthetic", "first")
    assert store.snapshot(run).state == "starting"
    snapshot = wait_for(run)
    assert (snapshot.state, snapshot.reason) == ("finished", ""), store.log(run)
    assert [epoch.step for epoch in snapshot.epochs] == [9, 18]
    assert snapshot.points[-1].step == 18
    assert snapshot.points[-1].rate < snapshot.points[4].rate
    assert all(0 <= e.val_accuracy <= 1 and e.loss > 0 for e in snapshot.epochs)
    assert snapshot.progress == 1
    assert snapshot.test_accuracy is not None
    assert snapshot.duration > 0
    view = store.epoch(run)
    assert view is not None
    assert view.confusion is not None
    assert view.confusion.sum() == 20
    right = np.trace(view.confusion) / 20
    assert right == pytest.approx(snapshot.epochs[-1].val_accuracy)
    assert (view.labels != view.predictions).all()
    batch = store.batch(run)
    assert batch is not None
    assert batch.images.shape[1:] == (8, 8, 3)
    events = store.folder(run) / "tensorboard"
    assert scalars(events / "validation") == {"epoch_loss": [0, 1], "epoch_accuracy": [0, 1]}
    assert scalars(events / "train")["epoch_learning_rate"] == [0, 1]
    assert scalars(events / "points")["loss"] == [point.step for point in snapshot.points]
    path = store.model_path(run)
    assert path is not None
    assert path.stat().st_size > 1000
    with pytest.raises(RunError, match="finished"):
        resume(store, run)


def scalars(folder: Path) -> dict[str, list[int]]:
    """Steps of each curve, as TensorBoard reads them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    tags = [tag for tag in events.Tags()["tensors"] if tag != "keras"]
    return {tag: [event.step for event in events.Tensors(tag)] for tag in tags}


@dataclass(frozen=True)
class Whole:
    """What a run measured and learnt that nobody interrupted."""

    recipe: Recipe
    curve: list[Point | Epoch]
    weights: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def whole(
    tmp_path_factory: pytest.TempPathFactory, tiny: ResNeXtSpec, quick: Recipe, watch: Wait
) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    recipe = replace(quick, epochs=12, limit=1000)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RESNEXT_CACHE", str(folder / "cache"))
        store = RunStore(folder / "runs")
        run = start(store, tiny, recipe, "synthetic")
        snapshot = watch(store, run)
    assert snapshot.state == "finished", snapshot.reason
    return Whole(recipe, curve(snapshot), weights(store, run))


def is_as(whole: Whole, store: RunStore, snapshot: RunSnapshot) -> bool:
    assert snapshot.state == "finished", snapshot.reason
    return curve(snapshot) == whole.curve and same(weights(store, snapshot.id), whole.weights)


Plan = Callable[..., None]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Set what happens in checkpoints of the trainers that start after it; see `misfortune`."""
    folder = tmp_path / "plan"
    folder.mkdir()
    shutil.copy(Path(__file__).with_name("misfortune.py"), folder / "sitecustomize.py")
    monkeypatch.setenv("PYTHONPATH", str(folder))

    def write(*plan: tuple[str, int, int | None]) -> None:
        (folder / "plan.json").write_text(json.dumps(plan))

    return write


def test_killed_at_any_moment_and_resumed_is_as_never_interrupted(
    store: RunStore, tiny: ResNeXtSpec, whole: Whole, wait_for: Wait
) -> None:
    seed = os.getpid()
    print("seed of the moments:", seed)
    moments = random.Random(seed)
    run = start(store, tiny, whole.recipe, "synthetic")
    points = sum(isinstance(point, Point) for point in whole.curve)
    for _ in range(2):  # each so early that much is left
        least = len(store.snapshot(run).points) + moments.randrange(points // 5)
        wait_for(run, lambda s, n=least: len(s.points) > n)
        time.sleep(moments.uniform(0, 0.05))  # not only as a point is written
        pid = store.snapshot(run).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        snapshot = wait_for(run)
        assert snapshot.state == "failed"
        assert "signal 9" in snapshot.reason
        resume(store, run)
    result = wait_for(run)
    assert is_as(whole, store, result)
    assert result.attempts == 3


@linux
def test_killed_inside_the_writing_of_a_checkpoint(
    store: RunStore, tiny: ResNeXtSpec, whole: Whole, wait_for: Wait, plan: Plan
) -> None:
    plan(("kill", 1, 0), ("kill", 2, 5000), ("kill", 3, None))
    run = start(store, tiny, whole.recipe, "synthetic")
    for finished in (0, 1, 3):  # epochs whose checkpoint was whole
        snapshot = wait_for(run)
        assert "signal 9" in snapshot.reason, (snapshot.state, snapshot.reason)
        assert list(store.folder(run).glob(".checkpoint.npz.*"))
        found = load_checkpoint(store.folder(run) / "checkpoint.npz")
        assert (found[0].epochs if found else 0) == finished
        resume(store, run)
    assert is_as(whole, store, wait_for(run))
    assert not list(store.folder(run).glob(".*.npz.*"))


def test_pause_stop_and_resume_lose_nothing(
    store: RunStore, tiny: ResNeXtSpec, whole: Whole, wait_for: Wait
) -> None:
    run = start(store, tiny, whole.recipe, "synthetic")
    for want, state in (("pause", "paused"), ("stop", "stopped")):
        begun = len(store.snapshot(run).points)
        wait_for(run, lambda s, n=begun: s.state == "running" and len(s.points) > n + 5)
        store.request(run, want)
        snapshot = wait_for(run)
        assert snapshot.state == state
        found = load_checkpoint(store.folder(run) / "checkpoint.npz")
        assert found is not None
        assert found[0].step >= snapshot.points[-1].step  # not a step is done twice
        assert snapshot.has_model
        assert holds(store.model_path(run), found[1])  # what it has learnt can be had
        resume(store, run)
        assert store.snapshot(run).state == "starting"  # it ran before; it does not yet again
    assert is_as(whole, store, wait_for(run))


def test_a_run_that_starts_can_be_stopped(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    run = start(store, tiny, long(quick), "synthetic")
    until(lambda: store.state(run).trainer)
    store.request(run, "stop")
    assert wait_for(run).state == "stopped"


def test_the_second_run_waits_for_the_first_of_another_store(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    first = start(store, tiny, quick, "synthetic")
    second = start(RunStore(store.root), tiny, quick, "synthetic")
    states = []
    while not states or states[-1] != ("finished", "finished"):
        # The second is read first: what ends the first in between cannot make both look at work.
        pair = tuple(store.snapshot(run).state for run in (second, first))[::-1]
        assert sum(state in ("starting", "running") for state in pair) <= 1
        states += [pair] if states[-1:] != [pair] else []
        assert "failed" not in pair, [store.log(run) for run in (first, second)]
        time.sleep(0.05)  # nobody ticks: the first run's own process starts the second
    assert ("finished", "queued") not in states[-2:]
    assert states[0][1] == "queued"


def test_the_supervisor_killed_is_found_out_and_its_trainer_ends(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    run = start(store, tiny, long(quick), "synthetic")
    wait_for(run, training)
    state = store.state(run)
    assert state.worker is not None
    os.kill(state.worker, signal.SIGKILL)
    snapshot = wait_for(run)
    assert snapshot.state == "failed"
    assert "killed" in snapshot.reason
    until(lambda: _gone(state.trainer))


def test_a_trainer_whose_supervisor_is_killed_while_it_starts_ends_of_itself(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    """Nobody ticks, so nobody kills it; and what resumes the run waits until it is gone."""
    run = start(store, tiny, replace(quick, epochs=3000), "synthetic")
    until(lambda: store.state(run).trainer)
    state = store.state(run)
    assert state.worker is not None
    os.kill(state.worker, signal.SIGKILL)
    until(lambda: _gone(state.worker))  # one that is still dying would only be asked to go on
    with store.locked():  # as if its number had never been written down
        store.set_state(run, replace(state, trainer=None, trainer_identity=None))
    resume(store, run)
    snapshot = wait_for(run, lambda s: s.state == "failed" or len(s.points) > 5)
    assert snapshot.state == "running", snapshot.reason
    until(lambda: _gone(state.trainer))
    assert [point.step for point in snapshot.points] == sorted(
        {point.step for point in snapshot.points}
    )
    store.delete(run)


@linux
def test_a_run_taken_over_by_another_host_goes_on_there_alone(
    store: RunStore,
    tiny: ResNeXtSpec,
    whole: Whole,
    wait_for: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its processes are stopped, as in a host that sleeps; they wake when it was taken over."""
    monkeypatch.setenv("RESNEXT_LEASE_SECONDS", "2")
    run = start(store, tiny, whole.recipe, "synthetic")
    wait_for(run, lambda s: len(s.points) > 30)
    former = store.state(run)
    pids = [pid for pid in (former.worker, former.trainer) if pid is not None]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        monkeypatch.setattr(hosts, "this_host", lambda: hosts.Host("another", "boot:pid"))
        assert wait_for(run, lambda s: s.state == NO_CONTACT).state == NO_CONTACT
        resume(store, run)
        wait_for(run, lambda s: s.state == "running" and s.attempts == 2)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    result = wait_for(run)
    until(lambda: all(map(_gone, pids)))
    assert is_as(whole, store, result)
    assert store.snapshot(run) == result  # nothing was written since
    assert "taken over" in store.log(run)


def _gone(pid: int | None) -> bool:
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def test_a_loss_that_is_no_number_stops_the_run_and_says_where(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    # Each step shrinks the weights by rate times decay: here it grows them a thousandfold.
    recipe = replace(quick, learning_rate=1000.0, weight_decay=1.0, warmup_epochs=0.0, epochs=50)
    run = start(store, tiny, recipe, "synthetic")
    snapshot = wait_for(run)
    assert snapshot.state == "failed"
    assert "loss became" in snapshot.reason
    assert "epoch" in snapshot.reason
    assert snapshot.points


def test_data_that_vanish_during_the_training_cost_no_more_than_the_test(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait, tmp_path: Path
) -> None:
    from tests.training.data.test_images import tree, write_zip

    packed = write_zip(tmp_path / "images.zip", tree(100))
    spec = replace(tiny, classes=2)
    run = start(store, spec, replace(quick, epochs=30, limit=None), str(packed))
    wait_for(run, lambda s: s.points)
    packed.unlink()
    snapshot = wait_for(run)
    assert snapshot.state == "finished", snapshot.reason
    assert snapshot.has_model
    assert snapshot.test_accuracy is None
    assert any("could not be read" in note for note in snapshot.notes)


def test_data_that_vanish_are_named(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait, tmp_path: Path
) -> None:
    from PIL import Image

    for label in range(10):
        folder = tmp_path / "data" / "train" / str(label)
        folder.mkdir(parents=True)
        for row in range(10):
            Image.new("RGB", (8, 8), (label, row, 0)).save(folder / f"{row}.png")
    run = store.create(tiny, quick, str(tmp_path / "data"))
    shutil.rmtree(tmp_path / "data")
    tick(store)
    snapshot = wait_for(run)
    assert snapshot.state == "failed"
    assert "nothing is there" in snapshot.reason
    assert "data" in snapshot.reason


def test_a_network_of_other_classes_is_refused_before_it_starts(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe
) -> None:
    with pytest.raises(DataError, match="10 classes"):
        start(store, replace(tiny, classes=7), quick, "synthetic")
    assert store.ids() == []


def test_a_full_disk_is_reported_and_survived(
    tiny: ResNeXtSpec, quick: Recipe, tmp_path: Path
) -> None:
    """The trainer may write no file larger than some bytes, as on a disk that is full."""
    from explorer.jobs.processes import ROOT
    from explorer.training.runs.supervisor import DISK_FULL, EXIT_DISK_FULL

    store = RunStore(tmp_path / "runs")
    run = store.create(tiny, quick, "synthetic")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000));"
        "from pathlib import Path; from explorer.training.runs.trainer import leave, main;"
        f"import os; leave(main(Path({str(store.folder(run))!r}), os.getppid()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, timeout=120, check=False, capture_output=True
    )
    assert done.returncode == EXIT_DISK_FULL, done.stderr.decode()
    outcome = json.loads((store.folder(run) / "outcome.json").read_text())
    assert outcome["reason"] == DISK_FULL


def test_deleting_a_run_at_work_ends_it(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    run = start(store, tiny, long(quick), "synthetic")
    wait_for(run, training)
    state = store.state(run)
    store.delete(run)
    assert store.ids() == []
    until(lambda: _gone(state.trainer) and _gone(state.worker), 5)  # kills take a moment


@linux
def test_a_disk_that_is_full_to_the_last_byte(
    store: RunStore, tiny: ResNeXtSpec, whole: Whole, wait_for: Wait, plan: Plan
) -> None:
    """A real, small disk: the reason is still written down, and no trace is left in the history."""
    store.root.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(store.root)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        other = store.root / "somebody-else"
        plan((str(other), 2, 0), (str(other), 3, 5000))
        run = start(store, tiny, whole.recipe, "synthetic")
        other.write_bytes(bytes(shutil.disk_usage(store.root).free - 60_000))
        for _ in range(3):  # full while it starts, then twice inside the writing of a checkpoint
            snapshot = wait_for(run)
            other.unlink()
            assert snapshot.state == "failed"
            assert "disk is full" in snapshot.reason
            resume(store, run)
        assert is_as(whole, store, wait_for(run))
    finally:
        subprocess.run(["umount", "-l", str(store.root)], check=True)
