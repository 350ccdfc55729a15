"""What the map says about one layer: settings, the sum behind its MACs, its Keras call."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from typing import Any

from explorer.conventions import multiply_adds
from explorer.report import Row
from resnext import Node, layers

Plain = dict[str, Any]

_PATH = re.compile(r"path(\d+)$")


def leaf(node: Node, row: Row | None) -> Plain:
    """A layer as plain data, the same for layers that differ only in their place.

    Args:
        node: The layer.
        row: Its row of the report; the input has none.

    Returns:
        ``kind``, ``in`` and ``out`` (shapes), ``tags`` (settings by name), ``params``
        (those that training changes, as the papers count; ``trainable`` says the same),
        ``macs``, ``activations`` (values), ``memory`` (bytes of its output), ``formula``
        (its multiply-adds, filled in) and ``call`` (Keras; ``{name}`` stands for its name).
        What is not known is None.
    """
    return {
        "kind": node.kind,
        "in": [list(shape) for shape in node.input_shapes],
        "out": list(node.output_shape),
        "tags": tags(node),
        "params": row.trainable_params if row else 0,
        "trainable": row.trainable_params if row else 0,
        "macs": row.macs if row else 0,
        "activations": row.activations if row else 0,
        "memory": row.activation_bytes if row else 0,
        "formula": mac_formula(node),
        "call": keras_call(node),
    }


def tags(node: Node) -> dict[str, int | str]:
    """Settings that the search finds and the picture shows, such as ``groups``."""
    layer = node.layer
    if isinstance(layer, layers.Conv2D):
        return {
            "kernel": layer.kernel_size,
            "stride": layer.strides,
            "groups": layer.groups,
            "filters": layer.filters,
        }
    if isinstance(layer, layers.MaxPooling2D):
        return {"kernel": layer.pool_size, "stride": layer.strides}
    if isinstance(layer, layers.Dense):
        return {"units": layer.units, "activation": layer.activation}
    if isinstance(layer, layers.ChannelSlice):
        return {"channels": layer.stop - layer.start}
    return _foreign_tags(node)


def _foreign_tags(node: Node) -> dict[str, int | str]:
    """Settings of a layer that was read from a Keras config."""
    found: dict[str, int | str] = {}
    window = getattr(node.layer, "window", None)
    if window is not None and window != ((1, 1), (1, 1)):
        (height, width), (down, right) = window
        found["kernel"] = height if height == width else f"{height}x{width}"
        found["stride"] = down if down == right else f"{down}x{right}"
    kernels = [weight.shape for weight in node.weights if weight.name == "kernel"]
    if kernels and len(kernels[0]) == 4 and node.input_shapes and node.output_shape:
        height, width, depth, filters = kernels[0]
        found.setdefault("kernel", height if height == width else f"{height}x{width}")
        found.setdefault("stride", 1)
        found["filters"] = filters
        if depth and node.input_shapes[0] and node.input_shapes[0][-1] % depth == 0:
            found["groups"] = node.input_shapes[0][-1] // depth
    return found


def mac_formula(node: Node) -> str:
    """``3 × 3 × 4 × 128 × 56 × 56``: kernel, then output positions; empty if there is no sum."""
    if not multiply_adds(node):
        return ""
    kernels = [weight.shape for weight in node.weights if "kernel" in weight.name]
    if len(kernels) != 1:
        return ""
    factors = (*kernels[0], *node.output_shape[:-1])
    if math.prod(factors) != multiply_adds(node):
        return ""
    return " × ".join(map(str, factors))


def keras_call(node: Node) -> str:
    """The line of Python that makes the layer; empty for a layer that is not ours.

    Slices of a path leave ``{start}`` and ``{stop}`` open when these follow from the path's
    number, so that all paths are one description.
    """
    layer = node.layer
    if isinstance(layer, layers.Input):
        return f"keras.Input({layer.shape}, name={{name}})"
    if isinstance(layer, layers.Conv2D):
        kind = "keras.layers.Conv2D" if layer.groups == 1 else "GroupedConv2D"
        groups = "" if layer.groups == 1 else f", groups={layer.groups}"
        return (
            f"{kind}({layer.filters}, {layer.kernel_size}, strides={layer.strides}, "
            f'padding="{layer.padding}"{groups}, use_bias={layer.use_bias}, '
            'kernel_initializer="he_normal", name={name})'
        )
    if isinstance(layer, layers.BatchNormalization):
        return "BatchNormalization(momentum=0.9, epsilon=1e-5, name={name})"
    if isinstance(layer, layers.MaxPooling2D):
        return (
            f"keras.layers.MaxPooling2D({layer.pool_size}, {layer.strides}, "
            f'padding="{layer.padding}", name={{name}})'
        )
    if isinstance(layer, layers.Dense):
        return (
            f'keras.layers.Dense({layer.units}, activation="{layer.activation}", '
            f"use_bias={layer.use_bias}, name={{name}})"
        )
    if isinstance(layer, layers.ChannelSlice):
        start, stop = ("{start}", "{stop}") if follows_path(node) else (layer.start, layer.stop)
        return f"ChannelSlice({start}, {stop}, name={{name}})"
    if type(layer).__module__ == layers.__name__ and len(fields(layer)) == 1:
        return f"keras.layers.{node.kind}(name={{name}})"
    return ""


def filled_call(node: Node) -> str:
    """The same with the layer's own name and channels in it."""
    values = {"name": f'"{node.name.replace("/", "_")}"'}
    if isinstance(node.layer, layers.ChannelSlice):
        values |= {"start": str(node.layer.start), "stop": str(node.layer.stop)}
    call = keras_call(node)
    for key, value in values.items():
        call = call.replace(f"{{{key}}}", value)
    return call


def follows_path(node: Node) -> bool:
    """Whether a slice takes the channels that its path's number tells."""
    layer = node.layer
    match = _PATH.search(node.name.rpartition("/")[0])
    if match is None or not isinstance(layer, layers.ChannelSlice):
        return False
    width = layer.stop - layer.start
    return layer.start == (int(match[1]) - 1) * width
