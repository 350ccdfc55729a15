"""Trained networks to look into: files with the weights of a spec, found or given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.keras_file import read_config
from explorer.keras_layer import KerasConfigError
from resnext import ResNeXtSpec, SpecError, trace

if TYPE_CHECKING:
    from resnext.graph import Graph


@dataclass(frozen=True)
class Trained:
    """A trained network that lies in a file.

    Attributes:
        path: Its ``.keras`` file.
        spec: The network that it is.
        title: What a person calls it.
        source: What it was trained on, as `explorer.training.open_source` reads it; "" if
            that is not known.
        class_names: In label order; empty if not known.
    """

    path: Path
    spec: ResNeXtSpec
    title: str
    source: str = ""
    class_names: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[str, ...]:
        """The places of its blocks that have more than one path."""
        return split_blocks(trace(self.spec.replace(form="grouped")))


def split_blocks(graph: Graph) -> tuple[str, ...]:
    """The places of the blocks with a grouped convolution, ``stage1/block1`` and so on."""
    return tuple(node.name.removesuffix("/conv2") for node in graph if node.kind == "GroupedConv2D")


def read_trained(path: Path, title: str = "", source: str = "") -> Trained:
    """The network in a ``.keras`` file, by the name that our builder gave it.

    Only its configuration is read, as data.

    Raises:
        ValueError: It is no such file, or no network that this program can name.
    """
    try:
        spec = _spec(read_config(path)["config"])
    except (OSError, KeyError, TypeError, IndexError, AttributeError, KerasConfigError) as error:
        raise ValueError(
            f"The file must be a .keras model that this program built. Received {path.name!r}."
        ) from error
    except SpecError as error:
        raise ValueError(f"{path.name} holds no network that has a name here. {error}") from error
    return Trained(path, spec, title or path.stem, source)


def _spec(config: dict[str, Any]) -> ResNeXtSpec:
    """The spec of a configuration: its name, and the input and classes that were chosen."""
    layers = {layer["config"]["name"]: layer["config"] for layer in config["layers"]}
    spec = ResNeXtSpec.from_name(config["name"])
    form = next((form for form, mark in _MARKS if mark in layers), "grouped")
    shape = layers["input"]["batch_shape"][1:]
    classes = layers["classifier_dense"]["units"]
    spec = spec.replace(form=form, input_shape=tuple(shape), classes=classes)
    expected = {node.name.replace("/", "_") for node in trace(spec)}
    if expected != set(layers):
        raise SpecError(f"Its layers are not those of {spec.name}.")
    return spec


# A layer that only this form has, most telling first.
_MARKS = (
    ("aggregated", "stage1_block1_path1_conv3"),
    ("concatenated", "stage1_block1_path1_conv1"),
    ("split", "stage1_block1_path1_conv2"),
)


def load_grouped(path: Path, spec: ResNeXtSpec) -> tuple[Any, Graph]:
    """The Keras model in the grouped form, whatever form it was trained in, and its graph.

    It imports TensorFlow and belongs in a process of its own. The last networks are kept, as long
    as their files do not change; they are for reading only.

    Raises:
        ValueError: The file does not hold this network.
    """
    return _load_grouped(path, path.stat().st_mtime_ns, spec)


@lru_cache(maxsize=2)
def _load_grouped(path: Path, changed: int, spec: ResNeXtSpec) -> tuple[Any, Graph]:
    from resnext import build_model, load_model
    from resnext.weights import convert, read_weights, write_weights

    model = load_model(path)
    grouped = spec.replace(form="grouped")
    graph = trace(grouped)
    names = {node.name.replace("/", "_") for node in trace(spec)}
    if {layer.name for layer in model.layers} != names:
        raise ValueError(f"{path.name} does not hold a {spec.name} as this program builds it.")
    if spec.form != "grouped":
        weights = convert(read_weights(model, trace(spec)), spec.form, "grouped")
        model = build_model(grouped)
        write_weights(model, graph, weights)
    return model, graph
