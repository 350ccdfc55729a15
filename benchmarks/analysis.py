"""ResNeXt-152: from the spec to the full report, against building it in Keras and summarising.

    python benchmarks/analysis.py [--runs 5] [--name resnext152_32x4d]

Both in one process, in turn; the import of Keras is not counted. Prints medians and their
ratio, and the figures that both ways must agree on.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[1]))

from explorer.report import LEVELS, Report, analyse
from explorer.tables import frame
from resnext import ResNeXtSpec, build_model

GOAL = 100


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--name", default="resnext152_32x4d")
    arguments = parser.parse_args()
    name = arguments.name
    assert report(name).totals.params == keras_summary(name)  # also warms both up
    ours, with_frames, keras_way = [], [], []
    for _ in range(arguments.runs):
        ours += [timed(lambda: report(name)) for _ in range(5)]
        with_frames += [timed(lambda: [frame(report(name), level) for level in LEVELS])]
        keras_way.append(timed(lambda: keras_summary(name)))
    median, built = statistics.median(ours), statistics.median(keras_way)
    print(f"{name}: {report(name).totals.params:,} parameters, both ways")
    print(f"spec to full report              {1000 * median:9.1f} ms  (median of {len(ours)})")
    print(f"  with three pandas tables       {1000 * statistics.median(with_frames):9.1f} ms")
    print(f"Keras model and model.summary()  {1000 * built:9.1f} ms  (median of {len(keras_way)})")
    print(f"ratio                            {built / median:9.0f} x   (goal: {GOAL})")


if __name__ == "__main__":
    main()
