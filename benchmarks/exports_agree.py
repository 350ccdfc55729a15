"""Whether exports compute what Keras computes from the same weights, in all four forms.

    python benchmarks/exports_agree.py [--torch-python PYTHON] [NETWORK ...]

For each network and form: the Keras model, the ONNX file and the folded one in onnxruntime, and the
generated PyTorch file. (Generated Keras files are compared in tests/export.) PyTorch is found in
this environment, or in that of PYTHON. Weights are those of seed 0 with random gains and offsets,
and the statistics of one batch in the batch norms, so that every weight matters. Writes
benchmarks/results/exports_agree.md: the largest difference of a class probability relative to the
largest probability of its image, and relative to the probability itself, over all classes and
images.
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
RESULTS = Path(__file__).parent / "results" / "exports_agree.md"
IMAGES = 2
COLUMNS = ("ONNX", "ONNX, folded", "PyTorch code", "worst of each probability")
TORCH = """\
import runpy, sys
import numpy as np, torch
torch.set_num_threads(2)
model = runpy.run_path(sys.argv[1])["build_model"]()
state = np.load(sys.argv[2])
model.load_state_dict({key: torch.tensor(state[key]) for key in state.files})
with torch.no_grad():
    images = torch.tensor(np.load(sys.argv[3]).transpose(0, 3, 1, 2).copy())
    np.save(sys.argv[4], model.eval()(images).numpy())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", metavar="NETWORK", default=NETWORKS)
    parser.add_argument("--torch-python", default=sys.executable, metavar="PYTHON")
    parser.add_argument("-o", "--output", type=Path, default=RESULTS)
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
            for form in forms:
                started = time.monotonic()
                changed = spec.replace(form=form, padding=padding)
                found = measure(changed, convert(weights, "grouped", form), images, arguments)
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


def measure(
    spec: ResNeXtSpec,
    weights: dict[str, np.ndarray],
    images: np.ndarray,
    arguments: argparse.Namespace,
) -> list[str]:
    """The largest relative difference of each export's output from that of our Keras model."""
    from resnext import build_model

    model = build_model(spec)
    write_weights(model, trace(spec), weights)
    expected = np.asarray(model(images))
    del model
    clear()
    outputs = [run_onnx(spec, weights, images, folded) for folded in (False, True)]
    with tempfile.TemporaryDirectory() as folder:
        outputs.append(run_torch(spec, weights, images, Path(folder), arguments.torch_python))
    largest = expected.max(axis=1, keepdims=True)
    found = ["–" if y is None else f"{np.abs((y - expected) / largest).max():.1e}" for y in outputs]
    each = max(np.abs(y / expected - 1).max() for y in outputs if y is not None)
    return [*found, f"{each:.1e}"]


def run_onnx(
    spec: ResNeXtSpec, weights: dict[str, np.ndarray], images: np.ndarray, folded: bool
) -> np.ndarray:
    import onnxruntime

    data = onnx_model(spec, weights, folded=folded).SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (output,) = session.run(["output"], {"input": images.transpose(0, 3, 1, 2)})
    return output


def run_torch(
    spec: ResNeXtSpec, weights: dict[str, np.ndarray], images: np.ndarray, folder: Path, python: str
) -> np.ndarray | None:
    """The output of the generated file, in a process; None where PyTorch is missing."""
    if not torch_version(python):
        return None
    paths = [folder / name for name in ("net.py", "state.npz", "images.npy", "output.npy")]
    paths[0].write_text(code(spec, "torch"))
    np.savez(paths[1], **to_torch(weights, trace(spec)))
    np.save(paths[2], images)
    subprocess.run([python, "-c", TORCH, *paths], check=True, stdout=subprocess.DEVNULL)
    return np.load(paths[3])


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
    lines = [
        "# Exports next to Keras",
        "",
        "The largest difference of a class probability between our Keras model and each export",
        "with the same weights, relative to the largest probability of its image; in the last",
        "column relative to the probability itself, which may be a millionth. "
        f"{IMAGES} images, all classes;",
        "`python benchmarks/exports_agree.py`.",
        "",
        f"{platform.machine()}, {os.cpu_count()} CPUs; {', '.join(versions)}.",
        "",
        f"| network | form | padding | {' | '.join(COLUMNS)} |",
        "|---|---|---|" + "---|" * len(COLUMNS),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
