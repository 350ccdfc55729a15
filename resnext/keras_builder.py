"""From descriptions to Keras. Importing this module imports Keras and its backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from resnext import layers, network
from resnext.keras_layers import BatchNormalization, ChannelSlice, GroupedConv2D
from resnext.spec import ResNeXtSpec

# As in the authors' code (torch.nn.BatchNorm2d): running = 0.9 running + 0.1 batch.
MOMENTUM = 0.9
EPSILON = 1e-5


def keras_name(name: str) -> str:
    """A place as a Keras layer's name, which may hold no slash."""
    return name.replace("/", "_")


def keras_layer(layer: layers.Layer) -> Any:
    """The Keras layer that a description stands for."""
    return _BUILDERS[type(layer)](layer)


def build_model(spec: ResNeXtSpec) -> Any:
    """The Keras model of a spec: input (batch, height, width, channels), layers named by place.

    Returns:
        A functional `keras.Model`, not compiled. Compile it with ``jit_compile=False`` on a
        CPU: XLA does not train grouped convolutions there in useful time.
    """
    images = keras.Input(spec.input_shape, name="input")
    return keras.Model(images, network.build(spec, images), name=spec.name)


def _conv(layer: layers.Conv2D) -> Any:
    common: dict[str, Any] = {
        "strides": layer.strides,
        "padding": layer.padding,
        "use_bias": layer.use_bias,
        "kernel_initializer": "he_normal",
        "name": keras_name(layer.name),
    }
    if layer.groups == 1:
        return keras.layers.Conv2D(layer.filters, layer.kernel_size, **common)
    return GroupedConv2D(layer.filters, layer.kernel_size, groups=layer.groups, **common)


def _pool(layer: layers.MaxPooling2D) -> Any:
    return keras.layers.MaxPooling2D(
        layer.pool_size, layer.strides, padding=layer.padding, name=keras_name(layer.name)
    )


def _plain(kind: Callable[..., Any]) -> Callable[[Any], Any]:
    """A layer that needs only its name."""
    return lambda layer: kind(name=keras_name(layer.name))


_BUILDERS: dict[type[layers.Layer], Callable[[Any], Any]] = {
    layers.Conv2D: _conv,
    layers.BatchNormalization: lambda layer: BatchNormalization(
        momentum=MOMENTUM, epsilon=EPSILON, name=keras_name(layer.name)
    ),
    layers.ReLU: _plain(keras.layers.ReLU),
    layers.MaxPooling2D: _pool,
    layers.GlobalAveragePooling2D: _plain(keras.layers.GlobalAveragePooling2D),
    layers.Flatten: _plain(keras.layers.Flatten),
    layers.Dense: lambda layer: keras.layers.Dense(
        layer.units,
        activation=layer.activation,
        use_bias=layer.use_bias,
        name=keras_name(layer.name),
    ),
    layers.Add: _plain(keras.layers.Add),
    layers.Concatenate: _plain(keras.layers.Concatenate),
    layers.ChannelSlice: lambda layer: ChannelSlice(
        layer.start, layer.stop, name=keras_name(layer.name)
    ),
}
