"""Any ONNX model of a network for images as a graph, from its nodes alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.foreign.keras_layer import UNKNOWN_SHAPE, KerasLayer
from explorer.foreign.onnx_file import OnnxFile, OnnxFileError, read_onnx
from explorer.foreign.onnx_kinds import FUNCTIONS, Call, image_shape, read_node
from explorer.jobs.text import printable
from resnext.graph import Graph, Node
from resnext.layer import Shape

# Nodes that only name a tensor again.
_ALIASES = ("Identity",)


def graph_of_onnx(path: str | Path) -> Graph:
    """The graph of an ``.onnx`` file, read from its nodes.

    Nodes keep their names, which are places where they hold slashes. A node whose name is inside
    that of the node it reads, such as ``classifier/dense/softmax`` behind ``classifier/dense``, is
    that layer's activation. Tensors are taken to be (batch, channels, height, width).

    Raises:
        OnnxFileError: This is not an ONNX model, its input has no fixed size, or it exceeds a
            limit of `explorer.foreign.onnx_file`.
    """
    file = read_onnx(path)
    try:
        reader = _Reader(file)
        for proto in file.nodes:
            reader.add(proto)
    except OnnxFileError:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, OverflowError) as error:
        # Such as a name that is not UTF-8, or a node without an output.
        raise OnnxFileError(
            "An ONNX graph must be well formed. "
            f"Received one that breaks off at {printable(str(error), 80)!r}."
        ) from None
    if len(reader.nodes) == 1:
        raise OnnxFileError("An ONNX graph must have nodes. Received none.")
    return Graph(file.name, tuple(reader.nodes.values()))


class _Reader:
    """Makes layers of nodes, in the file's order, in which each follows what it reads."""

    def __init__(self, file: OnnxFile) -> None:
        if not file.inputs:
            raise OnnxFileError("An ONNX graph must have an input. Received none.")
        value = file.inputs[0]
        shape = image_shape(value)
        if not shape:
            raise OnnxFileError(
                "An ONNX model's input must be (batch, channels, height, width) with a fixed size "
                f"to be counted. Received {_open_shape(value)}."
            )
        name = printable(value.name[:200]) or "input"
        entry = KerasLayer(name, "InputLayer", shape=shape)
        self.nodes: dict[str, Node] = {name: Node(entry, (), (), shape)}
        self._file = file
        # By name of the tensor: the node that makes it, and its shape.
        self._tensors: dict[str, tuple[str, Shape]] = {value.name: (name, shape)}

    def add(self, proto: Any) -> None:
        """Add one node as a layer, or to the layer that it is a part of."""
        given = [name for name in proto.input if name]
        sources = [self._tensors[name] for name in given if name in self._tensors]
        if proto.op_type == "Constant":
            self._constant(proto)
            return
        if proto.op_type in _ALIASES and len(sources) == 1:
            self._tensors[proto.output[0]] = sources[0]
            return
        name = self._name(proto)
        if len(sources) == 1 and self._is_activation(proto, name, sources[0][0]):
            self._activate(proto, *sources[0])
            return
        shapes = tuple(shape for _, shape in sources)
        call = Call(
            proto.op_type,
            {each.name: _attribute(each) for each in proto.attribute},
            shapes,
            tuple(
                self._file.shapes[each]
                for each in given
                if each in self._file.shapes and each not in self._file.constants
            ),
            {
                position: self._file.constants[each]
                for position, each in enumerate(proto.input)
                if each in self._file.constants
            },
        )
        if proto.op_type == "Split":
            self._split(proto, name, call, sources)
            return
        layer = read_node(name, call)
        self._put(layer, sources)
        for position, output in enumerate(proto.output):
            self._tensors[output] = (name, layer.shape if position == 0 else UNKNOWN_SHAPE)

    def _put(self, layer: KerasLayer, sources: list[tuple[str, Shape]]) -> None:
        if layer.name in self.nodes:
            raise OnnxFileError(
                f"Nodes of an ONNX graph must have different names. Received {layer.name[:80]!r} "
                "twice."
            )
        inputs = tuple(source for source, _ in sources)
        shapes = tuple(shape for _, shape in sources)
        self.nodes[layer.name] = Node(layer, inputs, shapes, layer.shape)

    def _name(self, proto: Any) -> str:
        """The node's name without a slash at its start; else its operator and a number."""
        name = printable(proto.name[:1000]).strip("/ ")
        return name or f"{printable(proto.op_type[:80])}_{len(self.nodes)}"

    def _is_activation(self, proto: Any, name: str, source: str) -> bool:
        layer = self.nodes[source].layer
        inside = name.startswith(f"{source}/") and proto.op_type in FUNCTIONS
        return inside and isinstance(layer, KerasLayer) and layer.activation == "linear"

    def _activate(self, proto: Any, source: str, shape: Shape) -> None:
        node = self.nodes[source]
        assert isinstance(node.layer, KerasLayer)
        layer = replace(node.layer, activation=FUNCTIONS[proto.op_type])
        self.nodes[source] = Node(layer, node.inputs, node.input_shapes, node.output_shape)
        self._tensors[proto.output[0]] = (source, shape)

    def _constant(self, proto: Any) -> None:
        """Keep the values of a node that gives a small tensor of whole numbers."""
        from onnx import TensorProto, numpy_helper

        for each in proto.attribute:
            if each.name == "value" and each.t.data_type == TensorProto.INT64:
                values = [int(n) for n in numpy_helper.to_array(each.t).flat]
                self._file.constants[proto.output[0]] = values
            elif each.name == "value":
                self._file.shapes[proto.output[0]] = tuple(each.t.dims)
            elif each.name == "value_ints":
                self._file.constants[proto.output[0]] = list(each.ints)

    def _split(self, proto: Any, name: str, call: Call, sources: list[tuple[str, Shape]]) -> None:
        """A split along the channels: one slice for each of its outputs."""
        count = len(proto.output)
        shape = call.shapes[0] if len(call.shapes) == 1 else UNKNOWN_SHAPE
        channels = shape[-1] if shape else 0
        parts = call.constants.get(1) or [-(-channels // max(count, 1))] * max(count - 1, 0)
        parts = [*parts, channels - sum(parts)][:count] if len(parts) < count else parts
        known = (
            len(shape) == 3
            and call.attributes.get("axis", 0) == 1
            and len(parts) == count
            and sum(parts) == channels
            and min(parts) > 0
        )
        for number, (output, part) in enumerate(zip(proto.output, parts or [0] * count), start=1):
            place = f"{name}/{number}"
            made = (*shape[:-1], part) if known else UNKNOWN_SHAPE
            self._put(KerasLayer(place, "ChannelSlice", shape=made, known=known), sources)
            self._tensors[output] = (place, made)


def _attribute(proto: Any) -> Any:
    """A number, a text or a list of whole numbers; None of other types."""
    from onnx import AttributeProto

    if proto.type == AttributeProto.INT:
        return proto.i
    if proto.type == AttributeProto.FLOAT:
        return proto.f
    if proto.type == AttributeProto.STRING:
        return proto.s.decode("utf-8", "replace")
    return list(proto.ints) if proto.type == AttributeProto.INTS else None


def _open_shape(value: Any) -> str:
    lengths = value.type.tensor_type.shape.dim
    return printable(str([d.dim_value or d.dim_param[:20] or "?" for d in lengths[:8]]), 120)
