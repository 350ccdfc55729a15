"""How far the four forms are from being one function, and what each costs, on this machine.

    python benchmarks/equivalence.py [--quick]

Writes benchmarks/results/equivalence.json: mini_resnext as a whole, and each stage of
resnext50_32x4d at 224x224, in float32 and float64. --quick leaves out all but one stage.
"""

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.cli.lesson import equivalence_table
from explorer.lesson.counterexamples import cases
from explorer.lesson.equivalence import DTYPES, Equivalence, measure
from resnext import ResNeXtSpec

RESULTS = Path(__file__).parent / "results" / "equivalence.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    stages = (2,) if arguments.quick else (1, 2, 3, 4)
    subjects = [("mini_resnext", None), *(("resnext50_32x4d", stage) for stage in stages)]
    about = {
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }
    inside = [{"inside": case.key, "relative_difference": case.relative} for case in cases()]
    results: list[dict[str, Any]] = []
    for name, stage in subjects:
        for dtype in DTYPES:
            found = measure(ResNeXtSpec.from_name(name), stage, dtype=dtype, seconds=1200)
            print(equivalence_table(found), end="\n\n", flush=True)
            results.append(row(found))
            # Written each time: what was measured stays if the rest is not waited for.
            written = {"about": about, "inside_paths": inside, "results": results}
            arguments.output.write_text(json.dumps(written, indent=1) + "\n")


def row(found: Equivalence) -> dict[str, Any]:
    activations = {form: cost.activation_bytes for form, cost in found.forms.items()}
    return {
        "name": found.name,
        "stage": found.stage,
        **found.to_json(),
        "max_output": found.max_output,
        "activation_bytes": activations,
    }


if __name__ == "__main__":
    main()
