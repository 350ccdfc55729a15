"""Batch norms folded into the convolutions before them: the same function with fewer layers.

In inference a batch norm multiplies each channel by ``gamma / sqrt(variance + epsilon)`` and adds
an offset. A convolution before it can do both, with its kernel and a bias. Where the paths of a
block meet between the two, each path's convolution takes its part: its slice of the channels
behind a concatenation, the same factors behind a sum, of which one path takes the offset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from resnext.graph import Graph, Node
from resnext.layer import KERAS_ARGUMENTS, Shape
from resnext.layers import Conv2D

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    Weights = Mapping[str, Array]

EPSILON = KERAS_ARGUMENTS["BatchNormalization"]["epsilon"]


@dataclass
class _Folder:
    """Collects what folding changes: biased convolutions, weights, and who reads what."""

    graph: Graph
    readers: Counter[str]
    weights: dict[str, Array]
    biased: set[str]

    def take(self, node: Node, scale: Array, offset: Array) -> bool:
        """Make what ends in ``node`` multiply by ``scale`` and add ``offset``, if it can."""
        if not self.can_take(node):
            return False
        if isinstance(node.layer, Conv2D):
            kernel, bias = f"{node.name}/kernel", f"{node.name}/bias"
            self.weights[kernel] = self.weights[kernel] * scale
            self.weights[bias] = self.weights.get(bias, 0.0) * scale + offset
            self.biased.add(node.name)
        elif node.kind == "Add":
            for number, name in enumerate(node.inputs):
                self.take(self.graph[name], scale, offset if number == 0 else 0.0 * offset)
        else:
            start = 0
            for name, shape in zip(node.inputs, node.input_shapes):
                part = slice(start, start + shape[-1])
                self.take(self.graph[name], scale[part], offset[part])
                start += shape[-1]
        return True

    def can_take(self, node: Node) -> bool:
        """Whether it is a convolution, or joins convolutions, that nothing else reads."""
        if self.readers[node.name] != 1:
            return False
        if node.kind in ("Add", "Concatenate"):
            return all(self.can_take(self.graph[name]) for name in node.inputs)
        return isinstance(node.layer, Conv2D)


def fold(graph: Graph, weights: Weights) -> tuple[Graph, dict[str, Array]]:
    """The graph without the batch norms that a convolution can replace, and its weights.

    Args:
        graph: One of our networks.
        weights: By ``place/weight``.

    Returns:
        The folded graph, whose other layers keep their places, and its weights in the type of
        those given. In every form of a ResNeXt no batch norm is left.
    """
    import numpy as np

    folder = _Folder(
        graph,
        Counter(source for node in graph for source in node.inputs),
        {name: np.asarray(value, "float64") for name, value in weights.items()},
        set(),
    )
    replaced: dict[str, str] = {}
    for node in graph:
        if node.kind != "BatchNormalization":
            continue
        gamma, beta, mean, variance = (
            folder.weights[f"{node.name}/{w.name}"] for w in node.weights
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        if folder.take(graph[node.inputs[0]], scale, beta - mean * scale):
            replaced[node.name] = node.inputs[0]
    nodes = tuple(
        _folded(node, replaced, folder.biased) for node in graph if node.name not in replaced
    )
    kept = {f"{node.name}/{weight.name}" for node in nodes for weight in node.weights}
    kind = next(iter(weights.values())).dtype
    return Graph(graph.name, nodes), {
        name: value.astype(kind) for name, value in folder.weights.items() if name in kept
    }


def _folded(node: Node, replaced: Mapping[str, str], biased: set[str]) -> Node:
    """The node, biased if a batch norm was folded into it, reading what is left."""
    layer = node.layer
    if node.name in biased and isinstance(layer, Conv2D):
        layer = replace(layer, use_bias=True)
    inputs = tuple(replaced.get(name, name) for name in node.inputs)
    shapes: tuple[Shape, ...] = node.input_shapes
    return Node(layer, inputs, shapes, node.output_shape)
