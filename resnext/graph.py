"""A network as plain data: named layers with shapes, and nothing that needs TensorFlow.

Shapes leave out the batch: ``(height, width, channels)`` for a feature map, ``(units,)``
for a vector.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from resnext.errors import InputError
from resnext.layer import Layer, Pads, Shape, Weight


@dataclass(frozen=True, slots=True)
class Node:
    """One layer at its place in a network.

    Attributes:
        layer: What the layer is; its name is its place, such as ``stage2/block1/conv2``.
        inputs: Names of the nodes it reads, in order.
        input_shapes: Their output shapes, without the batch.
        output_shape: Its own output shape, without the batch.
    """

    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape

    @property
    def name(self) -> str:
        """The layer's name, which is unique in the graph."""
        return self.layer.name

    @property
    def kind(self) -> str:
        """What the layer is called; see `resnext.layer.Layer.kind`."""
        return self.layer.kind

    @property
    def place(self) -> tuple[str, ...]:
        """The name's parts: ``("stage2", "block1", "conv2")``."""
        return tuple(self.name.split("/"))

    @property
    def description(self) -> tuple[Any, ...]:
        """Equal for nodes that differ only in their place."""
        return type(self), self.layer.description, self.input_shapes, self.output_shape

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The layer's variables."""
        return self.layer.weights(self.input_shapes)

    @property
    def pads(self) -> Pads:
        """Positions added before and after its input: ((top, bottom), (left, right))."""
        return self.layer.pads(self.input_shapes)

    @property
    def params(self) -> int:
        """Number of weights that training changes."""
        return sum(weight.size for weight in self.weights if weight.trainable)

    @property
    def non_trainable_params(self) -> int:
        """Number of values that gradients do not change (moving statistics)."""
        return sum(weight.size for weight in self.weights if not weight.trainable)

    @property
    def total_params(self) -> int:
        """All of them, as Keras's ``count_params()`` counts."""
        return sum(weight.size for weight in self.weights)

    @property
    def multiply_adds(self) -> int:
        """Of a convolution or dense layer: each kernel weight once at each output position."""
        kernels = sum(weight.size for weight in self.weights if "kernel" in weight.name)
        return kernels * math.prod(self.output_shape[:-1])


@dataclass(frozen=True)
class Graph:
    """A network: its layers in an order in which each follows those that it reads."""

    name: str
    nodes: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> Node:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def alike(self) -> tuple[int, ...]:
        """For each node, the position of the first one that differs only in its place.

        What follows from layer and shapes needs to be computed for these only.
        """
        first: dict[Any, int] = {}
        return tuple([first.setdefault(node.description, i) for i, node in enumerate(self.nodes)])

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """Pairs (from, to) of node names, in order."""
        return tuple((source, node.name) for node in self.nodes for source in node.inputs)

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input."""
        return self.nodes[0].output_shape

    @property
    def output_shape(self) -> Shape:
        """Shape of the last layer's output."""
        return self.nodes[-1].output_shape


@dataclass(frozen=True, slots=True)
class SymbolicTensor:
    """What a layer returns while a graph is traced: a shape, and who made it."""

    source: str
    shape: Shape
    tracer: GraphTracer = field(repr=False, compare=False)

    def apply(self, layer: Layer, inputs: Sequence[SymbolicTensor]) -> SymbolicTensor:
        """Add ``layer``, applied to ``inputs``, to the graph."""
        return self.tracer.add(layer, inputs)

    def unique_name(self, prefix: str) -> str:
        """A place that no layer of the graph has."""
        return self.tracer.unique_name(prefix)


@dataclass
class GraphTracer:
    """Collects the nodes of a graph while the network's functions run on symbolic tensors."""

    nodes: dict[str, Node] = field(default_factory=dict)

    def add(self, layer: Layer, inputs: Sequence[SymbolicTensor]) -> SymbolicTensor:
        """Append ``layer``, applied to ``inputs``, and return its output.

        Raises:
            ValueError: The name is taken, or the layer cannot take these shapes.
        """
        if layer.name in self.nodes:
            raise InputError(f"Layer names must be unique. Received {layer.name!r} twice.")
        shapes = tuple([tensor.shape for tensor in inputs])
        sources = tuple([tensor.source for tensor in inputs])
        shape = layer.output_shape(shapes)
        self.nodes[layer.name] = Node(layer, sources, shapes, shape)
        return SymbolicTensor(layer.name, shape, self)

    def unique_name(self, prefix: str) -> str:
        """First of ``prefix1``, ``prefix2``, ... that no layer's place begins with."""
        heads = {name.split("/", 1)[0] for name in self.nodes}
        number = 1
        while f"{prefix}{number}" in heads:
            number += 1
        return f"{prefix}{number}"

    def graph(self, name: str) -> Graph:
        """The graph traced so far."""
        return Graph(name, tuple(self.nodes.values()))
