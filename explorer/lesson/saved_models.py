"""Trained networks: ``.keras`` files with the weights of a spec."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.foreign.keras_file import read_config
from explorer.foreign.keras_layer import KerasConfigError
from explorer.jobs.files import file_stamp
from resnext import ResNeXtSpec, SpecError, trace
from resnext.errors import InputError
from resnext.layer import keras_name, pad_name

if TYPE_CHECKING:
    from resnext.graph import Graph


@dataclass(frozen=True)
class Trained:
    """A trained network in a file.

    Attributes:
        path: Its ``.keras`` file.
        spec: Its network.
        title: Name on the page.
        source: Images it was trained on, as for `explorer.training.open_source`; "" if unknown.
        class_names: In label order; empty if unknown.
        stamp: Changes when the file changes, for caches; "" if there is no file yet.
    """

    path: Path
    spec: ResNeXtSpec
    title: str
    source: str = ""
    class_names: tuple[str, ...] = ()
    stamp: str = field(init=False, default="")

    def __post_init__(self) -> None:
        with contextlib.suppress(OSError):
            object.__setattr__(self, "stamp", file_stamp(self.path))

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names of its blocks that have more than one path."""
        return split_blocks(trace(self.spec.replace(form="grouped")))


def split_blocks(graph: Graph) -> tuple[str, ...]:
    """Names of the blocks with a grouped convolution, ``stage1/block1`` and so on."""
    return tuple(node.name.removesuffix("/conv2") for node in graph if node.kind == "GroupedConv2D")


def read_trained(path: Path, title: str = "", source: str = "") -> Trained:
    """The network in a ``.keras`` file that our builder wrote, found by its name.

    Only the configuration is read, as data.

    Raises:
        ValueError: It is another kind of file, or its network has no name here.
    """
    try:
        spec = _spec(read_config(path)["config"])
    except (OSError, KeyError, TypeError, IndexError, AttributeError, KerasConfigError) as error:
        raise InputError(
            f"The file must be a .keras model that this program built. Received {path.name!r}."
        ) from error
    except SpecError as error:
        raise InputError(f"{path.name} holds no network that has a name here. {error}") from error
    return Trained(path, spec, title or path.stem, source)


def _spec(config: dict[str, Any]) -> ResNeXtSpec:
    """The spec of a configuration: its name, form, input shape and classes."""
    layers = {layer["config"]["name"]: layer["config"] for layer in config["layers"]}
    spec = ResNeXtSpec.from_name(config["name"])
    form = next((form for form, mark in _MARKS if mark in layers), "grouped")
    shape = layers["input"]["batch_shape"][1:]
    classes = layers["classifier_dense"]["units"]
    padding = "symmetric" if any(name.endswith("_pad") for name in layers) else "same"
    spec = spec.replace(form=form, input_shape=tuple(shape), classes=classes, padding=padding)
    if keras_names(trace(spec)) != set(layers):
        raise SpecError(f"Its layers are not those of {spec.name}.")
    return spec


# A layer that marks each form; the first that is found decides.
_MARKS = (
    ("aggregated", "stage1_block1_path1_conv3"),
    ("concatenated", "stage1_block1_path1_conv1"),
    ("split", "stage1_block1_path1_conv2"),
)


def keras_names(graph: Graph) -> set[str]:
    """Names of the layers of a graph's Keras model."""
    zeros = {pad_name(node.name) for node in graph if node.layer.keras_zeros}
    return zeros | {keras_name(node.name) for node in graph}


def load_grouped(path: Path, spec: ResNeXtSpec) -> tuple[Any, Graph]:
    """The Keras model in the grouped form, whatever form it was trained in, and its graph.

    Imports TensorFlow, so call it in a worker process. The last networks are cached until their
    files change; do not modify them.

    Raises:
        ValueError: The file does not hold this network.
    """
    return _load_grouped(path, file_stamp(path), spec)


@lru_cache(maxsize=2)
def _load_grouped(path: Path, stamp: str, spec: ResNeXtSpec) -> tuple[Any, Graph]:
    from resnext import build_model, load_model
    from resnext.weights import convert, read_weights, write_weights

    model = load_model(path)
    grouped = spec.replace(form="grouped")
    graph = trace(grouped)
    if {layer.name for layer in model.layers} != keras_names(trace(spec)):
        raise InputError(f"{path.name} does not hold a {spec.name} as this program builds it.")
    if spec.form != "grouped":
        weights = convert(read_weights(model, trace(spec)), spec.form, "grouped")
        model = build_model(grouped)
        write_weights(model, graph, weights)
    return model, graph
