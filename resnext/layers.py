"""The vocabulary: descriptions of layers that a ResNeXt is written in.

A description applied to a symbolic tensor adds a node to its graph and infers the shape;
applied to a Keras tensor it makes the Keras layer. That is how one text of the network
(`resnext.network`) gives both. Padding is "same" in TensorFlow's sense unless it says
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resnext.graph import Shape, SymbolicTensor, Weight

Shapes = tuple[Shape, ...]


@dataclass(frozen=True)
class Layer:
    """One layer: a name, which is its place, and what its class needs to know."""

    name: str

    @property
    def kind(self) -> str:
        """Class name of the Keras layer that it becomes."""
        return type(self).__name__

    def output_shape(self, inputs: Shapes) -> Shape:
        """Shape of the output for these input shapes, without the batch."""
        return inputs[0]

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        """Variables in the order in which Keras lists them."""
        return ()

    def __call__(self, *inputs: Any) -> Any:
        """Apply the layer to symbolic tensors of one graph, or to Keras tensors."""
        if isinstance(inputs[0], SymbolicTensor):
            return inputs[0].tracer.add(self, inputs)
        from resnext.keras_builder import keras_layer

        return keras_layer(self)(list(inputs) if len(inputs) > 1 else inputs[0])


def window_output(length: int, window: int, stride: int, padding: str) -> int:
    """Output length of a convolution or pooling along one axis."""
    return -(-length // stride) if padding == "same" else (length - window) // stride + 1


@dataclass(frozen=True)
class Input(Layer):
    """Where images enter: ``shape`` is (height, width, channels)."""

    shape: Shape

    @property
    def kind(self) -> str:
        return "InputLayer"

    def output_shape(self, inputs: Shapes) -> Shape:
        return self.shape


@dataclass(frozen=True)
class Conv2D(Layer):
    """Convolution; with ``groups`` > 1 a grouped one (paper, section 3.3, figure 3c).

    Its kernel has shape (k, k, channels / groups, filters).
    """

    filters: int
    kernel_size: int = 1
    strides: int = 1
    groups: int = 1
    use_bias: bool = False
    padding: str = "same"

    @property
    def kind(self) -> str:
        return "Conv2D" if self.groups == 1 else "GroupedConv2D"

    def output_shape(self, inputs: Shapes) -> Shape:
        height, width, channels = inputs[0]
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                "A grouped convolution needs channels and filters divisible by its groups. "
                f"Received channels={channels}, filters={self.filters}, groups={self.groups} "
                f"in {self.name!r}."
            )
        size, stride = self.kernel_size, self.strides
        return (
            window_output(height, size, stride, self.padding),
            window_output(width, size, stride, self.padding),
            self.filters,
        )

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        size = self.kernel_size
        kernel = Weight("kernel", (size, size, inputs[0][-1] // self.groups, self.filters))
        return (kernel, Weight("bias", (self.filters,))) if self.use_bias else (kernel,)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class ReLU(Layer):
    """max(x, 0)."""


@dataclass(frozen=True)
class MaxPooling2D(Layer):
    """Largest value of each window."""

    pool_size: int
    strides: int
    padding: str = "same"

    def output_shape(self, inputs: Shapes) -> Shape:
        height, width, channels = inputs[0]
        size, stride = self.pool_size, self.strides
        return (
            window_output(height, size, stride, self.padding),
            window_output(width, size, stride, self.padding),
            channels,
        )


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """Mean of each channel over all positions."""

    def output_shape(self, inputs: Shapes) -> Shape:
        return inputs[0][-1:]


@dataclass(frozen=True)
class Flatten(Layer):
    """All values as one vector."""

    def output_shape(self, inputs: Shapes) -> Shape:
        size = 1
        for length in inputs[0]:
            size *= length
        return (size,)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Add(Layer):
    """Sum of tensors of one shape."""

    def output_shape(self, inputs: Shapes) -> Shape:
        if len(set(inputs)) != 1:
            raise ValueError(
                f"Tensors that are added must have one shape. Received {inputs} in {self.name!r}."
            )
        return inputs[0]


@dataclass(frozen=True)
class Concatenate(Layer):
    """Tensors side by side along their channels."""

    def output_shape(self, inputs: Shapes) -> Shape:
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))


@dataclass(frozen=True)
class ChannelSlice(Layer):
    """The channels from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int

    def output_shape(self, inputs: Shapes) -> Shape:
        return (*inputs[0][:-1], self.stop - self.start)
