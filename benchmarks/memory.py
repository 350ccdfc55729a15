"""Predicted peak memory of a step against real steps of TensorFlow, each in a process of its own.

    python benchmarks/memory.py [--cases resnext50_32x4d:train:16:float32:sgd:grouped ...]
    python benchmarks/memory.py --trace --out benchmarks/results/memory.md \
        --csv explorer/cost/measured_memory.csv

A process imports TensorFlow and takes a step of a tiny network of the same kind, so that code and
thread pools are loaded; its resident memory is then the idle baseline. It builds the network, takes
`STEPS` steps, and the peak of resident memory (VmHWM of /proc/self/status, reset before) less the
baseline is "measured". A training step is that of `explorer.training.engine.network`; inference
calls the model in a `tf.function`.

With ``--trace`` a second process takes one step under TensorFlow's profiler, whose trace of the
allocator gives the bytes that were in use at the peak ("in use"): without the holes that the
allocator leaves between tensors, the program, and allocations below 256 KiB, which go elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import glob
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.cost.measured import is_near
from explorer.cost.memory import memory
from explorer.cost.settings import Settings
from resnext import ResNeXtSpec

STEPS = 4
THREADS = 2
MIB = 2**20
CASES = (
    "mini_resnext:train:256:float32:sgd:grouped",
    "resnext29_32x4d:train:64:float32:sgd:grouped",
    "resnext29_8x64d:train:16:float32:sgd:grouped",
    "resnext50_32x4d:train:8:float32:sgd:grouped",
    "resnext50_32x4d:train:8:float32:adam:grouped",
    "resnext50_32x4d:train:8:bfloat16:sgd:grouped",
    "resnet50:train:16:float32:sgd:grouped",
    "seresnext50_32x4d:train:8:float32:sgd:grouped",
    "resnext101_32x4d:train:4:float32:sgd:grouped",
    "resnext29_8x4d:train:32:float32:sgd:grouped",
    "resnext29_8x4d:train:32:float32:sgd:split",
    "resnext29_8x4d:train:32:float32:sgd:concatenated",
    "resnext29_8x4d:train:32:float32:sgd:aggregated",
    "resnext29_32x4d:infer:128:float32:sgd:grouped",
    "resnext50_32x4d:infer:64:float32:sgd:grouped",
    "resnext50_32x4d:infer:64:bfloat16:sgd:grouped",
    "resnext101_32x4d:infer:32:float32:sgd:grouped",
    "resnext29_8x4d:infer:64:float32:sgd:aggregated",
    # Small batches, the smallest network and its forms: what a layer adds weighs most here.
    "mini_resnext:train:32:float32:sgd:grouped",
    "mini_resnext:train:32:float32:sgd:split",
    "resnext50_32x4d:train:1:float32:sgd:grouped",
    "resnext50_32x4d:train:4:float32:sgd:split",
    "mini_resnext:infer:1:float32:sgd:grouped",
    "resnext29_32x4d:infer:1:float32:sgd:grouped",
    "resnet50:infer:1:float32:sgd:grouped",
    "resnext50_32x4d:infer:1:float32:sgd:grouped",
    "resnext50_32x4d:infer:8:float32:sgd:grouped",
    "resnext50_32x4d:infer:1:float32:sgd:split",
    "resnext29_8x4d:infer:64:float32:sgd:split",
    "resnext29_8x4d:infer:64:float32:sgd:concatenated",
    "resnext29_8x4d:infer:1:float32:sgd:aggregated",
    "resnext101_32x4d:infer:1:float32:sgd:grouped",
    "mini_resnext:infer:256:float32:sgd:grouped",
    "seresnext50_32x4d:infer:16:float32:sgd:grouped",
)


class Case(NamedTuple):
    """One network and step."""

    name: str
    mode: str
    batch: int
    precision: str
    optimizer: str
    form: str

    @classmethod
    def read(cls, text: str) -> Case:
        """From ``name:mode:batch:precision:optimizer:form``."""
        name, mode, batch, precision, optimizer, form = text.split(":")
        return cls(name, mode, int(batch), precision, optimizer, form)

    @property
    def text(self) -> str:
        """As `read` takes it."""
        return ":".join(map(str, self))

    @property
    def spec(self) -> ResNeXtSpec:
        """The network."""
        return ResNeXtSpec.from_name(self.name, form=self.form)

    @property
    def settings(self) -> Settings:
        """The step."""
        return Settings(self.batch, self.mode == "train", self.precision, self.optimizer)


def resident(field: str) -> int:
    """Bytes of a line of /proc/self/status."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def stepper(case: Case, spec: ResNeXtSpec, batch: int) -> Any:
    """A function that takes one step; building the network is part of what is measured."""
    import numpy as np
    import tensorflow as tf

    from explorer.training.engine.network import Network
    from explorer.training.engine.precision import computing_in
    from explorer.training.engine.recipe import Recipe
    from resnext import build_model

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (batch, *spec.input_shape)).astype(np.uint8)
    labels = rng.integers(0, spec.classes, batch)
    if case.mode == "train":
        recipe = Recipe(batch_size=batch, precision=case.precision, optimizer=case.optimizer)
        network = Network(spec, recipe, batch)
        return lambda number: network.step(images, labels, 1e-3, number)
    model = build_model(spec)

    def call(x: Any) -> Any:
        with computing_in(model, case.precision):
            return model((tf.cast(x, tf.float32) - 128) / 64, training=False)

    function = tf.function(call, jit_compile=False)
    return lambda number: function(tf.constant(images)).numpy()


def prepare() -> None:
    """Import TensorFlow with the app's settings."""
    from resnext.runtime import configure_environment

    configure_environment(THREADS)
    from explorer.training.engine.network import configure

    configure(THREADS)


def measure(case: Case) -> int:
    """Bytes of the peak above the idle baseline, in this process."""
    prepare()
    tiny = ResNeXtSpec(
        blocks=(2, 2),
        cardinality=2,
        width=8,
        input_shape=(32, 32, 3),
        classes=10,
        stem="cifar",
        form=case.form,
        attention=case.spec.attention,
    )
    warm = stepper(case, tiny, 2)
    for number in range(2):
        warm(number)
    del warm
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM (proc(5))
    before = resident("VmRSS")
    step = stepper(case, case.spec, case.batch)
    for number in range(STEPS):
        step(number)
    return resident("VmHWM") - before


def trace(case: Case) -> int:
    """Bytes in use at the allocator's peak, in one step after two others."""
    prepare()
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    step = stepper(case, case.spec, case.batch)
    step(0)
    with tempfile.TemporaryDirectory() as folder:
        options = tf.profiler.experimental.ProfilerOptions(host_tracer_level=3)
        tf.profiler.experimental.start(folder, options)
        step(1)
        tf.profiler.experimental.stop()
        (path,) = glob.glob(f"{folder}/**/*.xplane.pb", recursive=True)
        space = xplane_pb2.XSpace.FromString(Path(path).read_bytes())
    most = 0
    for plane in space.planes:
        stats = plane.stat_metadata
        for line in plane.lines:
            for event in line.events:
                if not plane.event_metadata[event.metadata_id].name.startswith("Memory"):
                    continue
                for stat in event.stats:
                    if stats[stat.metadata_id].name == "bytes_allocated":
                        most = max(most, stat.int64_value or stat.uint64_value)
    return most


def child(case: Case, what: str) -> int:
    """What a process of its own finds."""
    command = [sys.executable, __file__, "--child", what, "--cases", case.text]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return int(json.loads(done.stdout.splitlines()[-1]))


def row(case: Case, traced: bool) -> tuple[str, str]:
    """A line of the table, and of the package's table of what was measured."""
    found = memory(case.spec, case.settings)
    used = child(case, "trace") if traced else 0
    measured = round(child(case, "measure") / MIB) * MIB  # as the package's table has it
    ratio = f"{found.peak_bytes / measured:.2f}"
    mode = "training" if case.mode == "train" else "inference"
    step = f"{mode}, {case.optimizer}" if case.mode == "train" else mode
    cells = [
        case.name if case.form == "grouped" else f"{case.name} ({case.form})",
        step,
        case.batch,
        case.precision,
        f"{found.tensor_bytes / MIB:,.0f}",
        f"{used / MIB:,.0f}" if used else "",
        f"{found.peak_bytes / MIB:,.0f}",
        f"{measured / MIB:,.0f}",
        ratio if is_near(found.peak_bytes, measured) else f"**{ratio}**",
    ]
    plain = (case.name, "training" if case.mode == "train" else "inference", case.batch,
             case.precision, case.optimizer, case.form, round(measured / MIB))  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |", ",".join(map(str, plain))


HEAD = """\
| network | step | batch | precision | tensors, MiB | in use, MiB | predicted, MiB | measured, MiB | ratio |
|---|---|---:|---|---:|---:|---:|---:|---:|"""  # noqa: E501


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=CASES)
    parser.add_argument("--child", choices=("measure", "trace"))
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--csv", type=Path)
    asked = parser.parse_args()
    cases = [Case.read(text) for text in asked.cases]
    if asked.child:
        with contextlib.redirect_stdout(io.StringIO()):
            found = measure(cases[0]) if asked.child == "measure" else trace(cases[0])
        print(json.dumps(found))
        return
    lines = HEAD.splitlines()
    print(HEAD, flush=True)
    table = ["network,mode,batch,precision,optimizer,form,measured_mib"]
    for case in cases:
        line, plain = row(case, asked.trace)
        lines.append(line)
        table.append(plain)
        print(line, flush=True)
    if asked.out:
        asked.out.write_text("\n".join(lines) + "\n")
    if asked.csv:
        asked.csv.write_text("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
