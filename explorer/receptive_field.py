"""How much of the input each layer sees, computed over the graph.

A window of k positions with stride s, over features that lie j pixels apart and see r pixels,
sees r + (k - 1) j pixels and lies s j apart. Where branches meet, the largest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from resnext import layers
from resnext.graph import Graph, Node


@dataclass(frozen=True)
class Field:
    """Of one layer's output, in pixels of the input, along the axis on which it is larger."""

    size: int
    stride: int


@dataclass(frozen=True)
class Window:
    """What a layer reads for one output position, along one axis."""

    size: int = 1
    stride: int = 1


def window_of(node: Node) -> tuple[Window, Window]:
    """The layer's window along height and width; 1 and 1 if it works on single positions."""
    layer = node.layer
    if isinstance(layer, layers.Conv2D):
        window = Window(layer.kernel_size, layer.strides)
    elif isinstance(layer, layers.MaxPooling2D):
        window = Window(layer.pool_size, layer.strides)
    else:
        window = Window()
        given = getattr(layer, "window", None)
        if given is not None:
            (height, width), (down, right) = given
            return Window(height, down), Window(width, right)
    return window, window


def receptive_fields(graph: Graph) -> dict[str, Field]:
    """For each layer that puts out a feature map; layers behind global pooling see it all."""
    both: dict[str, tuple[Field, Field]] = {}
    for node in graph:
        if len(node.output_shape) != 3:
            continue
        if not node.inputs:
            both[node.name] = Field(1, 1), Field(1, 1)
            continue
        sources = [both[name] for name in node.inputs if name in both]
        # Behind a layer of unknown kind nothing can be said.
        if len(sources) == len(node.inputs) and getattr(node.layer, "known", True):
            height, width = window_of(node)
            both[node.name] = (
                _after([source[0] for source in sources], height),
                _after([source[1] for source in sources], width),
            )
    return {
        name: Field(max(h.size, w.size), max(h.stride, w.stride)) for name, (h, w) in both.items()
    }


def _after(sources: list[Field], window: Window) -> Field:
    jump = max(source.stride for source in sources)
    size = max(source.size for source in sources) + (window.size - 1) * jump
    return Field(size, jump * window.stride)
