"""The vocabulary: the layers that a ResNeXt is written in.

Padding is by one of the rules of `resnext.layer.window_pads`; by default "same".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from resnext.errors import InputError
from resnext.layer import (
    Layer,
    Pads,
    Shape,
    Shapes,
    Weight,
    Window,
    window_output,
    window_pads,
)

# Of a field that a written call leaves out where it has its default.
_QUIET = {"quiet": True}


def _square(side: int, stride: int) -> Window:
    return (side, side), (stride, stride)


class _Windowed(Layer):
    """A layer with a sliding window and a rule for its padding."""

    __slots__ = ()
    padding: str

    @property
    def keras_zeros(self) -> int:
        # With an odd window at stride 1, "same" is symmetric.
        (side, _), (stride, _) = self.window
        is_same = self.padding != "symmetric" or (stride == 1 and side % 2 == 1)
        return 0 if is_same else side // 2

    def pads(self, inputs: Shapes) -> Pads:
        down, right = (
            window_pads(*lengths, self.padding) for lengths in zip(inputs[0][:2], *self.window)
        )
        return down, right

    def _slid(self, height: int, width: int, channels: int) -> Shape:
        """Shape behind the window."""
        lengths = zip((height, width), *self.window)
        return (*(window_output(*length, self.padding) for length in lengths), channels)


@dataclass(frozen=True, slots=True)
class Input(Layer):
    """Where images enter: ``shape`` is (height, width, channels)."""

    shape: Shape

    @property
    def kind(self) -> str:
        return "InputLayer"

    def output_shape(self, inputs: Shapes) -> Shape:
        return self.shape


@dataclass(frozen=True, slots=True)
class Conv2D(_Windowed):
    """Convolution; with ``groups`` > 1 a grouped one (paper, section 3.3, figure 3c).

    Its kernel has shape (k, k, channels / groups, filters).
    """

    filters: int
    kernel_size: int = 1
    strides: int = 1
    padding: str = "same"
    groups: int = field(default=1, metadata=_QUIET)
    use_bias: bool = False

    @property
    def kind(self) -> str:
        return "Conv2D" if self.groups == 1 else "GroupedConv2D"

    def output_shape(self, inputs: Shapes) -> Shape:
        height, width, channels = inputs[0]
        if channels % self.groups or self.filters % self.groups:
            raise InputError(
                "A grouped convolution needs channels and filters divisible by its groups. "
                f"Received channels={channels}, filters={self.filters}, groups={self.groups} "
                f"in {self.name!r}."
            )
        return self._slid(height, width, self.filters)

    @property
    def window(self) -> Window:
        return _square(self.kernel_size, self.strides)

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        size = self.kernel_size
        kernel = Weight("kernel", (size, size, inputs[0][-1] // self.groups, self.filters))
        return (kernel, Weight("bias", (self.filters,))) if self.use_bias else (kernel,)


@dataclass(frozen=True, slots=True)
class BatchNormalization(Layer):
    """Normalisation of each channel: scale, offset, and two moving statistics."""

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        shape = (inputs[0][-1],)
        return (
            Weight("gamma", shape),
            Weight("beta", shape),
            Weight("moving_mean", shape, trainable=False),
            Weight("moving_variance", shape, trainable=False),
        )


@dataclass(frozen=True, slots=True)
class ReLU(Layer):
    """max(x, 0)."""


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """A function of each value by its Keras name, such as sigmoid."""

    activation: str


@dataclass(frozen=True, slots=True)
class MaxPooling2D(_Windowed):
    """Largest value of each window; padding never is the largest."""

    pool_size: int
    strides: int
    padding: str = "same"

    def output_shape(self, inputs: Shapes) -> Shape:
        return self._slid(*inputs[0])

    @property
    def window(self) -> Window:
        return _square(self.pool_size, self.strides)


@dataclass(frozen=True, slots=True)
class GlobalAveragePooling2D(Layer):
    """Mean of each channel over all positions; with ``keepdims`` (1, 1, channels)."""

    keepdims: bool = field(default=False, metadata=_QUIET)

    def output_shape(self, inputs: Shapes) -> Shape:
        channels = inputs[0][-1:]
        return (1, 1, *channels) if self.keepdims else channels


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """All values as one vector."""

    def output_shape(self, inputs: Shapes) -> Shape:
        return (math.prod(inputs[0]),)


@dataclass(frozen=True, slots=True)
class Dense(Layer):
    """Fully connected layer with a bias; ``activation`` is a Keras name, such as softmax."""

    units: int
    activation: str = "linear"
    use_bias: bool = True

    def output_shape(self, inputs: Shapes) -> Shape:
        return (*inputs[0][:-1], self.units)

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        kernel = Weight("kernel", (inputs[0][-1], self.units))
        return (kernel, Weight("bias", (self.units,))) if self.use_bias else (kernel,)


@dataclass(frozen=True, slots=True)
class Add(Layer):
    """Sum of tensors of one shape."""

    def output_shape(self, inputs: Shapes) -> Shape:
        if len(set(inputs)) != 1:
            raise InputError(
                f"Tensors that are added must have one shape. Received {inputs} in {self.name!r}."
            )
        return inputs[0]


@dataclass(frozen=True, slots=True)
class Multiply(Layer):
    """Product of tensors; lengths of 1 are repeated."""

    def output_shape(self, inputs: Shapes) -> Shape:
        shape = tuple(max(lengths) for lengths in zip(*inputs))
        if any(n not in (1, most) for given in inputs for n, most in zip(given, shape)):
            raise InputError(
                "Tensors that are multiplied must have one shape, or lengths of 1. "
                f"Received {inputs} in {self.name!r}."
            )
        return shape


@dataclass(frozen=True, slots=True)
class Concatenate(Layer):
    """Tensors side by side along their channels."""

    def output_shape(self, inputs: Shapes) -> Shape:
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


@dataclass(frozen=True, slots=True)
class ChannelSlice(Layer):
    """The channels from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int

    def output_shape(self, inputs: Shapes) -> Shape:
        return (*inputs[0][:-1], self.stop - self.start)
