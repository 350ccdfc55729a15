"""A spec's network in plain Keras (the zoo's split form) and in PyTorch, to measure against."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from resnext import ResNeXtSpec, trace

if TYPE_CHECKING:
    import torch


def keras_network(spec: ResNeXtSpec) -> Any:
    """Each path a slice, a convolution of its own and a concatenation, as the zoo writes it."""
    import keras

    keras_layers = keras.layers
    tensors: dict[str, Any] = {}
    graph = trace(replace(spec, form="split"))
    for node in graph:
        layer, name = node.layer, node.name.replace("/", "_")
        inputs = [tensors[source] for source in node.inputs]
        match node.kind:
            case "InputLayer":
                out = keras.Input(node.output_shape)
            case "Conv2D":
                out = keras_layers.Conv2D(
                    layer.filters, layer.kernel_size, layer.strides, "same",
                    use_bias=layer.use_bias, name=name,
                )(inputs[0])  # fmt: skip
            case "ChannelSlice":
                out = inputs[0][:, :, :, layer.start : layer.stop]
            case "BatchNormalization":
                out = keras_layers.BatchNormalization(name=name)(inputs[0])
            case "ReLU":
                out = keras_layers.ReLU(name=name)(inputs[0])
            case "MaxPooling2D":
                out = keras_layers.MaxPooling2D(layer.pool_size, layer.strides, "same")(inputs[0])
            case "Dense":
                out = keras_layers.Dense(layer.units, activation="softmax", name=name)(inputs[0])
            case "Add" | "Concatenate":
                out = getattr(keras_layers, node.kind)(name=name)(inputs)
            case kind:
                out = getattr(keras_layers, kind)(name=name)(inputs[0])
        tensors[node.name] = out
    first, *_, last = tensors.values()
    return keras.Model(first, last)


def torch_network(spec: ResNeXtSpec) -> torch.nn.Module:
    """The grouped form, ending in logits."""
    from torch import nn

    graph = trace(spec)

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = nn.ModuleDict()
            for node in graph:
                part = _torch_part(node)
                if part is not None:
                    self.parts[node.name.replace("/", "_")] = part

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            tensors = {}
            for node in graph:
                inputs = [tensors[source] for source in node.inputs]
                if not inputs:
                    out = images
                elif node.kind == "Add":
                    out = inputs[0] + inputs[1]
                elif node.kind == "GlobalAveragePooling2D":
                    out = inputs[0].mean((2, 3))
                else:
                    out = self.parts[node.name.replace("/", "_")](inputs[0])
                tensors[node.name] = out
            return out

    return Network()


def _torch_part(node: Any) -> torch.nn.Module | None:
    from torch import nn

    layer = node.layer
    channels = node.input_shapes[0][-1] if node.input_shapes else 0
    match node.kind:
        case "Conv2D" | "GroupedConv2D":
            size = layer.kernel_size
            return nn.Conv2d(
                channels, layer.filters, size, layer.strides, size // 2,
                groups=layer.groups, bias=layer.use_bias,
            )  # fmt: skip
        case "BatchNormalization":
            return nn.BatchNorm2d(channels)
        case "ReLU":
            return nn.ReLU(inplace=True)
        case "MaxPooling2D":
            return nn.MaxPool2d(layer.pool_size, layer.strides, layer.pool_size // 2)
        case "Flatten":
            return nn.Flatten()
        case "Dense":
            return nn.Linear(channels, layer.units)
    return None
