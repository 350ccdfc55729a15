"""The work of an export to ONNX: it imports TensorFlow. See `explorer.export.job`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.building.job import MAX_PARAMS
from explorer.foreign.keras_graph import graph_of_keras
from explorer.foreign.own_spec import spec_of_graph
from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress
from resnext import Graph, ResNeXtSpec, trace
from resnext.errors import InputError
from resnext.weights import convert, read_weights


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Take the weights of a Keras model, and write the ONNX file."""
    progress("importing")
    keras = import_keras()

    from explorer.export.onnx_model import onnx_model

    progress("building")
    spec, weights = (
        _from_file(Path(request["file"]), request["form"])
        if request["file"]
        else _from_seed(ResNeXtSpec.from_dict(request["spec"]), request["seed"])
    )
    progress("writing")
    model = onnx_model(spec, weights, folded=request["folded"])
    path = Path(request["folder"]) / f"{spec.name}.onnx"
    data = model.SerializeToString()
    path.write_bytes(data)
    keras.utils.clear_session()  # the process stays for other work
    return Answer({"path": str(path), "size": len(data), "name": spec.name})


def built_as_onnx(spec: ResNeXtSpec, model: Any) -> bytes | None:
    """A Keras model of ours as an ONNX file; None if it has too many weights for one.

    Args:
        spec: Of the network.
        model: As `resnext.build_model` makes it.
    """
    from explorer.export.onnx_model import onnx_model

    graph = trace(spec)
    if sum(node.params for node in graph) > MAX_PARAMS:
        return None
    data: bytes = onnx_model(spec, read_weights(model, graph)).SerializeToString()
    return data


def _from_seed(spec: ResNeXtSpec, seed: int) -> tuple[ResNeXtSpec, dict[str, Any]]:
    """The weights of a new model."""
    import keras

    from resnext import build_model

    keras.utils.set_random_seed(seed)
    return spec, read_weights(build_model(spec), trace(spec))


def _from_file(path: Path, form: str | None) -> tuple[ResNeXtSpec, dict[str, Any]]:
    """The weights in a file, in another form if that is wanted."""
    from resnext import load_model

    spec = spec_of_graph(graph_of_keras(path))
    try:
        model = load_model(path)
    except Exception as error:  # Keras raises many kinds on files that are damaged
        raise InputError(f"{path.name} cannot be loaded: {str(error)[:200]}") from error
    graph: Graph = trace(spec)
    weights = read_weights(model, graph)
    if form and form != spec.form and spec.cardinality > 1:
        weights = convert(weights, spec.form, form)
    return spec.replace(form=form or spec.form), weights
