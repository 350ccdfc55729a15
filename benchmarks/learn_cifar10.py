"""Train a network on CIFAR-10 through the app's own engine, and keep what came of it.

    python benchmarks/learn_cifar10.py DATA [--network mini_resnext] [--recipe short] [...]

DATA is any source of `train --data`, for example a zip of images `train/CLASS/*`. The log, the
history and the trained network go to --out. Started again after a crash, it takes the run up.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import resume, start, tick
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--network", default="mini_resnext")
    parser.add_argument("--recipe", default="short")
    parser.add_argument("--change", default="{}", help="fields of the recipe, as JSON")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    asked = parser.parse_args()
    store = RunStore(asked.runs)
    spec = replace(ResNeXtSpec.from_name(asked.network), classes=10)
    recipe = Recipe.from_name(asked.recipe, **json.loads(asked.change))
    title = f"{asked.network}-{asked.recipe}-{recipe.epochs}-epochs"
    same = [run for run in store.list() if run.name == title]
    if same:
        run = same[0].id
        if same[0].is_resumable:
            resume(store, run)
    else:
        run = start(store, spec, recipe, asked.data, title)
    asked.out.mkdir(parents=True, exist_ok=True)
    with (asked.out / f"{title}.log").open("a") as log:
        log.write(f"{time.strftime('%F %T')} {title} {json.dumps(recipe.to_dict())}\n")
        watch(store, run, log)
    (asked.out / f"{title}.csv").write_text(store.export_csv(run))
    model = store.model_path(run)
    if model is not None:
        shutil.copyfile(model, asked.out / f"{title}.keras")


def watch(store: RunStore, run: str, log: object) -> None:
    """Write a line for each epoch until the run is over."""
    told = 0
    while True:
        tick(store)
        snapshot = store.snapshot(run)
        for epoch in snapshot.epochs[told:]:
            print(
                f"{time.strftime('%F %T')} epoch {epoch.epoch}: loss {epoch.loss:.4f}, "
                f"accuracy {epoch.accuracy:.4f}, validation loss {epoch.val_loss:.4f}, "
                f"validation accuracy {epoch.val_accuracy:.4f}, "
                f"{epoch.elapsed:.0f} s, {snapshot.speed:.0f} images/s",
                file=log,
                flush=True,
            )
        told = len(snapshot.epochs)
        if not snapshot.is_active and snapshot.state != "queued":
            break
        time.sleep(1)
    test = "none" if snapshot.test_accuracy is None else f"{snapshot.test_accuracy:.4f}"
    print(
        f"{snapshot.state} {snapshot.reason}: best validation accuracy {snapshot.best_accuracy}, "
        f"test accuracy {test}, {snapshot.duration:.0f} s",
        file=log,
        flush=True,
    )


if __name__ == "__main__":
    main()
