"""The process of a build: ``python -m explorer.build_worker FOLDER``. See `explorer.building`."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.building import Agreement, BuildResult, too_long, write_json
from explorer.priority import step_back
from resnext import ResNeXtSpec, trace


def compare_layers(spec: ResNeXtSpec, model: Any) -> tuple[Agreement, ...]:
    """Set the spec's graph and a Keras model side by side, layer by layer."""
    layers = {layer.name: layer for layer in model.layers}
    rows = []
    for node in trace(spec):
        layer = layers.pop(node.name.replace("/", "_"), None)
        rows.append(_agreement(node.name, layer, node.kind, node.output_shape, node.params))
    rows += [_agreement(name, layer) for name, layer in layers.items()]
    return tuple(rows)


def build(spec: ResNeXtSpec, folder: Path) -> BuildResult:
    """Build, compare, summarise and save; runs where TensorFlow may be imported."""
    started = time.monotonic()
    _progress(folder, "importing")
    import keras  # noqa: F401  (so that the build's own time can be told apart)

    from resnext import build_model

    _progress(folder, "building")
    building = time.monotonic()
    model = build_model(spec)
    build_seconds = time.monotonic() - building
    _progress(folder, "comparing")
    rows = compare_layers(spec, model)
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text), line_length=100)
    _progress(folder, "saving")
    path = folder / f"{spec.name}.keras"
    model.save(path)
    return BuildResult(
        rows=rows,
        summary="\n".join(lines),
        params=model.count_params(),
        model_path=path,
        seconds=time.monotonic() - started,
        build_seconds=build_seconds,
    )


def main(folder: Path) -> None:
    """Carry out the request in a folder and leave the result there."""
    request = json.loads((folder / "request.json").read_text())
    step_back()
    # The page may be gone by then; the build must end all the same.
    timer = threading.Timer(request["seconds"], _give_up, (folder, request["seconds"]))
    timer.daemon = True
    timer.start()
    try:
        result = build(ResNeXtSpec.from_dict(request["spec"]), folder)
    except MemoryError:
        result = BuildResult(error="This network does not fit into memory.")
    except Exception as error:  # whatever it is, the page gets a sentence
        words = " ".join(str(error).split())[:300]
        result = BuildResult(error=f"Keras could not build this network: {words}")
    write_json(folder / "result.json", asdict(result))


def _agreement(
    name: str,
    layer: Any,
    kind: str | None = None,
    shape: tuple[int, ...] | None = None,
    params: int | None = None,
) -> Agreement:
    return Agreement(
        name=name,
        kind=kind,
        keras_kind=None if layer is None else type(layer).__name__,
        output_shape=shape,
        keras_output_shape=None if layer is None else tuple(layer.output.shape[1:]),
        params=params,
        keras_params=None if layer is None else layer.count_params(),
    )


def _progress(folder: Path, phase: str) -> None:
    write_json(folder / "progress.json", {"phase": phase})


def _give_up(folder: Path, seconds: float) -> None:
    write_json(
        folder / "result.json", asdict(BuildResult(error=too_long(seconds), seconds=seconds))
    )
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
