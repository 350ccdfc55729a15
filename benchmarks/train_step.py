"""Milliseconds a sample of a training step: ours, the zoo's split form, PyTorch's, and compiled.

    python benchmarks/train_step.py [--cases mini_resnext:32 ...] [--rounds 5] [--skip-start]
                                    [--small-pages]

Each contender lives in a process of its own and they take turns, a round each, so that whatever
else the machine does falls on all of them. Prints the medians of the rounds and their ratios, and
the time from pressing start to the first point on the curve. A large matrix product takes its
turn, too: the share of the limit is a step's multiply-adds a second, three times those of
inference, of those of the product. ``torch.compile`` needs a C++ compiler and is left out without
one. All have large memory pages, as processes of this program do, or with ``--small-pages`` none.
Where the machine has a matrix unit, ours and PyTorch are timed in bfloat16, too (PyTorch
under its autocast); like is compared with like. All are on the GPU if TensorFlow sees one; that
was not tried yet.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from race import Call, least_ms, product, race

from explorer.analysis.report import analyse
from explorer.training.engine.batches import augmented, normalised
from explorer.training.engine.device import configuration, first_card
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import start
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

CASES = ("mini_resnext:32", "mini_resnext:128", "resnext29_32x4d:32", "resnext50_32x4d:8")
ROUND_SECONDS = 6.0
DEVICE = "RESNEXT_BENCHMARK_DEVICE"  # of PyTorch, told to the processes of the contenders
Step = Callable[[np.ndarray, np.ndarray, int], object]


def ours(spec: ResNeXtSpec, batch: int, precision: str) -> Step:
    from resnext.runtime import configure_environment

    configure_environment()
    from explorer.training.engine.network import Network, configure

    configure(os.cpu_count() or 1)
    recipe = Recipe(batch_size=batch, learning_rate=0.01, precision=precision)
    network = Network(spec, recipe, batch)
    return lambda x, y, n: network.step(augmented(x, recipe, n), y, 0.01, n)


def zoo(spec: ResNeXtSpec, batch: int, precision: str) -> Step:
    """The zoo's split form and recipe with Keras's own layers; XLA off, which helps it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    from plain_networks import keras_network

    model = keras_network(spec)
    model.compile(
        keras.optimizers.Adam(0.001),
        "sparse_categorical_crossentropy",
        metrics=["acc"],
        jit_compile=False,
    )
    return lambda x, y, n: model.train_on_batch(normalised(x), y)


def pytorch(spec: ResNeXtSpec, batch: int, precision: str) -> Step:
    """Eager, channels last."""
    return torch_step(spec, batch, precision, compiled=False)


def compiled(spec: ResNeXtSpec, batch: int, precision: str) -> Step:
    """The same under ``torch.compile`` with its default settings."""
    return torch_step(spec, batch, precision, compiled=True)


def torch_step(spec: ResNeXtSpec, batch: int, precision: str, compiled: bool) -> Step:
    import torch
    from plain_networks import torch_network

    torch.set_num_threads(os.cpu_count() or 1)
    device = os.environ[DEVICE]  # TensorFlow cannot be asked: with PyTorch it crashes
    recipe = Recipe(batch_size=batch)
    model = torch_network(spec).to(device, memory_format=torch.channels_last)
    kernels = [weight for weight in model.parameters() if weight.ndim > 1]
    others = [weight for weight in model.parameters() if weight.ndim <= 1]
    optimizer = torch.optim.SGD(
        [{"params": kernels, "weight_decay": 5e-4}, {"params": others}],
        lr=0.01,
        momentum=0.9,
        nesterov=True,
    )
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    forward = torch.compile(model) if compiled else model

    def step(x: np.ndarray, y: np.ndarray, number: int) -> object:
        given = torch.from_numpy(normalised(augmented(x, recipe, number)))
        images = given.to(device).permute(0, 3, 1, 2)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16, enabled=precision == "bfloat16"):
            logits = forward(images)
        value = loss(logits.float(), torch.from_numpy(y).to(device))
        value.backward()
        optimizer.step()
        return value.item()

    return step


CONTENDERS = {
    "ours": ours,
    "zoo": zoo,
    "pytorch": pytorch,
    "compiled": compiled,
}


def contender(who: str, precision: str, name: str, batch: int) -> Call:
    """A step on random images, made in the contender's process."""
    spec = ResNeXtSpec.from_name(name)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (batch, *spec.input_shape)).astype(np.uint8)
    labels = rng.integers(0, spec.classes, batch)
    step, number = CONTENDERS[who](spec, batch, precision), itertools.count()
    return lambda: step(images, labels, next(number))


def first_point() -> float:
    """Return the seconds from pressing start to the first point on the curve."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(folder)
        began = time.perf_counter()
        run = start(store, ResNeXtSpec.from_name("mini_resnext"), Recipe(), "synthetic")
        while not store.snapshot(run).points:
            time.sleep(0.05)
            if store.snapshot(run).state == "failed":
                raise SystemExit(store.snapshot(run).reason)
        seconds = time.perf_counter() - began
        store.request(run, "stop")
        while store.snapshot(run).is_active:
            time.sleep(0.1)
        return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=CASES, metavar="NETWORK:BATCH")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-start", action="store_true")
    parser.add_argument("--small-pages", action="store_true")
    asked = parser.parse_args()
    os.environ[DEVICE] = "cuda" if first_card() else "cpu"
    precisions = list(dict.fromkeys([configuration("auto").precision, "float32"]))
    peers = ["ours"]
    if importlib.util.find_spec("torch"):
        peers += ["pytorch", *(["compiled"] if shutil.which("c++") else [])]
    field = [(who, precision) for precision in precisions for who in peers] + [("zoo", "float32")]
    print(
        "| network | batch | precision | ours | PyTorch | torch.compile | zoo "
        "| ours / faster PyTorch | ours / zoo | share of the product: ours | faster PyTorch |"
    )
    print("|---|" + "---:|" * 10)
    for case in asked.cases:
        name, _, batch = case.partition(":")
        macs = analyse(name).totals.macs or 0
        makers: dict[tuple[str, str], Callable[[], Call]] = {
            key: partial(contender, *key, name, int(batch)) for key in field
        }
        makers |= {("product", each): partial(product, each) for each in precisions}
        small = list(makers) if asked.small_pages else []
        calls = race(makers, asked.rounds, ROUND_SECONDS, small)
        median = {key: ms / int(batch) for key, ms in calls.items()}  # a sample
        zoos = median["zoo", "float32"]
        for precision in precisions:
            own = median["ours", precision]
            torch, fused = (
                median.get((who, precision), float("nan")) for who in ("pytorch", "compiled")
            )
            faster = torch if math.isnan(fused) else min(torch, fused)
            least = least_ms(3 * macs, calls["product", precision])
            print(
                f"| {name} | {batch} | {precision} | {own:.2f} | {torch:.2f} | {fused:.2f} "
                f"| {zoos:.2f} | {own / faster:.2f} | {own / zoos:.2f} | {least / own:.2f} "
                f"| {least / faster:.2f} |",
                flush=True,
            )
    if not asked.skip_start:
        print(f"\nFrom start to the first point: {first_point():.1f} s")


if __name__ == "__main__":
    main()
