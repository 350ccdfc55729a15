"""What a trained network loses when paths are switched off, block by block.

    python benchmarks/ablation.py MODEL.keras --data SOURCE [--images 1000]

Writes benchmarks/results/ablation.json: accuracy on test images with no path off, with each
path off alone, and with 1 to all paths off in five random orders.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from explorer.lesson.ablation import one_by_one, switch_off
from explorer.lesson.samples import labelled
from explorer.lesson.trained import read_trained

RESULTS = Path(__file__).parent / "results" / "ablation.json"
ORDERS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", required=True, help="where the test images are")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    trained = read_trained(arguments.model)
    paths = trained.spec.cardinality
    images, labels, _ = labelled(arguments.data, trained.spec.input_shape, arguments.images)
    counts = sorted({1, 2, 4, 8, 16, 24, paths - 1, paths})
    orders = [np.random.default_rng(seed).permutation(paths) + 1 for seed in range(ORDERS)]
    rows = []
    for block in trained.blocks:
        alone = one_by_one(paths)
        lots = [frozenset(map(int, order[:n])) for n in counts for order in orders]
        found = switch_off(trained, block, [*alone, *lots], images, labels, seconds=1800)
        single, many = found.accuracy[: len(alone)], found.accuracy[len(alone) :]
        several = {
            str(n): [float(a) for a in many[i * ORDERS : (i + 1) * ORDERS]]
            for i, n in enumerate(counts)
        }
        rows.append(
            {
                "block": block,
                "accuracy": float(single[0]),
                "one_off": [float(a) for a in single[1:]],
                "several_off": several,
            }
        )
        print(
            f"{block}: {single[0]:.4f} whole, {single[1:].mean():.4f} with one path off (worst "
            f"{single[1:].min():.4f}), "
            + ", ".join(f"{n} off {np.mean(v):.4f}" for n, v in several.items()),
            flush=True,
        )
    about = {"network": trained.spec.name, "images": len(images), "blocks": rows}
    arguments.output.write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()
