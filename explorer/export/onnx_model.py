"""A network of ours with its weights as an ONNX model, written node by node.

Every layer becomes one node whose name is the layer's place; its output has the same name. The
activation of a dense layer is a node inside the layer's place, ``classifier/dense/softmax``. Maps
are (n, channels, height, width), the order of ONNX's operators. The number of images is open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from explorer.export.folding import EPSILON, fold
from explorer.export.torch_weights import channels_first
from resnext import Graph, Node, ResNeXtSpec, Shape, __version__, trace
from resnext.errors import InputError
from resnext.kinds import KINDS, ONNX_ACTIVATIONS
from resnext.layer import KERAS_ARGUMENTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    Weights = Mapping[str, Array]

OPSET = 17  # of June 2022: what it lacks no ResNeXt needs
IR_VERSION = 8  # of the same release, ONNX 1.12
INPUT, OUTPUT = "input", "output"
PRODUCER = "resnext-explorer"
LAYOUT = (
    "Input: {kind} images (batch, channels, height, width). "
    "Output: {kind} class probabilities (batch, classes)."
)
LAYOUT_WITHOUT_TOP = (
    "Input: {kind} images (batch, channels, height, width). "
    "Output: the last feature map (batch, channels, height, width)."
)
_BATCH = "batch"


def onnx_model(spec: ResNeXtSpec, weights: Weights, *, folded: bool = False) -> Any:
    """The ONNX model of a network; nothing here imports TensorFlow.

    Args:
        spec: The network.
        weights: By ``place/weight``, as `resnext.weights.read_weights` gives them. The model
            computes in their type, float32 or float64; onnxruntime runs float32 only.
        folded: Whether batch norms are folded into convolutions.

    Returns:
        An ``onnx.ModelProto``. Its ``metadata_props`` say what made it.

    Raises:
        InputError: It would be larger than a file of this format can be.
    """
    from onnx import checker, helper, numpy_helper

    graph = trace(spec)
    if folded:
        graph, weights = fold(graph, weights)
    arrays = channels_first(weights, graph)
    size = sum(array.nbytes for array in arrays.values())
    if size > MAX_BYTES:
        raise InputError(
            f"An ONNX file can hold {MAX_BYTES:,} bytes of weights. Received {size:,} bytes."
        )
    writer = _Writer(graph, arrays)
    for node in graph:
        if node.kind != "InputLayer":
            writer.add(node)
    onnx_graph = helper.make_graph(
        writer.nodes,
        spec.name,
        [writer.value(INPUT, graph.input_shape)],
        [writer.value(OUTPUT, graph.output_shape)],
        [numpy_helper.from_array(array, name) for name, array in writer.initializers.items()],
        doc_string=(LAYOUT if spec.include_top else LAYOUT_WITHOUT_TOP).format(kind=writer.kind),
        value_info=writer.values,
    )
    model = helper.make_model(
        onnx_graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name=PRODUCER,
        producer_version=__version__,
        doc_string=f"{spec.name}, the form {spec.form}",
    )
    helper.set_model_props(model, _origin(spec, folded, onnx_graph.doc_string))
    checker.check_model(model, full_check=True)
    return model


MAX_BYTES = 2**31 - 2**24  # a protobuf message has less than 2 GiB; the rest is for the nodes


def _origin(spec: ResNeXtSpec, folded: bool, layout: str) -> dict[str, str]:
    return {
        "resnext.name": spec.name,
        "resnext.spec": json.dumps(spec.to_dict()),
        "resnext.version": __version__,
        "resnext.batch_norm": "folded into convolutions" if folded else "separate nodes",
        "resnext.layout": layout,
    }


class _Writer:
    """Makes the nodes, with their constants and the types of what they put out."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self.nodes: list[Any] = []
        self.values: list[Any] = []
        self.initializers: dict[str, Any] = {}
        self.kind = next(iter(weights.values())).dtype
        self._weights = weights
        self._last = graph.nodes[-1].name

    def value(self, name: str, shape: Shape) -> Any:
        """A tensor's type: that of the weights, an open batch, our shape with channels first."""
        from onnx import helper

        *positions, channels = shape
        kind = helper.np_dtype_to_tensor_dtype(self.kind)
        return helper.make_tensor_value_info(name, kind, [_BATCH, channels, *positions])

    def add(self, node: Node) -> None:
        """Append a layer: one node, and a second one for a dense layer's activation."""
        operator, attributes, constants = _OPERATORS[node.kind](node)
        for weight in node.weights:
            name = f"{node.name}/{weight.name}"
            self.initializers[name] = self._weights[name]
        for name, array in constants.items():
            self.initializers[f"{node.name}/{name}"] = array
        named = [weight.name for weight in node.weights] + list(constants)
        inputs = [self._output(name) if name != "input" else INPUT for name in node.inputs]
        inputs += [f"{node.name}/{name}" for name in named]
        activation = ONNX_ACTIVATIONS.get(getattr(node.layer, "activation", ""))
        if node.kind == "Dense" and activation:
            inner = f"{node.name}/{activation.lower()}"
            self._append(operator, inputs, node.name, f"{node.name}/logits", attributes)
            self._append(
                activation, [f"{node.name}/logits"], inner, self._output(node.name), {"axis": 1}
            )
            self.values.append(self.value(f"{node.name}/logits", node.output_shape))
        else:
            self._append(operator, inputs, node.name, self._output(node.name), attributes)
        if node.name != self._last:
            self.values.append(self.value(node.name, node.output_shape))

    def _output(self, name: str) -> str:
        return OUTPUT if name == self._last else name

    def _append(
        self, operator: str, inputs: list[str], name: str, output: str, attributes: dict[str, Any]
    ) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name, **attributes))


_Call = tuple[str, dict[str, Any], dict[str, Any]]  # operator, attributes, constant inputs


def _plain(node: Node) -> _Call:
    return KINDS[node.kind].onnx[0], {}, {}


def _window(node: Node) -> dict[str, Any]:
    """A sliding window; ONNX lists what is added at the top and left, then bottom and right."""
    kernel, strides = node.layer.window
    (top, bottom), (left, right) = node.pads
    return {
        "kernel_shape": list(kernel),
        "strides": list(strides),
        "pads": [top, left, bottom, right],
    }


def _conv(node: Node) -> _Call:
    return "Conv", {**_window(node), "group": node.layer.groups}, {}  # type: ignore[attr-defined]


def _pool(node: Node) -> _Call:
    return "MaxPool", _window(node), {}


def _norm(node: Node) -> _Call:
    momentum = KERAS_ARGUMENTS["BatchNormalization"]["momentum"]
    return "BatchNormalization", {"epsilon": EPSILON, "momentum": momentum}, {}


def _average(node: Node) -> _Call:
    if len(node.output_shape) == 3:
        return "GlobalAveragePool", {}, {}
    return "ReduceMean", {"axes": [2, 3], "keepdims": 0}, {}


def _activation(node: Node) -> _Call:
    return ONNX_ACTIVATIONS[node.layer.activation], {}, {}  # type: ignore[attr-defined]


def _add(node: Node) -> _Call:
    return "Add" if len(node.inputs) == 2 else "Sum", {}, {}


def _concatenate(node: Node) -> _Call:
    return "Concat", {"axis": 1}, {}


def _slice(node: Node) -> _Call:
    import numpy as np

    layer: Any = node.layer
    bounds = {"starts": layer.start, "ends": layer.stop, "axes": 1}
    return "Slice", {}, {name: np.array([value], "int64") for name, value in bounds.items()}


# Those that need no more than their operator's name are `_plain`.
_OPERATORS: Mapping[str, Callable[[Node], _Call]] = MappingProxyType(
    {
        "Conv2D": _conv,
        "GroupedConv2D": _conv,
        "BatchNormalization": _norm,
        "ReLU": _plain,
        "Activation": _activation,
        "MaxPooling2D": _pool,
        "GlobalAveragePooling2D": _average,
        "Flatten": _plain,
        "Dense": _plain,
        "Add": _add,
        "Multiply": _plain,
        "Concatenate": _concatenate,
        "ChannelSlice": _slice,
    }
)
