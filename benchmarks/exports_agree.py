"""Whether exports compute what Keras computes from the same weights, in all four forms.

    python benchmarks/exports_agree.py [--torch-python PYTHON] [NETWORK ...] -o FILE

For each network and form: the Keras model, the ONNX file and the folded one, and the generated
PyTorch file. (Generated Keras files are compared in tests/export.) In float64, where rounding is
negligible, exports must agree with Keras: that shows that they are the same function. The ONNX
file is run by onnx's reference evaluator there. In float32 each, Keras and onnxruntime too, is
compared with Keras in float64, which shows what rounding does to it.

PyTorch is found in this environment, or in that of PYTHON. Weights are those of seed 0 with random
gains and offsets, and the statistics of one batch in the batch norms, so that every weight matters.
results/exports_agree.md is put together from files that this wrote.
"""

import argparse
import gc
import os
import platform
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from explorer.export.code import code
from explorer.export.onnx_model import onnx_model
from explorer.export.torch_weights import to_torch
from resnext import FORMS, ResNeXtSpec, trace
from resnext.runtime import configure_environment
from resnext.weights import convert, read_weights, write_weights

NETWORKS = ("mini_resnext", "resnext29_8x64d", "resnext50_32x4d", "seresnext50_32x4d")
IMAGES = 2
WAYS = ("Keras", "ONNX", "ONNX, folded", "PyTorch code")
TEXT = """\
# Exports next to Keras

How far the class probabilities of an export are from those of Keras's grouped form in float64,
with the same weights: the largest difference over all classes and images, in units of the largest
probability of its image. {images} images; `python benchmarks/exports_agree.py`.

- **float64**: the export in float64, too, by PyTorch, and by onnx's reference evaluator for the
  first image. Rounding is negligible there, so the export is the same function. An ONNX file holds
  the epsilon of batch norm as a float32, 2.5e-8 off: that is what its column shows. Folded, there
  is none.
- **float32**: Keras, onnxruntime and PyTorch as they are used. Each rounds after every operation,
  in an order of its own. Keras in float32 is as far from the exact values as the exports are, so
  that a smaller distance between two of them would be chance.
- **ONNX − Keras**: onnxruntime less Keras, both in float32.
- **spread**: between the largest and the smallest logit of an image; a probability's relative error
  is the error of its logit.
"""
TORCH = """\
import runpy, sys
import numpy as np, torch
torch.set_num_threads(1)
model = runpy.run_path(sys.argv[1])["build_model"]()
state = np.load(sys.argv[2])
model.load_state_dict({key: torch.tensor(state[key]) for key in state.files})
images = torch.tensor(np.load(sys.argv[3]).transpose(0, 3, 1, 2).copy())
model.eval()
with torch.no_grad():
    np.save(sys.argv[4], model(images).numpy())
    np.save(sys.argv[5], model.double()(images.double()).numpy())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", metavar="NETWORK", default=NETWORKS)
    parser.add_argument("--torch-python", default=sys.executable, metavar="PYTHON")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    configure_environment()
    rows: list[list[str]] = []
    for name in arguments.networks:
        spec = ResNeXtSpec.from_name(name)
        rng = np.random.default_rng(0)
        images = rng.normal(size=(IMAGES, *spec.input_shape)).astype("float32")
        weights = calibrated(spec, rng)
        for padding in ("same", "symmetric"):
            forms = FORMS if padding == "same" else FORMS[:1]
            exact = run_keras(
                spec.replace(padding=padding), in_double(weights), images.astype("float64")
            )
            for form in forms:
                started = time.monotonic()
                changed = spec.replace(form=form, padding=padding)
                converted = convert(weights, "grouped", form)
                found = measure(changed, converted, images, exact, arguments.torch_python)
                rows.append([name, form, padding, *found])
                print(*rows[-1], f"{time.monotonic() - started:.0f} s", sep="  ", flush=True)
                # Written each time: what was measured stays if the rest is not waited for.
                arguments.output.write_text(page(rows, arguments.torch_python))


def calibrated(spec: ResNeXtSpec, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Weights of the grouped form, with the statistics of one batch in the batch norms."""
    import keras

    from resnext import build_model

    keras.utils.set_random_seed(0)
    graph, model = trace(spec), build_model(spec)
    weights = read_weights(model, graph)
    for name, value in weights.items():
        if name.endswith("/gamma"):
            weights[name] = rng.uniform(0.5, 1.5, value.shape).astype("float32")
        elif name.endswith(("/beta", "/bias")):
            weights[name] = rng.normal(0, 0.1, value.shape).astype("float32")
    write_weights(model, graph, weights)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(rng.normal(size=(2 * IMAGES, *spec.input_shape)).astype("float32"), training=True)
    weights = read_weights(model, graph)
    clear()
    return weights


def in_double(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same numbers as float64."""
    return {name: value.astype("float64") for name, value in weights.items()}


def measure(
    spec: ResNeXtSpec,
    weights: dict[str, np.ndarray],
    images: np.ndarray,
    exact: np.ndarray,
    python: str,
) -> list[str]:
    """The cells of a row; see `TEXT`."""
    double = [
        run_onnx(spec, in_double(weights), images.astype("float64"), folded)
        for folded in (False, True)
    ]
    single = [
        run_keras(spec, weights, images),
        *(run_onnx(spec, weights, images, folded) for folded in (False, True)),
    ]
    if torch_version(python):
        with tempfile.TemporaryDirectory() as folder:
            outputs = run_torch(spec, weights, images, Path(folder), python)
        single.append(outputs[0])
        double.append(outputs[1])
    found = [[f"{distance(output, exact):.1e}" for output in kind] for kind in (double, single)]
    if not torch_version(python):
        found = [[*cells, "–"] for cells in found]
    logarithms = np.log(exact)
    spread = (logarithms.max(axis=1) - logarithms.min(axis=1)).max()
    return [*found[0], *found[1], f"{distance(single[1], single[0]):.1e}", f"{spread:.0f}"]


def distance(output: np.ndarray, exact: np.ndarray) -> float:
    """The largest difference of a probability in units of the largest one of its image."""
    exact = exact[: len(output)]
    return float((np.abs(output - exact) / exact.max(axis=1, keepdims=True)).max())


def run_keras(spec: ResNeXtSpec, weights: dict[str, np.ndarray], images: np.ndarray) -> np.ndarray:
    """The output of our Keras model, computed in the type of the images."""
    import keras

    from resnext import build_model

    usual = keras.config.floatx()
    keras.config.set_floatx(images.dtype.name)
    keras.config.set_dtype_policy(images.dtype.name)
    try:
        model = build_model(spec)
        write_weights(model, trace(spec), weights)
        output = np.asarray(model(images))
    finally:
        keras.config.set_floatx(usual)
        keras.config.set_dtype_policy(usual)
    clear()
    assert output.dtype == images.dtype
    return output


def run_onnx(
    spec: ResNeXtSpec, weights: dict[str, np.ndarray], images: np.ndarray, folded: bool
) -> np.ndarray:
    """The output of the ONNX file by onnxruntime; in float64, which that lacks, by onnx's own
    evaluator, which is slow, for the first image."""
    model = onnx_model(spec, weights, folded=folded)
    entries = {"input": images.transpose(0, 3, 1, 2)}
    if images.dtype == np.float32:
        import onnxruntime

        data = model.SerializeToString()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        (output,) = session.run(["output"], entries)
    else:
        from onnx.reference import ReferenceEvaluator

        entries["input"] = entries["input"][:1]
        (output,) = ReferenceEvaluator(model).run(["output"], entries)
    assert output.dtype == images.dtype
    return output


def run_torch(
    spec: ResNeXtSpec, weights: dict[str, np.ndarray], images: np.ndarray, folder: Path, python: str
) -> tuple[np.ndarray, np.ndarray]:
    """The outputs of the generated file in float32 and in float64, in a process."""
    names = ("net.py", "state.npz", "images.npy", "single.npy", "double.npy")
    paths = [folder / name for name in names]
    paths[0].write_text(code(spec, "torch"))
    np.savez(paths[1], **to_torch(weights, trace(spec)))
    np.save(paths[2], images)
    subprocess.run([python, "-c", TORCH, *paths], check=True, stdout=subprocess.DEVNULL)
    return np.load(paths[3]), np.load(paths[4])


@cache
def torch_version(python: str) -> str:
    """The version of PyTorch in an environment; empty where it is missing."""
    command = [python, "-c", "import importlib.metadata as m; print(m.version('torch'))"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def clear() -> None:
    import keras

    keras.utils.clear_session()
    gc.collect()


def page(rows: list[list[str]], python: str) -> str:
    torch = torch_version(python)
    versions = [
        f"{name} {version(name)}" for name in ("tensorflow", "keras", "onnx", "onnxruntime")
    ]
    versions += [f"torch {torch}"] if torch else []
    heads = [*(f"{way}, float64" for way in WAYS[1:]), *(f"{way}, float32" for way in WAYS)]
    lines = [
        *TEXT.format(images=IMAGES).splitlines(),
        "",
        f"{platform.machine()}, {os.cpu_count()} CPUs; {', '.join(versions)}.",
        "",
        f"| network | form | padding | {' | '.join(heads)} | ONNX − Keras, float32 | spread |",
        "|---|---|---|" + "---|" * (len(heads) + 2),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
