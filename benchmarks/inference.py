"""Milliseconds of an inference: Keras, with constant weights, PyTorch and ONNX Runtime.

    python benchmarks/inference.py [--cases resnext50_32x4d:1 ...] [--rounds 5]

Each contender lives in a process of its own and they take turns. Constant weights: the same Keras
model as one graph in which every weight is a constant (`resnext.keras.frozen`). PyTorch: eager and
``torch.compile``, channels last. ONNX Runtime runs the file that ``export`` writes. Weights are
random; all in float32, with a thread for each core. A large matrix product takes its turn, too: the
share of the limit is the network's multiply-adds a second, of those of the product.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from race import Call, least_ms, product, race

from explorer.analysis.report import analyse
from resnext import ResNeXtSpec

CASES = ("resnet50:1", "resnext50_32x4d:1", "resnet50:32", "resnext50_32x4d:32")
ROUND_SECONDS = 3.0


def images(spec: ResNeXtSpec, batch: int) -> np.ndarray:
    """The same random images for all."""
    return np.random.default_rng(0).normal(size=(batch, *spec.input_shape)).astype(np.float32)


def keras(name: str, batch: int) -> Call:
    """As a person calls it: the model in a ``tf.function``."""
    from resnext.runtime import configure_environment

    configure_environment()
    import tensorflow as tf

    from resnext.keras.builder import build_model

    spec = ResNeXtSpec.from_name(name)
    model, values = build_model(spec), tf.constant(images(spec, batch))
    forward = tf.function(lambda x: model(x, training=False), jit_compile=False)
    return lambda: forward(values).numpy()


def frozen(name: str, batch: int) -> Call:
    from resnext.runtime import configure_environment

    configure_environment()
    from resnext.keras.builder import build_model
    from resnext.keras.frozen import frozen as freeze

    spec = ResNeXtSpec.from_name(name)
    forward, values = freeze(build_model(spec)), images(spec, batch)
    return lambda: forward(values)


def pytorch(name: str, batch: int, compiled: bool) -> Call:
    import torch
    from plain_networks import torch_network

    torch.set_num_threads(os.cpu_count() or 1)
    spec = ResNeXtSpec.from_name(name)
    model = torch_network(spec).eval().to(memory_format=torch.channels_last)
    forward = torch.compile(model) if compiled else model
    values = torch.from_numpy(images(spec, batch)).permute(0, 3, 1, 2)

    def call() -> object:
        with torch.inference_mode():
            return forward(values).numpy()

    return call


def onnx(name: str, batch: int, path: str) -> Call:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    values = images(ResNeXtSpec.from_name(name), batch).transpose(0, 3, 1, 2).copy()
    return lambda: session.run(None, {session.get_inputs()[0].name: values})


def main() -> None:
    from explorer.export.job import start_export, timed_as_onnx

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="*", default=CASES, metavar="NETWORK:BATCH")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(
        "| network | batch | Keras | constant weights | PyTorch | torch.compile | ONNX Runtime "
        "| Keras / faster PyTorch | constant weights / faster PyTorch "
        "| constant weights / ONNX Runtime "
        "| share of the product: Keras | constant weights | faster PyTorch | ONNX Runtime |\n"
        "|---|" + "---:|" * 13
    )
    for case in asked.cases:
        name, _, batch = case.partition(":")
        field: dict[str, Callable[[], Call]] = {
            "product": partial(product, "float32"),
            "keras": partial(keras, name, int(batch)),
            "frozen": partial(frozen, name, int(batch)),
        }
        if importlib.util.find_spec("torch"):
            field["pytorch"] = partial(pytorch, name, int(batch), False)
            if shutil.which("c++"):
                field["compiled"] = partial(pytorch, name, int(batch), True)
        export = start_export(ResNeXtSpec.from_name(name)) if timed_as_onnx() else None
        try:
            if export is not None:
                field["onnx"] = partial(onnx, name, int(batch), str(export.wait().path))
            ms = race(field, asked.rounds, ROUND_SECONDS)
        finally:
            if export is not None:
                export.close()
        nan = float("nan")
        cells = [ms.get(who, nan) for who in ("keras", "frozen", "pytorch", "compiled", "onnx")]
        keras_ms, own, eager, fused, onnx_ms = cells
        torch = eager if math.isnan(fused) else min(eager, fused)
        least = least_ms(int(batch) * (analyse(name).totals.macs or 0), ms["product"])
        ratios = [keras_ms / torch, own / torch, own / onnx_ms]
        ratios += [least / each for each in (keras_ms, own, torch, onnx_ms)]
        print(
            f"| {name} | {batch} | "
            + " | ".join(f"{cell:.1f}" for cell in cells)
            + " | "
            + " | ".join(f"{ratio:.2f}" for ratio in ratios)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
