"""What one forward pass costs, by several counting conventions: for each, operator -> formula.

They differ in what is counted besides convolutions and dense layers, which is why one network
is quoted with different figures. In all of them, softmax costs nothing (the published models end
in logits), nor do adding, concatenating, slicing and reshaping. The sum of a block's shortcut
is no exception in calflops: it patches functions of torch, and torchvision adds in place
(``out += identity``), so its 8.504 G for ResNeXt-50 hold no additions (with them 8.509 G). Nor is
squeeze and excitation more than its two convolutions: fvcore, ptflops and calflops see neither
the mean that keeps its axes, nor the sigmoid, nor the product (fvcore's total for timm's
SE-ResNeXt-50 is 4.262 G).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from resnext.errors import InputError
from resnext.graph import Node
from resnext.kinds import KINDS

Formula = Callable[[Node], int]

DEFAULT = "torchvision"


@dataclass(frozen=True)
class Convention:
    """One way of counting.

    Attributes:
        name: By which it is chosen.
        title: Its name in a sentence.
        description: What it counts.
        source: Whose it is.
        formulas: Cost of a layer by the ``cost`` of its kind, see `resnext.kinds.Kind`.
        activation: Cost of an activation function, also of one inside another layer.
        flops_per_count: 2 where the total is in multiply-adds; 1 where it is in FLOPs already.
    """

    name: str
    title: str
    description: str
    source: str
    formulas: Mapping[str, Formula]
    activation: Formula
    flops_per_count: int = 2

    @property
    def unit(self) -> str:
        """What the total is in: ``MACs`` or ``FLOPs``."""
        return "MACs" if self.flops_per_count == 2 else "FLOPs"

    def count(self, node: Node) -> int | None:
        """Cost of one layer for one image; None if its kind, or its shape, is not known."""
        kind = KINDS.get(node.kind)
        if kind is None or not is_known(node):
            return None
        inside = kind.cost != "activation" and has_activation(node)
        return self.formulas[kind.cost](node) + (self.activation(node) if inside else 0)


def is_known(node: Node) -> bool:
    """Whether the layer's shape and weights are known; a foreign model's may not be."""
    return bool(node.output_shape) and getattr(node.layer, "known", True)


def elements(node: Node) -> int:
    """Number of values that the layer puts out."""
    return math.prod(node.output_shape)


def inputs(node: Node) -> int:
    """Number of values that it reads."""
    return sum(math.prod(shape) for shape in node.input_shapes)


def positions(node: Node) -> int:
    """Positions of its output: height x width, or 1 for a vector."""
    return math.prod(node.output_shape[:-1])


def multiply_adds(node: Node) -> int:
    """Of a convolution or dense layer: each kernel weight once at each output position."""
    return node.multiply_adds


def activations(node: Node) -> int | None:
    """Output values of convolutions and dense layers, 0 for others (timm, fvcore)."""
    kind = KINDS.get(node.kind)
    if kind is None or not is_known(node):
        return None
    return elements(node) if kind.cost in ("conv", "dense") else 0


def has_activation(node: Node) -> bool:
    """Whether the layer applies a function that conventions may charge for."""
    kind = KINDS[node.kind]
    if kind.cost == "activation" and "activation" not in kind.settings:
        return True
    return getattr(node.layer, "activation", "linear") not in _FREE_FUNCTIONS


_FREE_FUNCTIONS = ("linear", "sigmoid", "softmax", None)


def convention(name: str) -> Convention:
    """The convention of this name.

    Raises:
        ValueError: There is none.
    """
    if name not in CONVENTIONS:
        raise InputError(
            f"The counting convention must be one of {', '.join(CONVENTIONS)}. Received {name!r}."
        )
    return CONVENTIONS[name]


def _nothing(node: Node) -> int:
    return 0


def _per_element(node: Node) -> int:
    return elements(node) if has_activation(node) else 0


def _average(node: Node) -> int:
    """Each value that it reads, unless it keeps its axes: then it is a squeeze."""
    return inputs(node) if len(node.output_shape) == 1 else 0


def _norm(node: Node) -> int:
    return 2 * elements(node)


def _biased(node: Node) -> int:
    """Multiply-adds, and one addition per output value if there is a bias."""
    return multiply_adds(node) + _bias(node)


def _bias(node: Node) -> int:
    return elements(node) if any(weight.name == "bias" for weight in node.weights) else 0


def _weights_per_position(node: Node) -> int:
    return positions(node) * sum(weight.size for weight in node.weights)


def _weights_once(node: Node) -> int:
    return sum(weight.size for weight in node.weights if weight.trainable)


def _formulas(
    *,
    conv: Formula = multiply_adds,
    dense: Formula = multiply_adds,
    norm: Formula = _nothing,
    activation: Formula = _nothing,
    pool: Formula = _nothing,
    average: Formula = _nothing,
) -> Mapping[str, Formula]:
    return MappingProxyType(
        {
            "free": _nothing,
            "conv": conv,
            "dense": dense,
            "norm": norm,
            "activation": activation,
            "pool": pool,
            "average": average,
        }
    )


_ALL = (
    Convention(
        "torchvision",
        "torchvision",
        "Convolutions and dense layers, 1 per multiply-add; nothing else.",
        "torchvision's model table (GFLOPS); the paper's table 1 counts in the same way",
        _formulas(),
        _nothing,
    ),
    Convention(
        "timm",
        "timm (fvcore)",
        "Multiply-adds of convolutions and dense layers; batch norm 2 per value; global "
        "average pooling 1 per value that it reads.",
        "fvcore's FlopCountAnalysis, as timm reports GMACs",
        _formulas(norm=_norm, average=_average),
        _nothing,
    ),
    Convention(
        "mmcls",
        "mmclassification (ptflops)",
        "Multiply-adds; a bias 1 per output value; batch norm 2, activation 1 per value; "
        "pooling 1 per value that it reads.",
        "mmclassification's get_flops; ptflops with its pytorch rules",
        _formulas(
            conv=_biased,
            dense=_biased,
            norm=_norm,
            activation=_per_element,
            pool=inputs,
            average=_average,
        ),
        _per_element,
    ),
    Convention(
        "calflops",
        "calflops",
        "In FLOPs: 2 per multiply-add; a convolution's bias 1 per output value; batch norm 2, "
        "activation 1 per value; pooling 1 per value that it reads.",
        "calflops' calculate_flops",
        _formulas(
            conv=lambda node: 2 * multiply_adds(node) + _bias(node),
            dense=lambda node: 2 * multiply_adds(node),
            norm=_norm,
            activation=_per_element,
            pool=inputs,
            average=_average,
        ),
        _per_element,
        flops_per_count=1,
    ),
    Convention(
        "torchinfo",
        "torchinfo",
        "(Weights + bias) x output positions; batch norm its parameter count, once.",
        "torchinfo's mult-adds",
        _formulas(conv=_weights_per_position, dense=_weights_per_position, norm=_weights_once),
        _nothing,
    ),
)

CONVENTIONS: Mapping[str, Convention] = MappingProxyType({c.name: c for c in _ALL})
