"""What Keras itself says of some models, asked in a process of its own, once a session."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def keras_facts(tmp_path_factory):
    """Facts by model name, and the folder of the ``.keras`` files."""
    folder = tmp_path_factory.mktemp("keras_models")
    script = Path(__file__).with_name("keras_models.py")
    subprocess.run(
        [sys.executable, script, folder],
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads((folder / "facts.json").read_text()), folder
