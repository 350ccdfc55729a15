"""Attention: what a block does between its last normalisation and the sum with its shortcut.

Each is a function of the features, (h, w, c), and the block's place; it returns features of the
same shape. `resnext.network` calls the one that the spec names. The places of its layers start with
the block's and the word of its entry here, such as ``stage1/block1/se``: so files are recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resnext.layers import Activation, Conv2D, GlobalAveragePooling2D, Multiply, ReLU

REDUCTION = 16


def none(x: Any, block: str) -> Any:
    """The features as they are: ResNeXt."""
    return x


def squeeze_and_excitation(x: Any, block: str) -> Any:
    """Scale each channel by a gate from 0 to 1, computed from the means of all channels.

    Hu et al., "Squeeze-and-Excitation Networks", arXiv 1709.01507. As in timm, the two
    convolutions have a bias; the first has a sixteenth of the channels as filters, rounded to a
    multiple of 8.
    """
    channels = x.shape[-1]
    squeezed = max(8, (channels // REDUCTION + 4) // 8 * 8)
    gate = GlobalAveragePooling2D(f"{block}/se/pool", keepdims=True)(x)
    gate = Conv2D(f"{block}/se/reduce", squeezed, use_bias=True)(gate)
    gate = Conv2D(f"{block}/se/expand", channels, use_bias=True)(ReLU(f"{block}/se/relu")(gate))
    return Multiply(f"{block}/se/scale")(x, Activation(f"{block}/se/gate", "sigmoid")(gate))


@dataclass(frozen=True)
class Attention:
    """One choice of a spec.

    Attributes:
        apply: From the features and the block's place to features of the same shape.
        title: As a choice.
        words: In a sentence.
        help: What it does, as a sentence.
        layers: The most that it adds to a block.
    """

    apply: Callable[[Any, str], Any]
    title: str
    words: str
    help: str
    layers: int


# By the word that a spec has, and a network's name begins with, such as seresnext50_32x4d.
ATTENTIONS: Mapping[str, Attention] = MappingProxyType(
    {
        "none": Attention(none, "None", "", "", 0),
        "se": Attention(
            squeeze_and_excitation,
            "Squeeze and excitation (SE-ResNeXt)",
            "squeeze and excitation",
            "Squeeze and excitation scales each channel by a gate computed from the means of all "
            "channels.",
            6,
        ),
    }
)
