"""Keras layers as their JSON configs describe them: shapes and weights, without Keras.

A layer whose kind, or whose setting, is not known here stays in the graph, marked unknown:
its weights and cost are then not counted, never taken as zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from explorer.foreign.keras_layer import Config, KerasConfigError, KerasLayer, Pair, whole
from resnext.kinds import KINDS
from resnext.layer import Shape, Shapes, Weight, window_output, window_pads


class _UnknownSettingError(Exception):
    """A setting that this module cannot read, such as channels first."""


def read_layer(name: str, kind: str, config: Config, inputs: Shapes, recorded: Shape) -> KerasLayer:
    """The layer that a config describes.

    Args:
        name: Its place in the graph.
        kind: Keras class name.
        config: What the layer's ``get_config`` gave.
        inputs: Shapes of its inputs; an empty one is not known.
        recorded: Shape of its output as the file has it; empty if it does not say.
    """
    kind = _used_for(kind, config)
    reader = _READERS.get(KINDS[kind].shape) if kind in KINDS else None
    if reader is not None and all(inputs):
        try:
            fields = reader(config, inputs)
        except _UnknownSettingError:
            pass
        else:
            if config.get("trainable") is False:
                fields["variables"] = tuple(
                    Weight(w.name, w.shape, trainable=False) for w in fields.get("variables", ())
                )
            return KerasLayer(name, kind, **fields)
    return KerasLayer(name, kind, shape=recorded, known=False)


def _used_for(kind: str, config: Config) -> str:
    """The kind by what the layer does; see `resnext.kinds.KERAS_KINDS`."""
    if kind == "Conv2D" and config.get("groups", 1) != 1:
        return "GroupedConv2D"
    if kind == "Cropping2D" and config.get("data_format") == "channels_first":
        return "ChannelSlice"
    return kind


def _pair(value: Any) -> Pair:
    """One number for both axes, or two."""
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return whole(value[0]), whole(value[1])
    return whole(value), whole(value)


def _map(config: Config, inputs: Shapes) -> tuple[int, int, int]:
    """Height, width and channels of the only input."""
    if config.get("data_format") not in (None, "channels_last") or len(inputs[0]) != 3:
        raise _UnknownSettingError
    height, width, channels = inputs[0]
    return height, width, channels


def _activation(config: Config) -> str:
    value = config.get("activation") or "linear"
    if isinstance(value, Mapping):
        value = value.get("config") if value.get("class_name") == "function" else "custom"
    return value if isinstance(value, str) else "custom"


def _slide(config: Config, inputs: Shapes, size: Pair, channels: int) -> dict[str, Any]:
    """Output shape and window of a convolution or pooling."""
    strides = _pair(config.get("strides") or size)
    padding = config.get("padding", "valid")
    if padding not in ("same", "valid"):
        raise _UnknownSettingError
    axes = [(*lengths, padding) for lengths in zip(inputs[0], size, strides)]
    lengths = [window_output(*axis) for axis in axes]
    if min(lengths) < 1:
        raise KerasConfigError(
            f"A window must fit its input. Received window {size} on {inputs[0][:2]}."
        )
    return {
        "shape": (*lengths, channels),
        "window": (size, strides),
        "added": tuple(window_pads(*axis) for axis in axes),
    }


def _bias(config: Config, channels: int) -> tuple[Weight, ...]:
    return (Weight("bias", (channels,)),) if config.get("use_bias", True) else ()


def _conv(config: Config, inputs: Shapes) -> dict[str, Any]:
    channels = _map(config, inputs)[2]
    filters, groups = whole(config.get("filters")), whole(config.get("groups", 1))
    kernel, dilation = _pair(config.get("kernel_size")), _pair(config.get("dilation_rate", 1))
    if channels % groups or filters % groups:
        raise KerasConfigError(
            "Channels and filters must be divisible by the groups. "
            f"Received channels={channels}, filters={filters}, groups={groups}."
        )
    reach = _reach(kernel, dilation)
    return {
        **_slide({"strides": 1, **config}, inputs, reach, filters),
        "variables": (
            Weight("kernel", (*kernel, channels // groups, filters)),
            *_bias(config, filters),
        ),
        "activation": _activation(config),
    }


def _reach(kernel: Pair, dilation: Pair) -> Pair:
    """Pixels that a dilated kernel spans."""
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _depthwise(config: Config, inputs: Shapes) -> dict[str, Any]:
    channels = _map(config, inputs)[2]
    kernel, dilation = _pair(config.get("kernel_size")), _pair(config.get("dilation_rate", 1))
    multiplier = whole(config.get("depth_multiplier", 1))
    filters = channels * multiplier
    return {
        **_slide({"strides": 1, **config}, inputs, _reach(kernel, dilation), filters),
        "variables": (Weight("kernel", (*kernel, channels, multiplier)), *_bias(config, filters)),
        "activation": _activation(config),
    }


def _separable(config: Config, inputs: Shapes) -> dict[str, Any]:
    fields = _depthwise({**config, "use_bias": False}, inputs)
    depthwise, filters = fields["variables"][0], whole(config.get("filters"))
    between = fields["shape"][-1]
    return {
        **fields,
        "shape": (*fields["shape"][:-1], filters),
        "variables": (
            Weight("depthwise_kernel", depthwise.shape),
            Weight("pointwise_kernel", (1, 1, between, filters)),
            *_bias(config, filters),
        ),
    }


def _pool(config: Config, inputs: Shapes) -> dict[str, Any]:
    return _slide(config, inputs, _pair(config.get("pool_size", 2)), _map(config, inputs)[2])


def _global_pool(config: Config, inputs: Shapes) -> dict[str, Any]:
    channels = _map(config, inputs)[2]
    return {"shape": (1, 1, channels) if config.get("keepdims") else (channels,)}


def _dense(config: Config, inputs: Shapes) -> dict[str, Any]:
    units = whole(config.get("units"))
    return {
        "shape": (*inputs[0][:-1], units),
        "variables": (Weight("kernel", (inputs[0][-1], units)), *_bias(config, units)),
        "activation": _activation(config),
    }


def _norm(config: Config, inputs: Shapes) -> dict[str, Any]:
    axis, rank = config.get("axis", -1), len(inputs[0])
    if axis not in (-1, rank, [-1], [rank]):
        raise _UnknownSettingError
    shape = inputs[0][-1:]
    gamma = (Weight("gamma", shape),) if config.get("scale", True) else ()
    beta = (Weight("beta", shape),) if config.get("center", True) else ()
    statistics = (
        Weight("moving_mean", shape, trainable=False),
        Weight("moving_variance", shape, trainable=False),
    )
    return {"shape": inputs[0], "variables": (*gamma, *beta, *statistics)}


def _same(config: Config, inputs: Shapes) -> dict[str, Any]:
    return {"shape": inputs[0], "activation": _activation(config)}


def _merge(config: Config, inputs: Shapes) -> dict[str, Any]:
    """A sum or product; lengths of 1 are repeated."""
    if len({len(shape) for shape in inputs}) != 1:
        raise _UnknownSettingError
    shape = tuple(max(lengths) for lengths in zip(*inputs))
    if any(n not in (1, most) for given in inputs for n, most in zip(given, shape)):
        raise KerasConfigError(f"Shapes that are merged must agree. Received {inputs}.")
    return {"shape": shape}


def _concatenate(config: Config, inputs: Shapes) -> dict[str, Any]:
    axis, rank = config.get("axis", -1), len(inputs[0])
    if axis not in (-1, rank) or len({shape[:-1] for shape in inputs}) != 1:
        raise _UnknownSettingError
    return {"shape": (*inputs[0][:-1], sum(shape[-1] for shape in inputs))}


def _slice(config: Config, inputs: Shapes) -> dict[str, Any]:
    if "cropping" in config:
        # Width and channels are the last two axes of a map whose channels are said to be first.
        (above, below), (start, end) = _cropped(config)
        if above or below or len(inputs[0]) != 3:
            raise _UnknownSettingError
        stop = inputs[0][-1] - end
    else:  # of our older files
        start, stop = whole(config.get("start"), 0), whole(config.get("stop"))
    if not start < stop <= inputs[0][-1]:
        raise KerasConfigError(
            f"A slice must lie inside its {inputs[0][-1]} channels. Received {start} to {stop}."
        )
    return {"shape": (*inputs[0][:-1], stop - start)}


def _flatten(config: Config, inputs: Shapes) -> dict[str, Any]:
    return {"shape": (math.prod(inputs[0]),)}


def _reshape(config: Config, inputs: Shapes) -> dict[str, Any]:
    target, values = list(config.get("target_shape") or ()), math.prod(inputs[0])
    if target.count(-1) == 1:
        rest = math.prod(n for n in target if n != -1)
        target[target.index(-1)] = values // whole(rest)
    shape = tuple(whole(n) for n in target)
    if math.prod(shape) != values:
        raise KerasConfigError(
            f"A reshape must keep the number of values. Received {inputs[0]} to {shape}."
        )
    return {"shape": shape}


def _zero_padding(config: Config, inputs: Shapes) -> dict[str, Any]:
    height, width, channels = _map(config, inputs)
    padding = config.get("padding", 1)
    sides = padding if isinstance(padding, (list, tuple)) else (padding, padding)
    if len(sides) != 2:
        raise _UnknownSettingError
    added = [_both(side) for side in sides]
    shape = (height + sum(added[0]), width + sum(added[1]), channels)
    return {"shape": shape, "added": tuple(added)}


def _cropping(config: Config, inputs: Shapes) -> dict[str, Any]:
    height, width, channels = _map(config, inputs)
    (above, below), (left, right) = _cropped(config)
    shape = (height - above - below, width - left - right, channels)
    if min(shape) < 1:
        raise KerasConfigError(
            f"A cropping must leave something. Received {(above, below), (left, right)} "
            f"of {height}x{width}."
        )
    return {"shape": shape, "added": ((-above, -below), (-left, -right))}


def _cropped(config: Config) -> tuple[Pair, Pair]:
    """Positions cut off before and after each axis."""
    sides = config.get("cropping")
    if not isinstance(sides, (list, tuple)) or len(sides) != 2:
        raise _UnknownSettingError
    return _both(sides[0]), _both(sides[1])


def _both(side: Any) -> Pair:
    """Positions before and after: two numbers, or one for both."""
    if isinstance(side, (list, tuple)) and len(side) == 2:
        return whole(side[0], 0), whole(side[1], 0)
    return whole(side, 0), whole(side, 0)


# By the rule that `resnext.kinds` names.
_READERS: Mapping[str, Callable[[Config, Shapes], dict[str, Any]]] = {
    "conv": _conv,
    "depthwise": _depthwise,
    "separable": _separable,
    "pool": _pool,
    "global pool": _global_pool,
    "dense": _dense,
    "norm": _norm,
    "same": _same,
    "merge": _merge,
    "concatenate": _concatenate,
    "slice": _slice,
    "flatten": _flatten,
    "reshape": _reshape,
    "zero padding": _zero_padding,
    "cropping": _cropping,
}
