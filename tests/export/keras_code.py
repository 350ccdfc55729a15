"""Runs generated Keras files, for tests that must not import Keras themselves.

Run as a program: ``python keras_code.py FOLDER`` runs each CASE.py there and writes facts.json: for
each case its layers, and how far its output is from that of our own model with the same weights.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

from sources import CASES, images, random_weights

from explorer.jobs.keras_process import import_keras, leave


def generated(path):
    """The model of a generated file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build_model()


def main(folder):
    import numpy as np

    from resnext import build_model, trace
    from resnext.weights import write_weights

    import_keras()
    facts = {}
    models = {path.stem: generated(path) for path in sorted(folder.glob("*.py"))}
    for case, model in models.items():
        spec = CASES[case]
        weights, ours = random_weights(trace(spec)), build_model(spec)
        for each in (ours, model):
            write_weights(each, trace(spec), weights)
        expected, got = (each(images(spec)).numpy() for each in (ours, model))
        facts[case] = {
            "layers": [
                [layer.name, list(layer.output.shape[1:])]
                for layer in model.layers
                if type(layer).__name__ != "Split"
            ],
            "own": sorted({type(layer).__module__.split(".")[0] for layer in model.layers}),
            "params": model.count_params(),
            "difference": float(np.abs(got - expected).max() / np.abs(expected).max()),
            "spread": float(expected.std(axis=0).max()),
        }
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    main(Path(sys.argv[1]))
    leave(0)
