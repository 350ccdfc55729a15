"""The Keras layers that a ResNeXt is built from, besides Keras's own.

Importing this module registers them, so that a ``.keras`` file loads in safe mode.
"""

from __future__ import annotations

from typing import Any

import keras

from resnext.batch_norm import BatchNormalization
from resnext.grouped_conv import GroupedConv2D

__all__ = ["BatchNormalization", "ChannelSlice", "GroupedConv2D"]


@keras.saving.register_keras_serializable(package="resnext")
class ChannelSlice(keras.layers.Layer):  # type: ignore[misc]
    """The channels from ``start`` up to, not including, ``stop``.

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
            raise ValueError(
                f"ChannelSlice needs 0 <= start < stop. Received start={start}, stop={stop}."
            )
        self.start, self.stop = int(start), int(stop)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[-1]
        if channels is None or self.stop > channels:
            raise ValueError(
                "ChannelSlice needs an input with at least `stop` channels. "
                f"Received stop={self.stop} for {channels} channels."
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs[..., self.start : self.stop]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.stop - self.start)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "start": self.start, "stop": self.stop}
