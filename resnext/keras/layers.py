"""Keras's own layers, some of them made faster, and the layers of ours that older files hold.

A model of ours consists of stock layers, so that its file opens in any Keras 3. Importing this
module registers the layers of older files, so that these load in safe mode.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from resnext.errors import InputError
from resnext.keras.batch_norm import BatchNormalization, accelerate_norm
from resnext.keras.grouped_conv import GroupedConv2D, accelerate_conv

__all__ = [
    "BatchNormalization",
    "ChannelSlice",
    "GroupedConv2D",
    "accelerate",
    "channel_slice",
    "load_model",
]


def accelerate(model: Any) -> Any:
    """Let Keras's layers in a model, or one layer, compute faster; see `accelerate_conv`, `_norm`.

    Returns:
        The same model. What is computed and what is saved does not change.
    """
    if type(model) is keras.layers.Conv2D:
        accelerate_conv(model)
    elif type(model) is keras.layers.BatchNormalization:
        accelerate_norm(model)
    for layer in getattr(model, "layers", ()):
        accelerate(layer)
    return model


def channel_slice(start: int, stop: int, channels: int, name: str) -> Any:
    """The Keras layer that takes the channels from ``start`` up to ``stop`` of ``channels``.

    Keras has no layer for it but one that crops two axes, which are the last two, width and
    channels, when it is set to channels first.
    """
    cropping = ((0, 0), (start, channels - stop))
    return keras.layers.Cropping2D(cropping, data_format="channels_first", name=name)


def load_model(path: str | Path) -> Any:
    """A model from a ``.keras`` file, in Keras's safe mode, accelerated.

    A file of ours from before it held stock layers only gives a model of stock layers, too, so
    that saving it writes a file that opens anywhere; a compiled one keeps its layers, because
    the copy would not have the optimizer's state.
    """
    model = keras.saving.load_model(path, safe_mode=True)
    if _has_older_layers(model) and not model.compiled:
        weights = model.get_weights()
        model = keras.models.clone_model(model, clone_function=_stock_layer, recursive=True)
        model.set_weights(weights)
    accelerate(model)
    if model.compiled and model.jit_compile and not _suits_xla(model):
        model.jit_compile = False  # as compiling it now would choose
    return model


@keras.saving.register_keras_serializable(package="resnext")
class ChannelSlice(keras.layers.Layer):  # type: ignore[misc]
    """The channels from ``start`` up to, not including, ``stop``, in older files.

    Args:
        start: First channel, from 0.
        stop: The channel after the last.
        **kwargs: Of `keras.layers.Layer`.

    Raises:
        ValueError: The channels are none, or more than the input has.
    """

    def __init__(self, start: int, stop: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= start < stop:
            raise InputError(
                f"ChannelSlice needs 0 <= start < stop. Received start={start}, stop={stop}."
            )
        self.start, self.stop = int(start), int(stop)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[-1]
        if channels is None or self.stop > channels:
            raise InputError(
                "ChannelSlice needs an input with at least `stop` channels. "
                f"Received stop={self.stop} for {channels} channels."
            )
        self.channels = channels
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs[..., self.start : self.stop]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.stop - self.start)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": self.start, "stop": self.stop}


_OLDER = {
    GroupedConv2D: keras.layers.Conv2D,
    BatchNormalization: keras.layers.BatchNormalization,
    ChannelSlice: keras.layers.Cropping2D,
}


def _has_older_layers(model: Any) -> bool:
    return type(model) in _OLDER or any(map(_has_older_layers, getattr(model, "layers", ())))


def _suits_xla(layer: Any) -> bool:
    return layer.supports_jit and all(map(_suits_xla, getattr(layer, "layers", ())))


def _stock_layer(layer: Any) -> Any:
    """A layer like this one, of a kind that every Keras knows."""
    if isinstance(layer, ChannelSlice):
        return channel_slice(layer.start, layer.stop, layer.channels, layer.name)
    return _OLDER.get(type(layer), type(layer)).from_config(layer.get_config())
