"""One layer as a Keras config describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resnext.errors import InputError
from resnext.layer import Layer, Pads, Shape, Shapes, Weight

MOST = 2**31
UNKNOWN_SHAPE: Shape = ()
Config = Mapping[str, Any]
Pair = tuple[int, int]


class KerasConfigError(InputError):
    """What is wrong with a Keras model's config, and what was received."""


@dataclass(frozen=True, slots=True)
class KerasLayer(Layer):
    """A layer read from a config.

    Attributes:
        class_name: The Keras class.
        shape: Of the output; empty if not known.
        variables: Its weights.
        window: ((height, width), (strides down, right)) of a sliding window.
        added: Positions of padding: ((top, bottom), (left, right)).
        activation: Name of the function that it applies at the end.
        known: Whether all this could be read.
    """

    class_name: str = ""
    shape: Shape = UNKNOWN_SHAPE
    variables: tuple[Weight, ...] = ()
    window: tuple[Pair, Pair] = ((1, 1), (1, 1))
    added: Pads = ((0, 0), (0, 0))
    activation: str = "linear"
    known: bool = True

    @property
    def kind(self) -> str:
        return self.class_name

    def output_shape(self, inputs: Shapes) -> Shape:
        return self.shape

    def pads(self, inputs: Shapes) -> Pads:
        return self.added

    def weights(self, inputs: Shapes) -> tuple[Weight, ...]:
        return self.variables


def whole(value: Any, least: int = 1) -> int:
    """A whole number from a config."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < MOST:
        raise KerasConfigError(
            f"A size in a Keras config must be a whole number from {least}. "
            f"Received {str(value)[:80]!r}."
        )
    return value
