"""Weights by PyTorch's names and layouts, and back; nothing here imports PyTorch.

A weight of ours is named ``place/weight``, such as ``stage1/block1/conv2/kernel``; see
`resnext.weights`. Layouts differ in two kinds of layers:

- the kernel of a convolution, (k, k, channels / groups, filters), is (filters, channels / groups,
  k, k) in PyTorch and ONNX;
- that of a dense layer, (inputs, units), is (units, inputs); behind a flattened map its inputs are
  ordered by channel first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from resnext.errors import InputError
from resnext.graph import Graph, Node

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    Weights = Mapping[str, Array]

# Parts of our places, and what torchvision calls them (timm for squeeze and excitation).
_PLACES = (
    (re.compile(r"^stem/"), ""),
    (re.compile(r"^conv$"), "conv1"),
    (re.compile(r"^bn$"), "bn1"),
    (re.compile(r"^classifier/dense$"), "fc"),
    (re.compile(r"^stage(\d+)/block(\d+)/"), lambda m: f"layer{m[1]}.{int(m[2]) - 1}."),
    (re.compile(r"shortcut/conv$"), "downsample.0"),
    (re.compile(r"shortcut/bn$"), "downsample.1"),
    (re.compile(r"se/reduce$"), "se.fc1"),
    (re.compile(r"se/expand$"), "se.fc2"),
    (re.compile(r"path(\d+)/"), lambda m: f"paths.{int(m[1]) - 1}."),
)
_SPLIT_PATH = re.compile(r"path(\d+)/conv2$")
_WEIGHTS = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def torch_keys(graph: Graph) -> dict[str, str]:
    """For each weight of one of our graphs, its key in the state dict of the PyTorch code."""
    slices = any(node.kind == "ChannelSlice" for node in graph)
    return {
        f"{node.name}/{weight.name}": f"{_module(node.name, slices)}.{_WEIGHTS[weight.name]}"
        for node in graph
        for weight in node.weights
    }


def to_torch(weights: Weights, graph: Graph) -> dict[str, Array]:
    """The state dict of the PyTorch code, as arrays, from the weights of our network.

    Args:
        weights: By ``place/weight``, as `resnext.weights.read_weights` gives them.
        graph: The network's graph, in the form of the weights.

    Returns:
        Arrays by the keys of `torch_keys`, and each batch norm's ``num_batches_tracked``, so that
        PyTorch loads them strictly.
    """
    import numpy as np

    keys, first = torch_keys(graph), channels_first(weights, graph)
    state = {keys[name]: value for name, value in first.items()}
    for node in graph:
        if node.kind == "Dense":
            key = keys[f"{node.name}/kernel"]
            state[key] = state[key].T
        elif node.kind == "BatchNormalization":
            mean = keys[f"{node.name}/moving_mean"]
            counter = f"{mean.rpartition('.')[0]}.num_batches_tracked"
            state[counter] = np.zeros((), "int64")
    return state


def from_torch(state: Weights, graph: Graph) -> dict[str, Array]:
    """The weights of our network from the state dict of PyTorch code; the inverse of `to_torch`.

    Raises:
        InputError: A key is missing, or an array has another shape than the network needs.
    """
    weights: dict[str, Array] = {}
    keys = torch_keys(graph)
    for node in graph:
        for weight in node.weights:
            name = f"{node.name}/{weight.name}"
            if keys[name] not in state:
                raise InputError(f"The state dict must have the key {keys[name]!r}.")
            value = state[keys[name]]
            if weight.name == "kernel":
                value = _channels_last_kernel(node, graph, value)
            if value.shape != weight.shape:
                raise InputError(
                    f"The weight {keys[name]!r} must have as many values as {name}, "
                    f"{weight.shape}. Received the shape {state[keys[name]].shape}."
                )
            weights[name] = value
    return weights


def channels_first(weights: Weights, graph: Graph) -> dict[str, Array]:
    """The same weights for a network whose maps are (n, channels, height, width), as in ONNX.

    Kernels of convolutions become (filters, channels / groups, k, k). Kernels of dense layers stay
    (inputs, units); behind a flattened map their rows are ordered by channel first.
    """
    converted: dict[str, Array] = {}
    for node in graph:
        for weight in node.weights:
            name = f"{node.name}/{weight.name}"
            value = weights[name]
            if weight.name == "kernel" and value.ndim == 4:
                value = value.transpose(3, 2, 0, 1)
            elif weight.name == "kernel" and (shape := _flattened(node, graph)):
                height, width, channels = shape
                rows = value.reshape(height, width, channels, -1).transpose(2, 0, 1, 3)
                value = rows.reshape(value.shape)
            converted[name] = value
    return converted


def _channels_last_kernel(node: Node, graph: Graph, value: Array) -> Array:
    """A kernel of PyTorch in our layout; unchanged where its axes are not those of one."""
    if value.ndim == 4:
        return value.transpose(2, 3, 1, 0)
    if value.ndim != 2:
        return value
    if shape := _flattened(node, graph):
        height, width, channels = shape
        if value.shape[1] == height * width * channels:
            rows = value.T.reshape(channels, height, width, -1).transpose(1, 2, 0, 3)
            return rows.reshape(value.shape[::-1])
    return value.T


def _flattened(node: Node, graph: Graph) -> tuple[int, ...]:
    """The shape of the map whose flattened values a layer reads; empty if it reads others."""
    source = graph[node.inputs[0]]
    return source.input_shapes[0] if source.kind == "Flatten" else ()


def _module(place: str, slices: bool) -> str:
    """The PyTorch module of a layer; in the form ``split`` the paths are a list of convolutions."""
    if slices:
        place = _SPLIT_PATH.sub(lambda m: f"conv2.{int(m[1]) - 1}", place)
    for pattern, name in _PLACES:
        place = pattern.sub(name, place)
    return place
