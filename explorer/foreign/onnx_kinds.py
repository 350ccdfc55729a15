"""ONNX nodes as the layers that they compute: shapes and weights, without running anything.

Tensors of ONNX are (batch, channels, height, width); the layers that this module returns have our
shapes, (height, width, channels). A node whose operator, or whose attribute, is not known here
stays in the graph, marked unknown: its weights and cost are then not counted, never taken as zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from explorer.foreign.keras_layer import MOST, UNKNOWN_SHAPE, KerasLayer, Pair
from explorer.jobs.text import printable
from resnext.kinds import KIND_OF_OPERATOR, ONNX_ACTIVATIONS
from resnext.layer import Shape, Shapes, Weight, window_pads

MAX_SIDE = 2**20  # of a window, and of what is added around a map


@dataclass(frozen=True, slots=True)
class Call:
    """One node: its operator and what it reads.

    Attributes:
        operator: Its ``op_type``.
        attributes: By name, as Python values.
        shapes: Of the maps and vectors that it reads; an empty one is not known.
        weights: Shapes of its weights in order, as ONNX has them; ``constants`` are not among them.
        constants: Values of further inputs that are small and of whole numbers, by position.
    """

    operator: str
    attributes: Mapping[str, Any]
    shapes: Shapes
    weights: tuple[Shape, ...]
    constants: Mapping[int, list[int]]


class _UnknownError(Exception):
    """An attribute that this module cannot read."""


def read_node(name: str, call: Call) -> KerasLayer:
    """The layer that a node computes; its kind is the operator's where we have no other name."""
    reader = _READERS.get(call.operator)
    if reader is not None and call.shapes and all(call.shapes):
        try:
            fields = reader(call)
        except (_UnknownError, LookupError, TypeError, ValueError):
            pass
        else:
            kind = fields.pop("kind", KIND_OF_OPERATOR[call.operator])
            return KerasLayer(name, kind, **fields)
    kind = KIND_OF_OPERATOR.get(call.operator) or printable(call.operator, 80)
    return KerasLayer(name, kind, known=False)


def _map(call: Call) -> tuple[int, int, int]:
    """Height, width and channels of the only map that it reads."""
    if len(call.shapes) != 1 or len(call.shapes[0]) != 3:
        raise _UnknownError
    height, width, channels = call.shapes[0]
    return height, width, channels


def _pair(value: Any, least: int = 1) -> Pair:
    one, other = value
    if not all(type(n) is int and least <= n <= MAX_SIDE for n in (one, other)):
        raise _UnknownError
    return one, other


def _slide(call: Call, size: Pair, channels: int) -> dict[str, Any]:
    """Output shape and window of a convolution or pooling."""
    shape = _map(call)
    strides = _pair(call.attributes.get("strides", [1, 1]))
    if call.attributes.get("ceil_mode", 0):
        raise _UnknownError
    added = _added(call, size, strides)
    lengths = [
        (length + sum(more) - window) // stride + 1
        for length, more, window, stride in zip(shape, added, size, strides)
    ]
    if min(lengths) < 1:
        raise _UnknownError
    return {"shape": (*lengths, channels), "window": (size, strides), "added": added}


def _added(call: Call, size: Pair, strides: Pair) -> tuple[Pair, Pair]:
    """Positions of padding: ((top, bottom), (left, right))."""
    rule = call.attributes.get("auto_pad", "NOTSET")
    if rule in ("SAME_UPPER", "SAME_LOWER"):
        axes = [window_pads(*axis, "same") for axis in zip(_map(call), size, strides)]
        down, right = axes if rule == "SAME_UPPER" else [(end, start) for start, end in axes]
        return down, right
    if rule == "VALID":
        return (0, 0), (0, 0)
    if rule != "NOTSET":
        raise _UnknownError
    top, left, bottom, right_end = call.attributes.get("pads", [0, 0, 0, 0])
    return _pair([top, bottom], 0), _pair([left, right_end], 0)


def _conv(call: Call) -> dict[str, Any]:
    channels = _map(call)[2]
    filters, depth, *kernel = call.weights[0]
    groups = call.attributes.get("group", 1)
    height, width = _pair(kernel)
    if type(groups) is not int or groups < 1 or depth * groups != channels or filters % groups:
        raise _UnknownError
    dilation = _pair(call.attributes.get("dilations", [1, 1]))
    reach = (height - 1) * dilation[0] + 1, (width - 1) * dilation[1] + 1
    bias = (Weight("bias", (filters,)),) if len(call.weights) > 1 else ()
    return {
        **_slide(call, reach, filters),
        "kind": "Conv2D" if groups == 1 else "GroupedConv2D",
        "variables": (Weight("kernel", (height, width, depth, filters)), *bias),
    }


def _pool(call: Call) -> dict[str, Any]:
    if _pair(call.attributes.get("dilations", [1, 1])) != (1, 1):
        raise _UnknownError
    return _slide(call, _pair(call.attributes["kernel_shape"]), _map(call)[2])


def _global_pool(call: Call) -> dict[str, Any]:
    return {"shape": (1, 1, _map(call)[2])}


def _mean(call: Call) -> dict[str, Any]:
    """A mean over all positions; its axes are an attribute, or an input since opset 18."""
    channels = _map(call)[2]
    axes = call.attributes.get("axes") or call.constants[1]
    if sorted(axis % 4 for axis in axes) != [2, 3]:
        raise _UnknownError
    keeps = call.attributes.get("keepdims", 1)
    return {"shape": (1, 1, channels) if keeps else (channels,)}


def _dense(call: Call) -> dict[str, Any]:
    (shape,), attributes = call.shapes, call.attributes
    kernel = call.weights[0]
    if attributes.get("transB"):
        kernel = kernel[::-1]
    channels, units = kernel
    if attributes.get("transA") or channels != shape[-1] or len(shape) != 1:
        raise _UnknownError
    bias = (Weight("bias", (units,)),) if len(call.weights) > 1 else ()
    return {"shape": (units,), "variables": (Weight("kernel", (channels, units)), *bias)}


def _norm(call: Call) -> dict[str, Any]:
    channels = call.shapes[0][-1]
    if call.weights != ((channels,),) * 4:
        raise _UnknownError
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    variables = (Weight(name, (channels,), name in names[:2]) for name in names)
    return {"shape": call.shapes[0], "variables": tuple(variables)}


def _same(call: Call) -> dict[str, Any]:
    return {"shape": call.shapes[0]}


def _function(call: Call) -> dict[str, Any]:
    return {"shape": call.shapes[0], "activation": FUNCTIONS[call.operator]}


def _merge(call: Call) -> dict[str, Any]:
    """A sum or product; lengths of 1 are repeated."""
    shapes = call.shapes
    if call.weights or len({len(shape) for shape in shapes}) != 1:
        raise _UnknownError
    shape = tuple(max(lengths) for lengths in zip(*shapes))
    if any(n not in (1, most) for given in shapes for n, most in zip(given, shape)):
        raise _UnknownError
    return {"shape": shape}


def _concatenate(call: Call) -> dict[str, Any]:
    shapes = call.shapes
    rank = len(shapes[0]) + 1
    if call.weights or call.attributes["axis"] % rank != 1 or len({s[:-1] for s in shapes}) != 1:
        raise _UnknownError
    return {"shape": (*shapes[0][:-1], sum(shape[-1] for shape in shapes))}


def _slice(call: Call) -> dict[str, Any]:
    """Channels from a start to an end, whose bounds are inputs."""
    channels = call.shapes[0][-1]
    (start,), (stop,), (axis,) = (call.constants[position] for position in (1, 2, 3))
    if axis != 1 or call.constants.get(4, [1]) != [1] or not 0 <= start < stop:
        raise _UnknownError
    return {"shape": (*call.shapes[0][:-1], min(stop, channels) - start)}


def _flatten(call: Call) -> dict[str, Any]:
    if call.attributes.get("axis", 1) != 1:
        raise _UnknownError
    return {"shape": (math.prod(call.shapes[0]),)}


def _reshape(call: Call) -> dict[str, Any]:
    """To one vector for each image only; other targets mix axes that are ours in another order."""
    target, values = call.constants[1], math.prod(call.shapes[0])
    if len(target) != 2 or target[1] not in (-1, values):
        raise _UnknownError
    return {"shape": (values,)}


def _pad(call: Call) -> dict[str, Any]:
    height, width, channels = _map(call)
    pads = call.attributes.get("pads") or call.constants[1]
    before, above, top, left, after, below, bottom, right = pads
    down, across = _pair([top, bottom], 0), _pair([left, right], 0)
    if any((before, above, after, below)) or call.attributes.get("mode", "constant") != "constant":
        raise _UnknownError
    shape = (height + sum(down), width + sum(across), channels)
    return {"shape": shape, "added": (down, across)}


FUNCTIONS = {operator: name for name, operator in ONNX_ACTIVATIONS.items()}
_READERS: Mapping[str, Callable[[Call], dict[str, Any]]] = MappingProxyType(
    {
        "Conv": _conv,
        "MaxPool": _pool,
        "AveragePool": _pool,
        "GlobalAveragePool": _global_pool,
        "GlobalMaxPool": _global_pool,
        "ReduceMean": _mean,
        "Gemm": _dense,
        "MatMul": _dense,
        "BatchNormalization": _norm,
        "Relu": _same,
        "LeakyRelu": _same,
        "Elu": _same,
        "Softmax": _same,
        "Dropout": _same,
        "Sigmoid": _function,
        "Tanh": _function,
        "Add": _merge,
        "Sum": _merge,
        "Mul": _merge,
        "Concat": _concatenate,
        "Slice": _slice,
        "Flatten": _flatten,
        "Reshape": _reshape,
        "Pad": _pad,
    }
)


def image_shape(value: Any) -> Shape:
    """Height, width and channels of an input (``onnx.ValueInfoProto``); empty if one is open."""
    lengths = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
    if len(lengths) != 4 or not all(0 < length < MOST for length in lengths[1:]):
        return UNKNOWN_SHAPE
    _, channels, height, width = lengths
    return height, width, channels
