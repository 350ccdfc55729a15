"""What is known about each kind of layer, ours and other programs': one line each.

Counting conventions, labels, cards, colours and the readers of foreign files look here. Shape and
weights of the kinds that a ResNeXt is written in are in `resnext.layers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of layer.

    Attributes:
        name: Of the Keras class, or of what it is used for (see `KERAS_KINDS`).
        title: In words, with its settings in braces; by default the name. ``{window}`` is the
            kernel, such as ``3×3``.
        short: The same where there is little room; by default the title.
        family: Whose colour it has, see `explorer.analysis.palette`.
        cost: As what the counting conventions charge it: ``conv``, ``dense``, ``norm``,
            ``activation``, ``pool``, ``average`` (over all positions) or ``free``.
        settings: What its card shows and the search finds.
        shape: By which rule a Keras config gives its shape and weights, see
            `explorer.foreign.keras_kinds`; none for an input.
        onnx: ONNX operators that compute it; the first is what we write where they do not differ.
            Those of a function's name, such as Sigmoid, are in `ONNX_ACTIVATIONS`.
    """

    name: str
    title: str = ""
    short: str = ""
    family: str = "other"
    cost: str = "free"
    settings: tuple[str, ...] = ()
    shape: str = ""
    onnx: tuple[str, ...] = ()


_WINDOW = ("kernel", "stride", "padding")
_SETTINGS = (*_WINDOW, "groups", "filters")
_conv = partial(Kind, title="{window} conv, {filters}", short="{window}, {filters}", cost="conv")
_activation = partial(Kind, family="activation", cost="activation", shape="same")
_pool = partial(Kind, settings=_WINDOW, family="pool", cost="pool", shape="pool")
_global = partial(Kind, family="pool", shape="global pool")

_ALL = (
    Kind("InputLayer", "input", family="input"),
    _conv("Conv2D", family="conv", settings=_SETTINGS, shape="conv", onnx=("Conv",)),
    # In ONNX, a Conv whose attribute group is more than 1.
    _conv("GroupedConv2D", family="grouped", settings=_SETTINGS, shape="conv"),
    _conv("DepthwiseConv2D", family="grouped", settings=_SETTINGS, shape="depthwise"),
    _conv("SeparableConv2D", family="grouped", settings=(*_WINDOW, "filters"), shape="separable"),
    Kind(
        "Dense",
        "dense, {units}",
        family="dense",
        cost="dense",
        settings=("units", "activation"),
        shape="dense",
        onnx=("Gemm", "MatMul"),
    ),
    Kind(
        "BatchNormalization",
        "batch norm",
        "BN",
        family="norm",
        cost="norm",
        shape="norm",
        onnx=("BatchNormalization",),
    ),
    _activation("ReLU", onnx=("Relu",)),
    _activation("LeakyReLU", onnx=("LeakyRelu",)),
    _activation("ELU", onnx=("Elu",)),
    _activation("Activation", "{activation}", settings=("activation",)),
    Kind("Softmax", family="activation", shape="same", onnx=("Softmax",)),
    _pool("MaxPooling2D", "{window} max pool", onnx=("MaxPool",)),
    _pool("AveragePooling2D", "{window} average pool", onnx=("AveragePool",)),
    _global("GlobalMaxPooling2D", "global max pool", cost="pool", onnx=("GlobalMaxPool",)),
    _global(
        "GlobalAveragePooling2D",
        "global average pool",
        cost="average",
        onnx=("GlobalAveragePool", "ReduceMean"),
    ),
    Kind("Add", "add", family="merge", shape="merge", onnx=("Add", "Sum")),
    Kind("Multiply", "multiply", family="merge", shape="merge", onnx=("Mul",)),
    Kind(
        "Concatenate",
        "concatenate",
        "concat",
        family="merge",
        shape="concatenate",
        onnx=("Concat",),
    ),
    Kind(
        "ChannelSlice",
        "slice of channels",
        "slice",
        family="merge",
        settings=("channels",),
        shape="slice",
        onnx=("Slice", "Split"),
    ),
    Kind("Flatten", "flatten", shape="flatten", onnx=("Flatten",)),
    Kind("Reshape", shape="reshape", onnx=("Reshape",)),
    Kind("ZeroPadding2D", shape="zero padding", onnx=("Pad",)),
    Kind("Cropping2D", shape="cropping"),
    Kind("Dropout", shape="same", onnx=("Dropout",)),
)

# The Keras layers of the kinds that have another name there.
KERAS_KINDS: Mapping[str, str] = MappingProxyType(
    {"GroupedConv2D": "Conv2D", "ChannelSlice": "Cropping2D"}
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})

# Functions of each value by their Keras names, and the ONNX operator of each.
ONNX_ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {"sigmoid": "Sigmoid", "softmax": "Softmax", "tanh": "Tanh", "relu": "Relu"}
)
# The kind that each ONNX operator computes.
KIND_OF_OPERATOR: Mapping[str, str] = MappingProxyType(
    {operator: kind.name for kind in _ALL for operator in kind.onnx}
    | {"Sigmoid": "Activation", "Tanh": "Activation"}
)
