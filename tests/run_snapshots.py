"""Snapshots of runs, made by hand."""

from explorer.training.engine.recipe import Recipe
from explorer.training.runs.history import Epoch, Point
from explorer.training.runs.snapshot import RunSnapshot
from resnext import ResNeXtSpec


def run_of(points=5, epochs=2, name="a run", run="20260101-000000-abcdef"):
    return RunSnapshot(
        id=run,
        name=name,
        source="synthetic",
        owner="",
        address="",
        share="",
        created=0.0,
        state="running",
        asked="",
        reason="",
        spec=ResNeXtSpec.from_name("mini_resnext"),
        recipe=Recipe(batch_size=50),
        points=tuple(
            Point(step, step / 10, 2.0 - step / 100, step / 1000, 0.1, 100.0, float(step))
            for step in range(1, points + 1)
        ),
        epochs=tuple(
            Epoch(n, 10 * n, 1.0 / n, 0.5, 1.5 / n, 0.4 + n / 100, 0.1, 1.0, 10.0 * n)
            for n in range(1, epochs + 1)
        ),
        class_names=("cat", "dog"),
        notes=(),
        batch_size=50,
        progress=0.5,
        eta=3.0,
        duration=5.0,
        speed=100.0,
        best_accuracy=0.42,
        best_epoch=2,
        test_accuracy=None,
        test_loss=None,
        attempts=1,
        has_model=False,
        pid=None,
    )
