"""Training steps and inference with and without large memory pages: milliseconds, and memory.

    python benchmarks/large_pages.py [--rounds 4] > benchmarks/results/large_pages.md

Large pages are what `explorer.jobs.processes.environment` asks glibc for. Each contender is a
process of its own, and the two of a case take turns. Memory is the peak of a process that makes six
calls, the program included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from inference import keras
from race import Call, race
from train_step import contender

from explorer.jobs.processes import TUNABLES, with_large_pages

ROUND_SECONDS = 5.0
PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
CALLS = 6  # before the peak of memory is read
TRAINING = (
    ("resnext50_32x4d", 8, "float32"),
    ("resnext50_32x4d", 8, "bfloat16"),
    ("resnext29_32x4d", 32, "float32"),
    ("mini_resnext", 128, "bfloat16"),
)
INFERENCE = (("resnet50", 1), ("resnext50_32x4d", 1), ("resnext50_32x4d", 8))


def cases() -> dict[str, partial[Call]]:
    """What makes each case's call, by its name."""
    found: dict[str, partial[Call]] = {}
    for name, batch, precision in TRAINING:
        make = partial(contender, "ours", precision, name, batch)
        found[f"training step, {name}, batch {batch}, {precision}"] = make
    for name, batch in INFERENCE:
        found[f"inference, {name}, batch {batch}"] = partial(keras, name, batch)
    return found


def peak_mib(make: Callable[[], Call], large: bool) -> int:
    """Peak of the resident memory of a process that makes and calls it."""
    before = os.environ.get(TUNABLES, "")
    os.environ[TUNABLES] = with_large_pages(before) if large else before
    context = multiprocessing.get_context("spawn")
    line, far = context.Pipe()
    process = context.Process(target=_tell_peak, args=(far, make))
    process.start()
    os.environ[TUNABLES] = before
    told: int = line.recv()
    process.join()
    return told


def _tell_peak(line: Connection, make: Callable[[], Call]) -> None:
    call = make()
    for _ in range(CALLS):
        call()
    line.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    asked = parser.parse_args()
    print("`python benchmarks/large_pages.py`, milliseconds of a call, medians of rounds in turn.")
    if PAGES.exists():
        print(f"Linux has transparent large pages set to: {PAGES.read_text().strip()}.")
    print(
        "\n| case | small pages | large pages | ratio | MiB, small | MiB, large |\n"
        "|---|---:|---:|---:|---:|---:|"
    )
    for case, make in cases().items():
        field = {"small": make, "large": make}
        ms = race(field, asked.rounds, ROUND_SECONDS, small_pages=("small",))
        small, large = (peak_mib(make, each) for each in (False, True))
        ratio = ms["large"] / ms["small"]
        print(
            f"| {case} | {ms['small']:.1f} | {ms['large']:.1f} | {ratio:.3f} | {small} | {large} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
