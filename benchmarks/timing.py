"""The times of ResNet-50 and ResNeXt-50, 101 and 152 by stage, next to the roofline.

    python benchmarks/timing.py [--batch 1 8] [--rounds 9] [--kept] > benchmarks/results/time.md

It is the command ``time`` for the four networks, which take turns, with what the roofline got
right and wrong: the order of the stages, and whether a ResNeXt is slower than the ResNet of its
depth, next to what others published. ``--kept`` writes what was measured last, without measuring.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.analysis.formats import markdown
from explorer.cost import explained
from explorer.cost.devices import devices
from explorer.cost.roofline import ARITHMETIC, Ceilings, bound_ms
from explorer.cost.settings import Settings
from explorer.cost.timed import Timing
from explorer.cost.timing_job import ROUNDS, start_timing, timings_of
from explorer.cost.timing_text import (
    BOUND,
    FUSION,
    RULE,
    ceilings_of,
    network_table,
    part_rows,
    part_table,
)
from explorer.cost.timings import timings_here
from explorer.export.job import timed_as_onnx
from explorer.formatting import numbers
from resnext import Node, ResNeXtSpec, trace

NAMES = ("resnet50", "resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")


def measured(batches: list[int], rounds: int) -> list[Timing]:
    specs = [ResNeXtSpec.from_name(name) for name in NAMES]
    job = start_timing(specs, batches, rounds=rounds, onnx=timed_as_onnx())
    try:
        return timings_of(job.wait())
    finally:
        job.close()


def kept(batches: list[int]) -> list[Timing]:
    found = timings_here()
    wanted = [(ResNeXtSpec.from_name(n), Settings(batch)) for batch in batches for n in NAMES]
    return [timing for pair in wanted if (timing := found.find(*pair))]


def families(timings: list[Timing]) -> str:
    """How far the layers of a kind come, each alone."""
    header = ["network", "batch", "1×1: share of the product", "grouped 3×3", "other",
              "grouped: share of all layers' time"]  # fmt: skip
    cells = []
    for timing in timings:
        found = explained.points(timing)
        product = timing.conditions.product
        shares = [explained.median_share(found, name, product) for name in
                  ("1×1", "grouped", "other")]  # fmt: skip
        total = sum(point.ms for point in found)
        grouped = sum(point.ms for point in found if point.family == "grouped") / total
        cells.append(
            [timing.spec.name, str(timing.settings.batch),
             *(numbers.UNKNOWN if s is None else f"{s:.2f}" for s in shares),
             f"{grouped:.2f}"]
        )  # fmt: skip
    return markdown(header, cells, 1)


def elsewhere(timing: Timing) -> str:
    """How many layers meet which ceiling on known devices, and the bound of the whole."""
    here = ceilings_of(timing)
    nodes = list(trace(timing.spec))
    other = list(trace(ResNeXtSpec.from_name("resnet50")))
    cells = []
    roofs = [Ceilings("this machine, measured", here.product, here.copy)]
    for roof in [*roofs, *(device.ceilings for device in devices())]:
        layers = explained.points_on(timing.spec, timing.settings.batch, roof)
        bounds = [layer.bound for layer in layers]
        working = [one for one in bounds if one.macs]
        ratio = _least(nodes, timing, roof) / _least(other, timing, roof)
        cells.append(
            [
                roof.name,
                f"{roof.product / 1e9:,.0f}",
                f"{roof.copy / 1e9:,.1f}",
                f"{roof.ridge:.1f}",
                f"{sum(one.by == ARITHMETIC for one in working)} of {len(working)}",
                f"{ratio:.2f}",
            ]
        )
    header = ["device", "GFLOP/s", "GB/s", "MACs a byte at the ridge",
              "layers bound by arithmetic", "bound, divided by ResNet-50's"]  # fmt: skip
    return markdown(header, cells, 1)


def _least(nodes: list[Node], timing: Timing, roof: Ceilings) -> float:
    layers = [node for node in nodes if node.kind != "InputLayer"]
    return bound_ms(layers, timing.settings.batch, roof)


def right_and_wrong(timings: list[Timing]) -> list[str]:
    """What the roofline says of these networks, against what was measured."""
    said = []
    for timing in timings:
        head = f"{timing.spec.name}, batch {timing.settings.batch}"
        said.append(f"{head}: {explained.order_of_stages(timing)}")
        quick = explained.faster_than_bound(timing)
        if quick:
            said.append(f"{head}: {quick}")
        rows = part_rows(timing, "stage")
        reached = sum(row.bound or 0 for row in rows) / timing.steady(timing.whole)
        said.append(f"{head}: the bound is {reached:.2f} of the measured time.")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kept", action="store_true")
    asked = parser.parse_args()
    timings = kept(asked.batch) if asked.kept else measured(asked.batch, asked.rounds)
    print("# Times by stage, next to the roofline\n")
    print(
        "`python benchmarks/timing.py`. Ratio: time divided by ResNet-50's of the same batch, the "
        "median over the rounds, in which the networks took turns.\n"
    )
    for timing in {one.settings.batch: one for one in timings}.values():
        here = timing.conditions
        print(
            f"- Batch {timing.settings.batch}: {here.text} Ceilings: "
            f"{numbers.short(here.product)}FLOP/s in a matrix product, "
            f"{numbers.short(here.copy)}B/s read and written in a copy."
        )
    for note in (RULE, FUSION, BOUND):
        print(f"- {note}")
    print(f"\n{markdown(*network_table(timings), 1)}")
    for timing in timings:
        print(f"\n## {timing.spec.name}, batch {timing.settings.batch}\n")
        print(markdown(*part_table(timing, "stage"), 1))
        print(f"\n{explained.sums_sentence(timing)} {explained.where_the_time_goes(timing)}")
    print("\n## Is a ResNeXt slower than the ResNet of its depth?\n")
    for timing in timings:
        base = next(
            one for one in timings if one.spec.name == NAMES[0] and one.settings == timing.settings
        )
        if timing.spec.name == "resnext50_32x4d":
            print(f"- Batch {timing.settings.batch}: {explained.ratio_sentence(timing, base)}")
    print("\n## Layers alone, by kind: median share of the matrix product's rate\n")
    print(families(timings))
    print("\n## Why the grouped 3×3 runs at a fraction of the peak\n")
    for timing in timings:
        if timing.spec.name == "resnext50_32x4d":
            print(f"Batch {timing.settings.batch}. {' '.join(explained.why_grouped(timing))}\n")
    print("## What the roofline got right and wrong\n")
    for sentence in right_and_wrong(timings):
        print(f"- {sentence}")
    print("\n## Where the bound moves: ResNeXt-50 on other devices\n")
    last = next(one for one in reversed(timings) if one.spec.name == "resnext50_32x4d")
    print(f"Batch {last.settings.batch}; figures as others repeat them from the vendors, with what "
          "was not checked, in `explorer/cost/devices.csv`. Bounds in float32 only: nothing was "
          "measured there.\n")  # fmt: skip
    print(elsewhere(last))


if __name__ == "__main__":
    main()
