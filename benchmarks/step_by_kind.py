"""Where the time of a training step goes, by kind of operation, as oneDNN itself logs it.

    python benchmarks/step_by_kind.py [NETWORK:BATCH:PRECISION ...]

Steps of ours are taken in a process of its own with ``ONEDNN_VERBOSE=1``, in which every primitive
prints its shape and its milliseconds. Operations run one after the other, each on all cores, so
that their times sum up; in a usual step two may run at once. What the step takes beyond their sum
is everything else: updates of the weights, sums, gradients of ReLU and pooling, the loss, and the
program between operations.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from train_step import contender

from explorer.jobs.processes import environment

CASES = ("mini_resnext:128:float32", "resnext29_32x4d:32:float32", "resnext50_32x4d:8:float32")
WARM, STEPS = 3, 8
MARK = "step took"
PASSES = {
    "forward_training": "forward",
    "forward_inference": "forward",
    "backward_data": "gradient of the input",
    "backward_weights": "gradient of the kernel",
    "backward": "backward",
}


def take_steps(case: str) -> None:
    """Print oneDNN's log of some steps, and after each how long it took."""
    name, batch, precision = case.split(":")
    one_after_the_other()
    call = contender("ours", precision, name, int(batch))
    for number in range(WARM + STEPS):
        began = time.perf_counter()
        call()
        print(f"{MARK} {1000 * (time.perf_counter() - began)}", flush=True)
        if number == WARM - 1:
            print("warm", flush=True)


def one_after_the_other() -> None:
    """Let TensorFlow start an operation when the one before has ended."""
    from resnext.runtime import configure_environment

    configure_environment()
    import tensorflow as tf

    from explorer.training.engine import network

    usual = network.configure

    def configure(threads: int) -> None:
        usual(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)

    network.configure = configure


def kind(fields: list[str]) -> str:
    """What a line of the log is: the primitive, its pass and, of a convolution, its window."""
    primitive, direction, shape = fields[5], fields[7], fields[-2]
    what = primitive.replace("_", " ")
    if primitive == "convolution":
        side = re.search(r"kh(\d+)", shape)
        window = f"{side[1]}×{side[1]}" if side else "1×1"
        grouped = re.match(r"g(\d+)mb", shape)
        what = f"{'grouped ' if grouped and grouped[1] != '1' else ''}{window} convolution"
    if primitive == "reorder":
        return "change of layout or type (reorder)"
    return f"{what}, {PASSES[direction]}" if direction in PASSES else what


def table(log: str) -> str:
    """Milliseconds a step and share of each kind."""
    sums: dict[str, float] = defaultdict(float)
    steps = []
    for line in log.partition("\nwarm\n")[2].splitlines():
        fields = line.split(",")
        if line.startswith(MARK):
            steps.append(float(line.removeprefix(MARK)))
        elif fields[0] == "onednn_verbose" and "exec" in fields[3:4]:
            sums[kind(fields)] += float(fields[-1]) / STEPS
    step = statistics.median(steps)
    rows = sorted(sums.items(), key=lambda item: -item[1])
    rows = [row for row in rows if row[1] > 0.005 * step]
    rest = step - sum(sums.values())
    rows += [("everything else", rest)]
    lines = [f"| {what} | {ms:.1f} | {100 * ms / step:.0f} % |" for what, ms in rows]
    head = f"| of a step of {step:.0f} ms | ms | share |\n|---|---:|---:|"
    return "\n".join([head, *lines])


def main() -> None:
    asked = sys.argv[1:]
    if asked[:1] == ["--steps"]:
        take_steps(asked[1])
        return
    print("`python benchmarks/step_by_kind.py`; the log itself makes a step a little longer.")
    for case in asked or CASES:
        answer = subprocess.run(
            [sys.executable, __file__, "--steps", case],
            env={**environment(), "ONEDNN_VERBOSE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        name, batch, precision = case.split(":")
        print(f"\n## {name}, batch {batch}, {precision}\n\n{table(answer.stdout)}", flush=True)


if __name__ == "__main__":
    main()
