"""ResNeXt-152: from the spec to the full report, against building it in Keras and summarising.

    python benchmarks/analysis.py [--runs 5] [--name resnext152_32x4d]
    python benchmarks/analysis.py --checkout ../before --checkout . --runs 20

Both in one process, in turn; the import of Keras is not counted. Prints medians and their
ratio, and the figures that both ways must agree on.

With checkouts, these are compared instead, without Keras: each has a process, which take turns at
every single call, so that they meet the same load of the machine. Times are those of the
processor, because other processes may interrupt. Ratios are to the first checkout.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[1]))

from explorer.analysis.report import LEVELS, Report, analyse
from explorer.analysis.tables import frame
from resnext import ResNeXtSpec, build_model

GOAL = 100
CALLS = {
    "summary --by layer --format json": "command()",
    "trace and analysis": "analyse(spec)",
    "trace and analysis, aggregated": "analyse(aggregated)",
    "map": "map_data([spec], forms=())",
    "map, aggregated": "map_data([aggregated], forms=())",
}
# Reads the number of a call from each line, and answers with its seconds.
CHILD = """
import contextlib, gc, io, sys, time
sys.path.insert(0, ".")
try:
    from explorer.analysis.report import analyse
except ModuleNotFoundError:  # a checkout from before the package `explorer.analysis`
    from explorer.report import analyse
from explorer.cli import main
from explorer.map.data import map_data
from resnext import ResNeXtSpec
spec = ResNeXtSpec.from_name(sys.argv[1])
aggregated = spec.replace(form="aggregated")
def command():
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["summary", sys.argv[1], "--by", "layer", "--format", "json"]) == 0
calls = [eval("lambda: " + text) for text in sys.argv[2:]]
for line in sys.stdin:
    gc.collect()
    started = time.process_time()
    calls[int(line)]()
    print(time.process_time() - started, flush=True)
"""


def report(name: str) -> Report:
    """Everything that the pages show of a network: rows at each level, totals, fields."""
    found = analyse(ResNeXtSpec.from_name(name))
    for level in LEVELS:
        found.by(level)
    assert found.totals.counted
    return found


def keras_summary(name: str) -> int:
    """What one does without the explorer; its number of parameters."""
    import keras

    keras.backend.clear_session()
    model = build_model(ResNeXtSpec.from_name(name))
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text))
    assert lines
    return int(model.count_params())


def timed(function: Callable[[], object]) -> float:
    """Seconds of one call."""
    gc.collect()
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def compare(checkouts: list[Path], name: str, runs: int) -> None:
    """Print the median of each call in each checkout."""
    command = [sys.executable, "-c", CHILD, name, *CALLS.values()]
    pipe = subprocess.PIPE
    children = [
        subprocess.Popen(command, cwd=checkout, stdin=pipe, stdout=pipe, text=True)
        for checkout in checkouts
    ]

    def seconds(child: subprocess.Popen[str], call: int) -> float:
        assert child.stdin
        assert child.stdout
        print(call, file=child.stdin, flush=True)
        return float(child.stdout.readline())

    load = os.getloadavg()[0]
    print(f"{name}, medians of {runs} in ms of processor time; load of the machine {load:.1f}")
    for number, what in enumerate(CALLS):
        for child in children:
            seconds(child, number)  # warms up
        turns = [[seconds(child, number) for child in children] for _ in range(runs)]
        medians = [1000 * statistics.median(times) for times in zip(*turns)]
        cells = [
            f"{checkout.resolve().name} {median:7.1f}"
            for checkout, median in zip(checkouts, medians)
        ]
        print(f"{what:34}", "   ".join(cells), f"   ratio {medians[-1] / medians[0]:.2f}")
    for child in children:
        child.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--name", default="resnext152_32x4d")
    parser.add_argument("--checkout", type=Path, action="append")
    arguments = parser.parse_args()
    name = arguments.name
    if arguments.checkout:
        compare(arguments.checkout, name, arguments.runs)
        return
    assert report(name).totals.total_params == keras_summary(name)  # also warms both up
    ours, with_frames, keras_way = [], [], []
    for _ in range(arguments.runs):
        ours += [timed(lambda: report(name)) for _ in range(5)]
        with_frames += [timed(lambda: [frame(report(name), level) for level in LEVELS])]
        keras_way.append(timed(lambda: keras_summary(name)))
    median, built = statistics.median(ours), statistics.median(keras_way)
    print(f"{name}: {report(name).totals.total_params:,} parameters and statistics, both ways")
    print(f"spec to full report              {1000 * median:9.1f} ms  (median of {len(ours)})")
    print(f"  with three pandas tables       {1000 * statistics.median(with_frames):9.1f} ms")
    print(f"Keras model and model.summary()  {1000 * built:9.1f} ms  (median of {len(keras_way)})")
    print(f"ratio                            {built / median:9.0f} x   (goal: {GOAL})")


if __name__ == "__main__":
    main()
