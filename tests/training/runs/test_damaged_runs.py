"""Runs whose files were damaged in hundreds of ways: shown, or refused with a sentence."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from explorer.analysis.formats import FORMATS
from explorer.charts.training_charts import (
    AXES,
    confusion_figure,
    metric_figure,
    overlay_figure,
    rate_figure,
    speed_figure,
)
from explorer.cli.progress import bar_line, epoch_line
from explorer.cli.run_tables import details, listing
from explorer.jobs.files import write_arrays
from explorer.training.data.image_grid import tiles
from explorer.training.engine.checkpoint import Position
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.runfiles import RunFiles
from explorer.training.runs.scheduler import tick
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

JSON_FILES = ("run.json", "spec.json", "recipe.json", "state.json", "control.json")
ARRAY_FILES = ("batch.npz", "epochs/1.npz", "epochs/2.npz")
# Wrong types, and right types with values that break sums, clocks, sizes or pages.
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 10**30, 10**400, 0.5, -1e308, 1e308, float("nan"), float("inf"),
    "", "text", "\x1b[2J\u202e<b>", "x" * 5000, [], [None], [[1]], {}, {"a": {}}, [1e308] * 3,
)  # fmt: skip


def lay_out(store: RunStore, spec: ResNeXtSpec, recipe: Recipe) -> str:
    """A run that was trained for two epochs and stopped, as a trainer leaves it."""
    run = store.create(spec, recipe, "synthetic", "a run", owner="me")
    files = RunFiles(store.folder(run))
    files.record("resume", {"step": 0, "epochs": 0})
    names = [f"c{number}" for number in range(10)]
    facts = {"batch_size": 20, "steps_per_epoch": 9, "train_images": 180}
    files.record("data", {**facts, "class_names": names, "notes": ["a note"]})
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (12, 8, 8, 3)).astype(np.uint8), np.arange(12) % 10
    shared = {"loss": 2.0, "accuracy": 0.3, "rate": 0.1}
    for epoch in (1, 2):
        for step in range(9 * epoch - 8, 9 * epoch + 1):
            at = {"step": step, "epoch": step / 9, "speed": 90.0, "elapsed": step / 5}
            files.record("point", {**shared, **at})
        at = {"epoch": epoch, "step": 9 * epoch, "seconds": 0.5, "elapsed": 2.0 * epoch}
        files.record("epoch", {**shared, "val_loss": 2.1, "val_accuracy": 0.2, **at})
        shown = {"images": images, "labels": labels, "predictions": labels[::-1]}
        mistakes = {**shown, "confidences": np.linspace(1, 0, 12, dtype=np.float32)}
        files.epoch(epoch, {"confusion": rng.integers(0, 9, (10, 10), np.int32), **mistakes})
    files.batch(18, images, labels, rng.normal(size=(12, 10)).astype(np.float32))
    files.record("test", {"test_loss": 2.2, "test_accuracy": 0.25, "test_notes": []})
    files.checkpoint(Position(step=18, epochs=2), {"weights": np.zeros(3)})
    files.close()
    (store.folder(run) / "log.txt").write_text("some words\n")
    (store.folder(run) / "model.keras").write_bytes(b"PK")
    store.request(run, "stop")
    return run


def show(store: RunStore, run: RunSnapshot) -> None:
    """Compute everything that pages and command show of a run."""
    for format in ("table", "json", "csv", "markdown"):
        assert FORMATS[format].write(listing([run]))
        text = details(run, format)
        assert all(line.isprintable() for line in text.splitlines())
    figures = [rate_figure(run), speed_figure(run), metric_figure(run, "loss")]
    figures += [
        overlay_figure([run], "accuracy", axis, {run.spec.name: "#888888"}) for axis in AXES
    ]
    for epoch in range(1, len(run.epochs) + 1):
        view = store.epoch(run.id, epoch)
        if view is not None and view.confusion is not None:
            figures.append(confusion_figure(view, run.class_names))
    for figure in figures:
        figure.to_json()
    for shown in (store.batch(run.id), store.epoch(run.id)):
        if shown is not None:
            rows = (shown.labels, shown.predictions, shown.confidences)
            tiles(shown.images, *(row.tolist() for row in rows), run.class_names)
    bar_line(run)
    [epoch_line(epoch, run.recipe.epochs) for epoch in run.epochs]
    pd.Timestamp(run.created, unit="s", tz="UTC")
    f"{run.progress:.0%} {round(run.duration)} {round(run.eta or 0)} {run.speed or 0:,.0f}"
    f"{run.best_accuracy or 0:.1%} {run.test_accuracy or 0:.1%} {run.reason.rstrip('.')}"
    store.export_csv(run.id)
    store.log(run.id)
    store.model_path(run.id)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, the whole of it included."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value[:3])
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield from places(item, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a place."""
    if not path:
        return new
    whole = copy.deepcopy(value)
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return whole


def torn(data: bytes, rng: random.Random) -> bytes:
    """Bytes cut short, with some of them changed, or with some put in."""
    at = rng.randrange(len(data))
    return rng.choice(
        (
            data[:at],
            data[:at] + rng.randbytes(4) + data[at + 4 :],
            data[:at] + b"\0" * 9 + data[at:],
        )
    )


def damage_json(folder: Path, rng: random.Random) -> str:
    path = folder / rng.choice(JSON_FILES)
    value = json.loads(path.read_text())
    place, new = rng.choice(list(places(value))), rng.choice(VALUES)
    path.write_text(json.dumps(changed(value, place, new)))
    return f"{path.name} {place} = {str(new)[:20]!r}"


def damage_line(folder: Path, rng: random.Random) -> str:
    path = folder / "metrics.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    number = rng.choice([0, 1, *rng.choices(range(len(lines)), k=3), len(lines) - 1])
    place, new = rng.choice(list(places(lines[number]))), rng.choice(VALUES)
    lines[number] = changed(lines[number], place, new)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return f"metrics {number} {place} = {str(new)[:20]!r}"


def damage_arrays(folder: Path, rng: random.Random) -> str:
    path = folder / rng.choice(ARRAY_FILES)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    name = rng.choice(list(arrays))
    array = arrays[name]
    others = {
        "gone": None,
        "float": array.astype(float) * np.nan,
        "negative": -np.abs(array.astype(np.int64)) - 5,
        "text": array.astype("U9"),
        "complex": array.astype(complex),
        "structured": np.zeros(array.shape, [("a", "i4")]),
        "huge": array.astype(np.int64) + 2**62,
        "empty": array[:0] if array.ndim else np.empty(0),
        "fewer": array[:5] if array.ndim else array,
        "flat": array.ravel(),
        "deeper": array[None],
        "one": np.array(3),
        "times": np.zeros(array.shape, "M8[s]"),
    }
    kind = rng.choice(list(others))
    arrays[name] = others[kind]
    write_arrays(path, {key: value for key, value in arrays.items() if value is not None})
    return f"{path.name} {name} {kind}"


def damage_bytes(folder: Path, rng: random.Random) -> str:
    path = folder / rng.choice((*JSON_FILES, *ARRAY_FILES, "metrics.jsonl", "log.txt"))
    path.write_bytes(torn(path.read_bytes(), rng))
    return f"bytes of {path.name}"


def damage_file(folder: Path, rng: random.Random) -> str:
    path = folder / rng.choice(
        (*JSON_FILES, *ARRAY_FILES, "metrics.jsonl", "log.txt", "model.keras", "epochs")
    )
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    kind = rng.choice(("gone", "folder", "empty", "link"))
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "link":
        path.symlink_to(path)
    return f"{path.name} {kind}"


DAMAGES = (damage_json, damage_line, damage_arrays, damage_bytes, damage_file)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_run_is_shown_or_refused_and_can_be_deleted(
    store: RunStore, tiny: ResNeXtSpec, quick: Recipe, damage: Any
) -> None:
    whole = lay_out(store, tiny, quick)
    kept = store.root.parent / "kept"
    store.folder(whole).rename(kept)
    seen = {"shown": 0, "refused": 0}
    for seed in range(40):
        rng = random.Random(f"{damage.__name__} {seed}")
        shutil.copytree(kept, store.root / whole)
        what = damage(store.root / whole, rng)
        try:
            fresh = RunStore(store.root)  # it remembers no history
            found, refused = fresh.list(), fresh.damaged()
            assert len(found) + len(refused) == 1
            seen["shown" if found else "refused"] += 1
            for run in found:
                show(fresh, run)
            for reason in refused.values():
                assert reason.startswith(f"run {whole} cannot be read: ")
            tick(fresh)
            fresh.delete(whole)
            assert fresh.ids() == []
        except Exception as error:
            raise AssertionError(f"seed {seed}: {what}") from error
    assert seen["shown"] > 5  # the damage is not so coarse that nothing is shown of it
    assert damage in (damage_line, damage_arrays) or seen["refused"] > 5


def test_what_is_wrong_in_a_file_is_said(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    run = lay_out(store, tiny, quick)
    path = store.folder(run) / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "created": 1e308}))
    with pytest.raises(RunError, match=r"created: a number from 0 to 4,294,967,296 is needed"):
        store.snapshot(run)


def test_progress_is_at_most_whole(store: RunStore, tiny: ResNeXtSpec, quick: Recipe) -> None:
    """A progress bar of more takes as much memory, or breaks the page."""
    run = lay_out(store, tiny, quick)
    path = store.folder(run) / "metrics.jsonl"
    path.write_text(path.read_text().replace('"step":18', '"step":4000000'))
    [snapshot] = RunStore(store.root).list()
    assert snapshot.points[-1].step == 4_000_000
    assert snapshot.progress == 1.0
    assert len(bar_line(snapshot)) <= 100
