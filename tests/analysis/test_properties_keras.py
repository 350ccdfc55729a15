"""Over random small specs: the graph agrees with Keras, layer by layer."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from specs import valid_specs

from explorer.building.job import Agreement

ROOT = Path(__file__).parents[2]
# One process for all: it reads specs from stdin and prints what it found.
SCRIPT = """
import dataclasses, json, sys
from explorer.building.worker import compare_layers
from explorer.jobs.keras_process import import_keras, leave
from resnext import ResNeXtSpec, build_model
import_keras()
for line in sys.stdin:
    spec = ResNeXtSpec.from_dict(json.loads(line))
    rows = compare_layers(spec, build_model(spec))
    print(json.dumps([dataclasses.asdict(row) for row in rows]), flush=True)
leave(0)
"""


def drawn(number):
    """Some specs that hypothesis draws, the same each time."""
    specs = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(valid_specs(max_blocks=2, max_side=40, max_cardinality=4))
    def collect(spec):
        specs.append(spec)

    collect()
    return random.Random(0).sample(specs, min(len(specs), number))


@pytest.mark.slow
def test_graph_and_keras_agree_on_random_specs():
    specs = drawn(25)
    assert len({spec.form for spec in specs}) > 1
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="".join(json.dumps(spec.to_dict()) + "\n" for spec in specs),
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = done.stdout.splitlines()
    assert len(answers) == len(specs)
    for spec, answer in zip(specs, answers, strict=True):
        rows = [Agreement.from_dict(row) for row in json.loads(answer)]
        assert len(rows) > 5
        assert [row for row in rows if not row.agrees] == [], spec
