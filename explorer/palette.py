"""One colour for each family of layers, wherever they are drawn.

Fills are light enough for dark text, and borders stand out on white and on near-black pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Colour(NamedTuple):
    """Of a box: its fill, its border, its text."""

    fill: str
    border: str
    text: str = "#14202e"


# Readable on white and on near-black alike (contrast 4.2 or more on both).
LINE = "#75808f"

FAMILIES: Mapping[str, Colour] = MappingProxyType(
    {
        "input": Colour("#e2e8f0", "#64748b"),
        "conv": Colour("#bfdbfe", "#2563eb"),
        "grouped": Colour("#fed7aa", "#ea580c"),
        "norm": Colour("#e9e5f5", "#8b7fc7"),
        "activation": Colour("#d1fae5", "#10a37a"),
        "pool": Colour("#fbcfe8", "#db2777"),
        "merge": Colour("#fde68a", "#ca8a04"),
        "dense": Colour("#a7e8e0", "#0d9488"),
        "other": Colour("#e2e8f0", "#64748b"),
        "stage": Colour("#c7d7fe", "#4f6bed"),
        "projection block": Colour("#fed7aa", "#ea580c"),
        "identity block": Colour("#bfdbfe", "#2563eb"),
    }
)

_KINDS = {
    "InputLayer": "input",
    "Conv2D": "conv",
    "DepthwiseConv2D": "grouped",
    "SeparableConv2D": "grouped",
    "GroupedConv2D": "grouped",
    "BatchNormalization": "norm",
    "ReLU": "activation",
    "LeakyReLU": "activation",
    "ELU": "activation",
    "Activation": "activation",
    "Softmax": "activation",
    "MaxPooling2D": "pool",
    "AveragePooling2D": "pool",
    "GlobalAveragePooling2D": "pool",
    "GlobalMaxPooling2D": "pool",
    "Add": "merge",
    "Concatenate": "merge",
    "ChannelSlice": "merge",
    "Dense": "dense",
    "paths": "grouped",
}


def family(kind: str) -> str:
    """The family of a layer's kind, or of a stage or block; ``other`` if it has none."""
    return kind if kind in FAMILIES else _KINDS.get(kind, "other")


def colour(kind: str) -> Colour:
    """The colour of a layer's kind, or of a stage or block."""
    return FAMILIES[family(kind)]
