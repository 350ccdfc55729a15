"""How the end of a training process is told: its exit code, its last words, its signal."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer.training.data.errors import DataError
from explorer.training.engine.errors import RunError, TimeUp
from explorer.training.engine.recipe import Recipe
from explorer.training.runs import supervisor, trainer
from explorer.training.runs.leases import take
from explorer.training.runs.scheduler import max_runs, resume, start
from explorer.training.runs.snapshot import RunState
from explorer.training.runs.store import RunStore
from explorer.training.runs.supervisor import DISK_FULL, EXIT_MEMORY, MEMORY, ending
from resnext import ResNeXtSpec
from resnext.errors import UserError


@pytest.fixture
def folder(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> Path:
    return store.folder(store.create(tiny, quick, "synthetic"))


def fails(action: Callable[[], object]) -> Callable[..., None]:
    def train(*_: object) -> None:
        action()

    return train


def no_memory() -> None:
    np.ones(2**60, np.uint8)


def no_memory_for_tensorflow() -> None:
    import tensorflow as tf

    tf.zeros((2**50,), tf.int8)


@pytest.mark.parametrize(
    "action", [no_memory, pytest.param(no_memory_for_tensorflow, marks=pytest.mark.slow)]
)
def test_out_of_memory_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]
) -> None:
    monkeypatch.setattr(trainer, "train", fails(action))
    code = trainer.main(folder, os.getppid())
    assert code == EXIT_MEMORY
    assert json.loads((folder / "outcome.json").read_text()) == {"reason": MEMORY}
    assert ending(code, folder) == RunState("failed", MEMORY)


def test_killed_for_memory_by_the_system_says_so(folder: Path) -> None:
    state = ending(-signal.SIGKILL, folder)
    assert state.state == "failed"
    assert "memory runs out" in state.reason
    assert "SIGABRT" in ending(-signal.SIGABRT, folder).reason


def test_killed_by_its_supervisor_and_wanted_again_it_waits_for_its_turn(folder: Path) -> None:
    """A person paused it while it started, and thought better of it in the same moment."""
    assert ending(-signal.SIGKILL, folder, killed=True) == RunState("queued")


def test_time_that_is_up_is_no_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def up() -> None:
        raise TimeUp("the training time allowed here is used up")

    monkeypatch.setattr(trainer, "train", fails(up))
    state = ending(trainer.main(folder, os.getppid()), folder)
    assert state == RunState("stopped", "the training time allowed here is used up")


def test_last_words_need_no_space(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first write fails for want of space; the ballast is let go; the second works."""
    replace, full = os.replace, [True]

    def fail_once(*names: object) -> None:
        if full.pop() if full else False:
            raise OSError(28, "No space left on device")
        replace(*names)  # type: ignore[arg-type]

    def fill() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail_once)
    monkeypatch.setattr(trainer, "train", fails(fill))
    code = trainer.main(folder, os.getppid())
    assert ending(code, folder) == RunState("failed", DISK_FULL)
    assert not (folder / "ballast").exists()


def test_errors_are_shown_with_kind_and_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong() -> None:
        raise DataError("the data are wrong")

    monkeypatch.setattr(trainer, "train", fails(wrong))
    assert ending(trainer.main(folder, os.getppid()), folder).reason == "the data are wrong"
    monkeypatch.setattr(trainer, "train", fails(lambda: {}["x"]))
    assert ending(trainer.main(folder, os.getppid()), folder).reason.startswith("KeyError: ")


@pytest.mark.parametrize(("want", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_what_was_asked_for_is_no_failure(
    store: RunStore, folder: Path, want: str, state: str
) -> None:
    (folder / "control.json").write_text(json.dumps({"want": want}))
    assert ending(-signal.SIGKILL, folder).state == state
    assert ending(0, folder).state == "finished"


def test_a_wrong_number_of_runs_is_refused_before_anything_is_laid_out(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "abc")
    with pytest.raises(RunError, match="'abc'"):
        start(store, tiny, quick, "synthetic")
    assert store.ids() == []
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "")
    assert max_runs() >= 1


@pytest.mark.parametrize("variable", ["RESNEXT_LEASE_SECONDS", "RESNEXT_XLA"])
def test_a_wrong_setting_is_refused_before_a_run_is_created_or_resumed(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:  # fmt: skip
    run = store.create(tiny, quick, "synthetic")
    with store.locked():
        store.set_state(run, RunState("paused"))
    monkeypatch.setenv(variable, "abc")
    with pytest.raises(UserError, match=f"{variable} must be .* 'abc'"):
        start(store, tiny, quick, "synthetic")
    with pytest.raises(UserError, match=f"{variable} must be .* 'abc'"):
        resume(store, run)
    assert store.ids() == [run]
    assert store.state(run).state == "paused"


def test_a_supervisor_says_which_setting_is_wrong(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a cluster's node the environment is another than that of who started the run."""
    monkeypatch.setattr(supervisor, "lower_priority", lambda: None)
    monkeypatch.setenv("RESNEXT_LEASE_SECONDS", "abc")
    supervisor.main(folder)
    state = store.state(folder.name)
    assert state.state == "failed"
    assert state.reason == "RESNEXT_LEASE_SECONDS must be a number from 1 to 3600; received 'abc'"


def test_a_supervisor_with_a_wrong_setting_leaves_a_run_that_somebody_trains(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(folder)
    with store.locked():
        store.set_state(folder.name, RunState("running"))
    monkeypatch.setattr(supervisor, "lower_priority", lambda: None)
    monkeypatch.setenv("RESNEXT_LEASE_SECONDS", "abc")
    supervisor.main(folder)
    assert store.state(folder.name).state == "running"


@pytest.mark.slow
def test_a_path_is_kept_so_that_any_process_finds_it(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from tests.training.data.test_images import tree, write_zip

    write_zip(tmp_path / "images.zip", tree(10))
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    monkeypatch.chdir(tmp_path)
    run = start(store, tiny.replace(classes=2), quick, "images.zip")
    assert store.snapshot(run).source == str((tmp_path / "images.zip").resolve())


def test_without_tensorboard_its_files_are_refused_before_the_start(
    store: RunStore, tiny: ResNeXtSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match="pip install tensorboard"):
        start(store, tiny, Recipe(tensorboard=True), "synthetic")
    assert store.ids() == []


def test_a_start_on_cifar10_downloads_nothing(
    store: RunStore,
    tiny: ResNeXtSpec,
    quick: Recipe,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That is the run's work: a page that downloads answers nobody."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it must not go to the network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    run = start(store, tiny, quick, "cifar10")
    assert store.snapshot(run).state == "queued"
    with pytest.raises(DataError, match="classes"):
        start(store, tiny.replace(classes=7), quick, "cifar10")
