"""Whole runs, each in processes of its own, as the page and the command line start them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.training import (
    DataError,
    Epoch,
    Point,
    Recipe,
    RunError,
    RunSnapshot,
    RunStore,
    resume,
    start,
)
from explorer.training.checkpoint import load_checkpoint
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow
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
    """Whether a ``.keras`` file's weights are a checkpoint's."""
    import keras

    import resnext.keras_layers  # noqa: F401  so that Keras knows our layers

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


def test_killed_at_any_moment_and_resumed_is_as_never_interrupted(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    recipe = replace(quick, epochs=30, limit=2000)
    whole = start(store, tiny, recipe, "synthetic")
    expected = wait_for(whole)
    assert expected.state == "finished", expected.reason
    moments = random.Random(os.getpid())
    run = start(store, tiny, recipe, "synthetic")
    for _ in range(4):
        before = len(store.snapshot(run).points)
        wait_for(run, lambda s, n=before: len(s.points) > n or s.state in ("finished", "failed"))
        time.sleep(moments.uniform(0, 0.15 * expected.duration))
        pid = store.snapshot(run).pid
        if pid is None:
            break
        os.kill(pid, signal.SIGKILL)
        snapshot = wait_for(run)
        if snapshot.state == "finished":
            break
        assert snapshot.state == "failed"
        assert "signal 9" in snapshot.reason
        resume(store, run)
    result = wait_for(run)
    assert result.state == "finished", result.reason
    assert result.attempts > 1
    assert curve(result) == curve(expected)
    assert same(weights(store, run), weights(store, whole))


def test_pause_stop_and_resume_lose_nothing(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    recipe = replace(quick, epochs=40, limit=1000)
    whole = start(store, tiny, recipe, "synthetic")
    expected = wait_for(whole)
    run = start(store, tiny, recipe, "synthetic")
    for want, state in (("pause", "paused"), ("stop", "stopped")):
        begun = len(store.snapshot(run).points)
        wait_for(run, lambda s, n=begun: s.state == "running" and len(s.points) > n + 5)
        store.request(run, want)
        asked = time.monotonic()
        snapshot = wait_for(run)
        assert time.monotonic() - asked < 2
        assert snapshot.state == state
        found = load_checkpoint(store.folder(run) / "checkpoint.npz")
        assert found is not None
        assert found[0].step >= snapshot.points[-1].step  # not a step is done twice
        assert snapshot.has_model
        assert holds(store.model_path(run), found[1])  # what it has learnt can be had
        resume(store, run)
        assert store.snapshot(run).state == "starting"  # it ran before; it does not yet again
    result = wait_for(run)
    assert curve(result) == curve(expected)
    assert same(weights(store, run), weights(store, whole))


def test_a_run_that_starts_ends_within_two_seconds_too(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    run = start(store, tiny, long(quick), "synthetic")
    time.sleep(1)
    store.request(run, "stop")
    asked = time.monotonic()
    assert wait_for(run).state == "stopped"
    assert time.monotonic() - asked < 2.2


def test_the_second_run_waits_for_the_first_whoever_asks(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    first = start(store, tiny, quick, "synthetic")
    second = start(RunStore(store.root), tiny, quick, "synthetic")
    states = []
    while not states or states[-1] != ("finished", "finished"):
        pair = tuple(store.snapshot(run).state for run in (first, second))
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
    assert not Path(f"/proc/{state.trainer}/cmdline").exists() or _gone(state.trainer)


def test_a_trainer_whose_supervisor_is_killed_while_it_starts_ends_of_itself(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait
) -> None:
    """Nobody ticks, so nobody kills it; and whoever resumes the run waits until it is gone."""
    run = start(store, tiny, replace(quick, epochs=3000), "synthetic")
    while store.state(run).trainer is None:
        time.sleep(0.02)
    state = store.state(run)
    assert state.worker is not None
    os.kill(state.worker, signal.SIGKILL)
    with store.locked():  # as if its number had never been written down
        store.set_state(run, replace(state, trainer=None, trainer_identity=None))
    resume(store, run)
    snapshot = wait_for(run, lambda s: s.state == "failed" or len(s.points) > 5)
    assert snapshot.state == "running", snapshot.reason
    assert _gone(state.trainer)
    assert [point.step for point in snapshot.points] == sorted(
        {point.step for point in snapshot.points}
    )
    store.delete(run)


def _gone(pid: int | None) -> bool:
    for _ in range(40):
        try:
            if not Path(f"/proc/{pid}/cmdline").read_bytes():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


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
    run = start(store, spec, replace(quick, epochs=60, limit=None), str(packed))
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
    store.tick()
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


def test_a_full_disk_is_told_and_survived(tiny: ResNeXtSpec, quick: Recipe, tmp_path: Path) -> None:
    """The trainer may write no file larger than some bytes, as on a disk that is full."""
    import subprocess
    import sys

    from explorer.training.processes import ROOT
    from explorer.training.worker import DISK_FULL, EXIT_DISK_FULL

    store = RunStore(tmp_path / "runs")
    run = store.create(tiny, quick, "synthetic")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000));"
        "from pathlib import Path; from explorer.training.trainer import main;"
        f"import os; sys.exit(main(Path({str(store.folder(run))!r}), os.getppid()))"
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
    assert _gone(state.trainer)
    assert _gone(state.worker)


def test_a_disk_that_is_full_to_the_last_byte(
    tiny: ResNeXtSpec, quick: Recipe, wait_for: Wait, store: RunStore
) -> None:
    """As above on a real, small disk, with the supervisor: the reason is still written down."""
    import subprocess

    store.root.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(store.root)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        run = start(store, tiny, quick, "synthetic")
        room = shutil.disk_usage(store.root).free - 60_000
        (store.root / "somebody-else").write_bytes(bytes(room))
        snapshot = wait_for(run)
        assert snapshot.state == "failed"
        assert "disk is full" in snapshot.reason
        (store.root / "somebody-else").unlink()
        resume(store, run)
        assert wait_for(run).state == "finished"
    finally:
        subprocess.run(["umount", "-l", str(store.root)], check=True)
