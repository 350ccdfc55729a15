"""Seconds of processor time for a search of 10,000 networks, memory included, on one core.

    python benchmarks/search.py [--reports 200]

The grid is that of ``python -m explorer search --help``, extended to 10,000 networks. With
``--reports``, so many of them, evenly spread, are also computed by the full report, and compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.analysis.report import analyse
from explorer.cost.blocks import Parts
from explorer.cost.grid import Grid
from explorer.cost.memory import memory
from explorer.cost.search import search
from explorer.cost.settings import Settings
from resnext import SpecError

GRID = Grid(
    depth=(26, 50, 101, 152, 200),
    cardinality=(1, 2, 4, 8, 16, 24, 32, 48, 64, 96),
    width=(1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80),
    resolution=(96, 128, 160, 176, 192, 208, 224, 256, 288, 320),
)
GOAL = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200)
    asked = parser.parse_args()
    for settings in (Settings(), Settings(batch=64, train=True)):
        began = time.process_time()
        found = search(GRID, settings=settings)
        seconds = time.process_time() - began
        print(
            f"{found.searched:,} networks, {settings.text}: {seconds:.1f} s of one core "
            f"(goal: {GOAL})",
            flush=True,
        )
    specs = [spec for spec in GRID.specs() if not isinstance(spec, SpecError)]
    some = specs[:: max(1, len(specs) // asked.reports)] if asked.reports else []
    parts, seconds = Parts(settings), 0.0
    for spec in some:
        began = time.process_time()
        totals, peak = analyse(spec).totals, memory(spec, settings).peak_bytes
        seconds += time.process_time() - began
        full = (totals.params, totals.macs, totals.activations, peak)
        assert parts.figures(spec) == full, spec
    if some:
        print(
            f"{len(some)} full reports with memory, all equal: {1000 * seconds / len(some):.1f} ms "
            f"each, {seconds / len(some) * len(specs):.0f} s for all"
        )


if __name__ == "__main__":
    main()
