"""What the map says about one layer: settings, the sum behind its MACs, its Keras call."""

from __future__ import annotations

import math
import re
from dataclasses import MISSING, fields
from typing import Any

from explorer.analysis.conventions import multiply_adds
from explorer.analysis.layer_labels import labels, settings
from explorer.analysis.report import Row
from resnext import Node, layers
from resnext.kinds import KERAS_KINDS
from resnext.layer import keras_name, pad_name

Plain = dict[str, Any]

_PATH = re.compile(r"path(\d+)$")


def leaf(node: Node, row: Row | None, ms: float | None = None) -> Plain:
    """A layer as plain data, the same for layers that differ only in their place.

    Args:
        node: The layer.
        row: Its row of the report; the input has none.
        ms: Its measured time alone; None if that is not known.

    Returns:
        ``kind``, ``label``, ``title`` and ``short`` (see `labels`), ``in`` and ``out`` (shapes),
        ``tags`` (settings by name), ``params`` (those that training changes, as the papers count),
        ``total_params`` (with moving statistics, as Keras's ``count_params()``),
        ``macs``, ``activations`` (values), ``memory`` (bytes of its output), ``formula``
        (its multiply-adds, filled in) and ``call`` (Keras; ``{name}`` stands for its name), and
        ``time`` (milliseconds) if it was measured. What is not known is None.
    """
    timed = {} if ms is None else {"time": ms}
    return {
        "kind": node.kind,
        **labels(node),
        "in": [list(shape) for shape in node.input_shapes],
        "out": list(node.output_shape),
        "tags": settings(node),
        "params": row.params if row else 0,
        "total_params": row.total_params if row else 0,
        "macs": row.macs if row else 0,
        "activations": row.activations if row else 0,
        "memory": row.activation_bytes if row else 0,
        "formula": mac_formula(node),
        "call": keras_call(node),
        **timed,
    }


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
    """The Python that makes the layer in Keras; empty for a layer that is not ours.

    A layer of zeros, whose name is ``{pad}``, has a line before. Slices of a path leave
    ``{start}``, ``{stop}`` and ``{rest}``, the channels behind, open when these follow from the
    path's number, so that all paths are one description.
    """
    layer = node.layer
    if isinstance(layer, layers.Input):
        return f"keras.Input({layer.shape}, name={{name}})"
    if type(layer).__module__ != layers.__name__:
        return ""
    if isinstance(layer, layers.ChannelSlice):
        return _slice_call(node, layer)
    given = layer.settings
    quiet = {f.name: f.default for f in fields(layer) if f.metadata.get("quiet")}
    required = {"kernel_size"} | {f.name for f in fields(layer) if f.default is MISSING}
    values = [
        _value(value) if name in required else f"{name}={_value(value)}"
        for name, value in given.items()
        if name not in quiet or quiet[name] != value
    ]
    kind = KERAS_KINDS.get(node.kind, node.kind)
    call = f"keras.layers.{kind}({', '.join([*values, 'name={name}'])})"
    if layer.keras_zeros:
        return f"keras.layers.ZeroPadding2D({layer.keras_zeros}, name={{pad}})\n{call}"
    return call


def _slice_call(node: Node, layer: layers.ChannelSlice) -> str:
    """Keras's cropping of the last two axes, width and channels: of the channels only."""
    start, stop, rest = "{start}", "{stop}", "{rest}"
    if not follows_path(node):
        start, stop = str(layer.start), str(layer.stop)
        rest = str(node.input_shapes[0][-1] - layer.stop)
    crop = f'((0, 0), ({start}, {rest})), data_format="channels_first"'
    return f"# x[..., {start}:{stop}]\nkeras.layers.Cropping2D({crop}, name={{name}})"


def _value(value: Any) -> str:
    """As Python is written by hand."""
    if isinstance(value, str) and not value.startswith("{"):
        return f'"{value}"'
    return str(value).replace("e-0", "e-")


def filled_call(node: Node) -> str:
    """The same with the layer's own name and channels in it."""
    values = {"name": f'"{keras_name(node.name)}"', "pad": f'"{pad_name(node.name)}"'}
    if isinstance(node.layer, layers.ChannelSlice):
        start, stop = node.layer.start, node.layer.stop
        rest = node.input_shapes[0][-1] - stop
        values |= {"start": str(start), "stop": str(stop), "rest": str(rest)}
    call = keras_call(node)
    for key, value in values.items():
        call = call.replace(f"{{{key}}}", value)
    return call


def follows_path(node: Node) -> bool:
    """Whether a slice takes the channels that its path's number tells."""
    layer = node.layer
    if not isinstance(layer, layers.ChannelSlice):
        return False
    match = _PATH.search(node.name.rpartition("/")[0])
    if match is None:
        return False
    width = layer.stop - layer.start
    return layer.start == (int(match[1]) - 1) * width
