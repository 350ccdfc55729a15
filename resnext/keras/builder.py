"""From descriptions to Keras. Importing this module imports Keras and its backend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from resnext import network
from resnext.errors import InputError
from resnext.keras.layers import accelerate, channel_slice
from resnext.kinds import KERAS_KINDS
from resnext.layer import Layer, keras_name, pad_name
from resnext.layers import ChannelSlice
from resnext.spec import ResNeXtSpec


def keras_layer(layer: Layer, channels: int) -> Any:
    """The Keras layer that a description stands for, for an input with this many channels."""
    name = keras_name(layer.name)
    if isinstance(layer, ChannelSlice):
        return channel_slice(layer.start, layer.stop, channels, name)
    kind = getattr(keras.layers, KERAS_KINDS.get(layer.kind, layer.kind))
    return accelerate(kind(**layer.settings, name=name))


def padded(layer: Layer, tensor: Any) -> Any:
    """The tensor with the zeros that ``layer`` needs and Keras's layer does not add.

    Raises:
        InputError: A largest value is taken of what may be negative, where a zero would count.
    """
    if not layer.keras_zeros:
        return tensor
    if layer.kind == "MaxPooling2D":
        before = tensor._keras_history.operation
        if not isinstance(before, keras.layers.ReLU):
            raise InputError(
                "Max pooling with symmetric padding must follow a ReLU in Keras, because zeros "
                f"are added. Received {before.name!r} before {layer.name!r}."
            )
    return keras.layers.ZeroPadding2D(layer.keras_zeros, name=pad_name(layer.name))(tensor)


class KerasValue:
    """A Keras tensor to which a description can be applied: it makes the Keras layer.

    Args:
        tensor: The Keras tensor.
    """

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    @property
    def shape(self) -> Any:
        """The tensor's shape, batch included."""
        return self.tensor.shape

    def apply(self, layer: Layer, inputs: Sequence[KerasValue]) -> KerasValue:
        """Make the layer and call it on the inputs."""
        tensors = [padded(layer, value.tensor) for value in inputs]
        made = keras_layer(layer, tensors[0].shape[-1])
        return KerasValue(made(tensors if len(tensors) > 1 else tensors[0]))

    def unique_name(self, prefix: str) -> str:
        """A place that no earlier call in this Keras session has taken."""
        return f"{prefix}{keras.backend.get_uid(prefix)}"


def build_model(spec: ResNeXtSpec) -> Any:
    """The Keras model of a spec: input (batch, height, width, channels), layers named by place.

    Returns:
        A functional `keras.Model`, not compiled, of Keras's own layers only, so that its file
        opens without this package. Compile it with ``jit_compile=False`` on a CPU: XLA does not
        train grouped convolutions there in useful time.
    """
    images = keras.Input(spec.input_shape, name="input")
    outputs = network.build(spec, KerasValue(images)).tensor
    return keras.Model(images, outputs, name=model_name(spec))


def model_name(spec: ResNeXtSpec) -> str:
    """The spec's name without the colons of custom groups, which TensorFlow does not take."""
    return spec.name.replace(":", "-")
