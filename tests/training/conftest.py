from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from explorer.jobs.processes import kill
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import tick
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNEXT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "1")


@pytest.fixture(scope="session")
def tiny() -> ResNeXtSpec:
    """A network that trains thousands of images a second."""
    return ResNeXtSpec(
        blocks=(1,), cardinality=4, width=1, stem="cifar", input_shape=(8, 8, 3), classes=10
    )


@pytest.fixture(scope="session")
def quick() -> Recipe:
    return Recipe.from_name("short", epochs=2, limit=200, batch_size=20, warmup_epochs=0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    store = RunStore(tmp_path / "runs")
    yield store
    for run in store.ids():
        state = store.state(run)
        kill(state.worker, state.worker_identity)
        kill(state.trainer, state.trainer_identity)


@pytest.fixture(scope="session")
def watch() -> Callable[..., RunSnapshot]:
    """Poll a run as a page does, until it is as `done` says; by default until it is over."""

    def is_over(snapshot: RunSnapshot) -> bool:
        return snapshot.state in ("finished", "stopped", "failed", "paused")

    def wait(
        store: RunStore,
        run: str,
        done: Callable[[RunSnapshot], bool] = is_over,
        seconds: float = 300,
    ) -> RunSnapshot:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            tick(store)
            snapshot = store.snapshot(run)
            if done(snapshot):
                return snapshot
            time.sleep(0.05)
        raise AssertionError(
            f"still {snapshot.state} ({snapshot.reason}): {store.log(run)[-2000:]}"
        )

    return wait


@pytest.fixture
def wait_for(store: RunStore, watch: Callable[..., RunSnapshot]) -> Callable[..., RunSnapshot]:
    """As `watch`, for the test's own store."""
    return partial(watch, store)
