"""What a layer is, in a few words."""

from __future__ import annotations

import re

from explorer.receptive_field import window_of
from resnext.graph import Node


def describe(node: Node) -> str:
    """Such as ``3×3 conv, 128, 32 groups, stride 2``."""
    (height, down), (width, right) = [(w.size, w.stride) for w in window_of(node)]
    stride = f", stride {max(down, right)}" if max(down, right) > 1 else ""
    window = f"{height}×{width}"
    kernel = next((w.shape for w in node.weights if w.name == "kernel"), ())
    if node.kind in ("Conv2D", "GroupedConv2D") and kernel:
        groups = node.input_shapes[0][-1] // kernel[2]
        parts = f", {groups} groups" if groups > 1 else ""
        return f"{window} conv, {kernel[3]}{parts}{stride}"
    if node.kind in ("MaxPooling2D", "AveragePooling2D"):
        return f"{window} {'max' if node.kind.startswith('Max') else 'average'} pool{stride}"
    if node.kind == "Dense" and kernel:
        activation = getattr(node.layer, "activation", "linear")
        return f"dense, {kernel[1]}" + (f", {activation}" if activation != "linear" else "")
    if node.kind == "ChannelSlice":
        return "slice of channels"
    return _WORDS.get(node.kind, node.kind)


_WORDS = {
    "InputLayer": "input",
    "BatchNormalization": "batch norm",
    "GlobalAveragePooling2D": "global average pool",
    "GlobalMaxPooling2D": "global max pool",
    "Add": "add",
    "Concatenate": "concatenate",
    "Flatten": "flatten",
}


def proper_name(name: str) -> str:
    """A network's name as it is written in prose: ResNeXt-50 32×4d."""
    return re.sub(r"resnext(\d+)_(\d+)x(\d+)d", r"ResNeXt-\1 \2×\3d", name)
