"""Run folders that look trained, written by the store's own writers in milliseconds."""

import math
import random

from explorer.training.engine.machine import machine
from explorer.training.engine.precision import resolve
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.runfiles import RunFiles
from explorer.training.runs.state import RunState
from resnext import ResNeXtSpec

POINTS = 40  # of an epoch, as a trainer writes them


def trained(store, run, accuracy=0.8, *, epochs=None, state="finished", points=POINTS, seed=0):
    """Write the curve of a run that was created: so many epochs that end at this accuracy.

    A run of all its epochs gets the same accuracy on a test set; its state is recorded.
    """
    dice = random.Random(f"{run}{seed}")
    snapshot = store.snapshot(run)
    recipe = snapshot.recipe
    epochs = recipe.epochs if epochs is None else epochs
    files = RunFiles(store.folder(run))
    files.record("resume", {"step": 0, "epochs": 0})
    files.record(
        "data",
        {
            "batch_size": recipe.batch_size,
            "steps_per_epoch": points,
            "train_images": points * recipe.batch_size,
            "class_names": [f"class {number}" for number in range(10)],
            "machine": machine(),
            "precision": resolve(recipe.precision),
            "notes": [],
        },
    )
    for epoch in range(1, epochs + 1):
        reached = accuracy if epoch == epochs else accuracy * (1 - math.exp(-epoch)) - 0.01
        for step in range((epoch - 1) * points + 1, epoch * points + 1):
            files.record(
                "point",
                {
                    "step": step,
                    "epoch": step / points,
                    "loss": 2.3 * (1 - reached) + dice.random() / 10,
                    "accuracy": reached,
                    "rate": 0.1,
                    "speed": 400.0,
                    "elapsed": step * recipe.batch_size / 400,
                },
            )
        files.record(
            "epoch",
            {
                "epoch": epoch,
                "step": epoch * points,
                "loss": 2.3 * (1 - reached),
                "accuracy": reached,
                "val_loss": 2.3 * (1 - reached),
                "val_accuracy": reached,
                "rate": 0.1,
                "seconds": 1.0,
                "elapsed": epoch * (points * recipe.batch_size / 400 + 1),
            },
        )
    if epochs == recipe.epochs and state == "finished":
        files.record("test", {"test_loss": 1.0, "test_accuracy": accuracy, "test_notes": []})
        store.folder(run).joinpath("model.keras").write_bytes(b"not a model")
    files.close()
    with store.locked():
        store.set_state(run, RunState(state))
    return run


def many(store, count, epochs=10):
    """Finished runs, a dozen networks among them; their ids."""
    specs = [
        ResNeXtSpec.from_name(f"resnext{depth}_{cardinality}x{width}d")
        for depth in (20, 29)
        for cardinality, width in ((1, 64), (2, 40), (4, 24), (8, 14), (16, 8), (32, 4))
    ]
    recipe = Recipe.from_name("short", epochs=epochs, batch_size=128)
    networks = [(specs[i % len(specs)], f"run {i}") for i in range(count)]
    runs = store.create_all(networks, recipe, "synthetic")
    return [trained(store, run, 0.7 + 0.2 * i / count) for i, run in enumerate(runs)]
