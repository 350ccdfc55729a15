"""The work of a build: it imports TensorFlow. See `explorer.building.job`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.building.job import Agreement, BuildResult
from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress
from resnext import ResNeXtSpec, trace
from resnext.layer import pad_name


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Build, compare, summarise and save."""
    started = time.monotonic()
    spec, folder = ResNeXtSpec.from_dict(request["spec"]), Path(request["folder"])
    progress("importing")
    keras = import_keras()

    from resnext import build_model

    progress("building")
    building = time.monotonic()
    keras.utils.set_random_seed(request["seed"])
    model = build_model(spec)
    build_seconds = time.monotonic() - building
    progress("comparing")
    rows = compare_layers(spec, model)
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text), line_length=100)
    progress("saving")
    path = folder / f"{spec.name}.keras"
    model.save(path)
    result = BuildResult(
        rows=rows,
        summary="\n".join(lines),
        total_params=model.count_params(),
        model_path=path,
        seconds=time.monotonic() - started,
        build_seconds=build_seconds,
    )
    keras.utils.clear_session()  # the process stays for other work
    return Answer({**asdict(result), "model_path": str(path)})


def compare_layers(spec: ResNeXtSpec, model: Any) -> tuple[Agreement, ...]:
    """Set the spec's graph and a Keras model side by side, layer by layer."""
    layers = {layer.name: layer for layer in model.layers}
    rows = []
    for node in trace(spec):
        if zeros := node.layer.keras_zeros:
            # Keras adds them in a separate layer, which the graph does not have.
            height, width, channels = node.input_shapes[0]
            shape = (height + 2 * zeros, width + 2 * zeros, channels)
            pad = layers.pop(pad_name(node.name), None)
            rows.append(_agreement(f"{node.name}_pad", pad, "ZeroPadding2D", shape, 0))
        layer = layers.pop(node.name.replace("/", "_"), None)
        rows.append(_agreement(node.name, layer, node.kind, node.output_shape, node.total_params))
    rows += [_agreement(name, layer) for name, layer in layers.items()]
    return tuple(rows)


def _agreement(
    name: str,
    layer: Any,
    kind: str | None = None,
    shape: tuple[int, ...] | None = None,
    total_params: int | None = None,
) -> Agreement:
    return Agreement(
        name=name,
        kind=kind,
        keras_kind=None if layer is None else type(layer).__name__,
        output_shape=shape,
        keras_output_shape=None if layer is None else tuple(layer.output.shape[1:]),
        total_params=total_params,
        keras_params=None if layer is None else layer.count_params(),
    )
