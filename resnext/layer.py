"""What every description of a layer has: a name, settings, a shape and weights.

A description applied to a value asks the value to apply it: a symbolic tensor adds a node to its
graph and infers the shape, the builder's value makes the Keras layer. That is how one text of the
network (`resnext.network`) gives both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any

Shape = tuple[int, ...]
Shapes = tuple[Shape, ...]
Window = tuple[tuple[int, int], tuple[int, int]]
Pads = tuple[tuple[int, int], tuple[int, int]]

# Rules by which a sliding window meets the border; `window_pads` says what each adds.
PADDINGS = ("same", "symmetric")

# Arguments of Keras's layers besides the fields of a description. Batch normalisation is as in
# the authors' code (torch.nn.BatchNorm2d): running = 0.9 running + 0.1 batch.
KERAS_ARGUMENTS: Mapping[str, dict[str, Any]] = {
    "Conv2D": {"kernel_initializer": "he_normal"},
    "GroupedConv2D": {"kernel_initializer": "he_normal"},
    "BatchNormalization": {"momentum": 0.9, "epsilon": 1e-5},
}


@dataclass(frozen=True, slots=True)
class Weight:
    """One variable of a layer, as Keras creates it."""

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a name, which is its place, and what its class needs to know."""

    name: str

    @property
    def kind(self) -> str:
        """What it is called: the class of its Keras layer, but see `resnext.kinds.KERAS_KINDS`."""
        return type(self).__name__

    @property
    def description(self) -> tuple[Any, ...]:
        """All but the name: equal for layers that differ only in their place."""
        # mypy takes the __hash__ of the instances for that of the class.
        return type(self), _settings(type(self))(self)  # type: ignore[arg-type]

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments of the Keras layer, without its name: the fields, and what we add."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        del given["name"]
        if given.get("padding") == "symmetric":
            given["padding"] = "valid" if self.keras_zeros else "same"
        return given | KERAS_ARGUMENTS.get(self.kind, {})

    @property
    def window(self) -> Window:
        """What it reads for one output position: ((height, width), (strides down, right))."""
        return (1, 1), (1, 1)

    @property
    def keras_zeros(self) -> int:
        """Zeros on each side that the Keras model adds in a layer before this one.

        Keras's windows know no symmetric rule. Padding is one attribute of the layer here, as in
        PyTorch and ONNX, so that tables, places and weights do not depend on it; only the builder
        writes the additional layer, named `pad_name`.
        """
        return 0

    def pads(self, inputs: Shapes) -> Pads:
        """Positions added before and after the features: ((top, bottom), (left, right))."""
        return (0, 0), (0, 0)

    def output_shape(self, inputs: Shapes) -> Shape:
        """Shape of the output for these input shapes, without the batch."""
        return inputs[0]

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        """Variables in the order in which Keras lists them."""
        return ()

    def __call__(self, *inputs: Any) -> Any:
        """Apply the layer to values of one kind: symbolic tensors, or those of the builder."""
        return inputs[0].apply(self, inputs)


def keras_name(place: str) -> str:
    """A place as a Keras layer's name, which may hold no slash."""
    return place.replace("/", "_")


@cache
def _settings(kind: type[Layer]) -> Callable[[Layer], Any]:
    """Reads the fields of a class of layers, without the name."""
    names = [field.name for field in fields(kind) if field.name != "name"]
    return attrgetter(*names) if names else lambda layer: ()


def pad_name(place: str) -> str:
    """Name of the Keras layer that adds the zeros before the layer at this place."""
    return f"{keras_name(place)}_pad"


def window_output(length: int, window: int, stride: int, padding: str) -> int:
    """Output length of a convolution or pooling along one axis.

    With an odd window, "same" and "symmetric" give the same length.
    """
    if padding == "same":
        return -(-length // stride)
    return (length + sum(window_pads(length, window, stride, padding)) - window) // stride + 1


def window_pads(length: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Positions that a convolution or pooling adds before and after one axis.

    Args:
        length: Of the input along the axis.
        window: Length of the window.
        stride: Its step.
        padding: ``same``: as few as give ceil(length / stride) outputs, an odd one at the end
            (TensorFlow, Keras); ``symmetric``: half the window on both sides (torchvision);
            ``valid``: none.
    """
    if padding == "symmetric":
        return window // 2, window // 2
    if padding == "valid":
        return 0, 0
    missing = max((-(-length // stride) - 1) * stride + window - length, 0)
    return missing // 2, missing - missing // 2
