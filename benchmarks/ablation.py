"""What a network loses when paths are switched off, block by block.

    python benchmarks/ablation.py MODEL.keras --data SOURCE [--images 1000]
    python benchmarks/ablation.py resnext50_32x4d --untrained [--images 64]

Adds to benchmarks/results/ablation.json, network by network. Of a trained network: accuracy on
test images with no path off, with each path off alone, and with 1 to all paths off in five random
orders. Of an untrained one, on built-in images and in the first block of each stage: how far its
logits move with 1 to all but one paths off, and the share of the images that keep their answer.
"""

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from numpy.typing import NDArray

from explorer.lesson.ablation import change_of_logits, one_by_one, switch_off
from explorer.lesson.samples import drawn, labelled
from explorer.lesson.saved_models import Trained, read_trained
from explorer.training.engine.batches import normalised
from resnext import ResNeXtSpec, build_model

RESULTS = Path(__file__).parent / "results" / "ablation.json"
ORDERS, UNTRAINED_ORDERS = 5, 3
SECONDS = 1800


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a .keras file, or with --untrained the name of a network")
    parser.add_argument("--untrained", action="store_true", help="random weights, built-in images")
    parser.add_argument("--data", help="where the test images are")
    parser.add_argument("--images", type=int)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if arguments.untrained:
        spec = ResNeXtSpec.from_name(arguments.model)
        found = of_untrained(spec, arguments.images or 64)
    elif arguments.data is None:
        parser.error("--data must say where the test images of a trained network are")
    else:
        trained = read_trained(Path(arguments.model))
        spec = trained.spec
        found = of_trained(trained, arguments.data, arguments.images or 1000)
    known = json.loads(arguments.output.read_text()) if arguments.output.exists() else {}
    arguments.output.write_text(written(known | {spec.name: found}))


def of_trained(trained: Trained, source: str, count: int) -> dict[str, Any]:
    """Accuracies of each block."""
    paths = trained.spec.cardinality
    images, labels, _ = labelled(source, trained.spec.input_shape, count)
    counts = sorted({1, 2, 4, 8, 16, 24, paths - 1, paths})
    rows = []
    for block in trained.blocks:
        alone, lots = one_by_one(paths), by_lot(paths, counts, ORDERS)
        found = switch_off(trained, block, [*alone, *lots], images, labels, seconds=SECONDS)
        single, many = found.accuracy[: len(alone)], found.accuracy[len(alone) :]
        row = {
            "block": block,
            "accuracy": float(single[0]),
            "one_off": single[1:].tolist(),
            "several_off": by_count(counts, many),
        }
        print(
            f"{block}: {single[0]:.4f} whole, {single[1:].mean():.4f} with one path off (worst "
            f"{single[1:].min():.4f}), {means(row['several_off'])}",
            flush=True,
        )
        rows.append(row)
    return {"weights": "trained", "images": len(images), "blocks": rows}


def of_untrained(spec: ResNeXtSpec, count: int) -> dict[str, Any]:
    """Changes of the answers, in the first block of each stage."""
    paths = spec.cardinality
    images = drawn(count, spec.input_shape)
    counts = [n for n in (1, 2, 4, 8, 16, paths - 1) if 0 < n < paths]
    lots = by_lot(paths, counts, UNTRAINED_ORDERS)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        network = Trained(Path(folder) / "untrained.keras", spec, spec.name)
        save_untrained(network, images)
        for block in (name for name in network.blocks if name.endswith("/block1")):
            found = switch_off(network, block, [frozenset(), *lots], images, seconds=SECONDS)
            row = {
                "block": block,
                "unchanged": by_count(counts, found.unchanged[1:]),
                "change_of_logits": by_count(counts, change_of_logits(found)[1:]),
            }
            print(f"{block}: answers unchanged with {means(row['unchanged'])}", flush=True)
            print(f"{block}: change of logits with {means(row['change_of_logits'])}", flush=True)
            rows.append(row)
    return {"weights": "random", "images": count, "blocks": rows}


def save_untrained(network: Trained, images: NDArray[np.uint8]) -> None:
    """Write the network with the weights that training starts from, seed 0.

    Its normalisations take their statistics from the images, as training would: with those that
    they are made with, a deep sum of residuals grows until only one class has a probability.
    """
    import keras

    keras.utils.set_random_seed(0)
    model = build_model(network.spec)
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    model(normalised(images), training=True)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    model.save(network.path)


def by_lot(paths: int, counts: Sequence[int], orders: int) -> list[frozenset[int]]:
    """For each count, the first so many paths of each random order."""
    lots = [np.random.default_rng(seed).permutation(paths) + 1 for seed in range(orders)]
    return [frozenset(map(int, lot[:count])) for count in counts for lot in lots]


def by_count(counts: Sequence[int], values: NDArray[np.float64]) -> dict[str, list[float]]:
    """The values of the sets of `by_lot` for each count, one for each order."""
    rows = values.reshape(len(counts), -1).tolist()
    return {str(count): row for count, row in zip(counts, rows, strict=True)}


def means(several: dict[str, list[float]]) -> str:
    return ", ".join(f"{n} off {np.mean(values):.4f}" for n, values in several.items())


def written(results: dict[str, Any]) -> str:
    """JSON with four digits, all that so few images give, and a list of numbers on one line."""
    rounded = json.loads(json.dumps(results), parse_float=lambda text: round(float(text), 4))
    text = json.dumps(rounded, indent=1)
    return re.sub(r"\[[^][{}]*\]", _on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return "[" + " ".join(found[0][1:-1].split()) + "]"


if __name__ == "__main__":
    main()
