"""What a Keras 3 without this package makes of our files; a program, run in Python's safe path.

    python -I plain_keras.py FOLDER

For each NAME.keras in the folder with NAME.npz (images, labels, outputs): loads it in safe mode,
compares its predictions, trains one step, saves NAME-again.keras, and prints what it found.
"""

import gc
import json
import os
import sys
from pathlib import Path


class Absent:
    """Makes our packages impossible to import."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("resnext", "explorer"):
            raise ModuleNotFoundError(f"{name} is not installed here")


sys.meta_path.insert(0, Absent)
gc.disable()  # nearly all that is made stays until the end

import keras  # noqa: E402
import numpy as np  # noqa: E402


def main(folder):
    found = {}
    for path in sorted(folder.glob("*.npz")):
        arrays = np.load(path)
        model = keras.saving.load_model(path.with_suffix(".keras"), safe_mode=True)
        # What predicts is traced once, and what trains once: compiling anew would trace again.
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        outputs = model.predict(arrays["images"], verbose=0)
        before = [np.array(weight) for weight in model.trainable_variables]
        loss = float(model.train_on_batch(arrays["images"], arrays["labels"]))
        moved = [
            bool(np.any(np.asarray(weight) != old))
            for weight, old in zip(model.trainable_variables, before)
        ]
        again = path.with_name(f"{path.stem}-again.keras")
        model.save(again)
        np.save(
            path.with_name(f"{path.stem}-again.npy"), model.predict(arrays["images"], verbose=0)
        )
        found[path.stem] = {
            "difference": float(np.abs(outputs - arrays["outputs"]).max()),
            "loss": loss,
            "moved": sum(moved) / len(moved),
            "modules": sorted({type(layer).__module__.split(".")[0] for layer in model.layers}),
        }
    print(json.dumps(found))


main(Path(sys.argv[1]))
sys.stdout.flush()
os._exit(0)  # nothing is left to do but to take TensorFlow apart
