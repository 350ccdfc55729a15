"""What a ``.keras`` file says of its layers, and what a Keras without our package makes of it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

PROGRAM = Path(__file__).parent / "resnext" / "keras" / "plain_keras.py"


def layer_kinds(path):
    """Registered name and module of each layer, as the file says."""
    with zipfile.ZipFile(path) as archive:
        config = json.loads(archive.read("config.json"))
    return {(layer["registered_name"], layer["module"]) for layer in config["config"]["layers"]}


def in_plain_keras(folder):
    """What `PROGRAM` finds for each NAME.keras with NAME.npz in a folder."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().splitlines()[-1])
