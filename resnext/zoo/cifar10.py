"""The paper's networks for CIFAR (section 5.3), under the name of the zoo's third script."""

from __future__ import annotations

from typing import Any

from resnext.errors import SpecError
from resnext.names import fields_of
from resnext.spec import ResNeXtSpec
from resnext.zoo.composable import ResNeXt

__all__ = ["cifar_spec", "resnext_cifar10"]


def cifar_spec(
    depth: int = 29, cardinality: int = 8, width: int = 64, **changes: Any
) -> ResNeXtSpec:
    """Spec of a ResNeXt for 32x32 images: 3x3 stem, three stages of n blocks, depth 9n + 2.

    Args:
        depth: 9n + 2: 20, 29, 38, 47, 56, ...
        cardinality: Number of paths C.
        width: Bottleneck width d of the first stage.
        changes: Other fields of the spec; by default 32x32x3 images and 10 classes.

    Raises:
        SpecError: The depth is not 9n + 2, or a rule of `ResNeXtSpec` is broken.
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 11 or (depth - 2) % 9:
        raise SpecError(f"The depth must be 9n + 2, such as 20, 29 or 38. Received {depth!r}.")
    blocks = ((depth - 2) // 9,) * 3
    fields = {**fields_of("resnext29_8x64d"), "blocks": blocks}
    return ResNeXtSpec(**{**fields, "cardinality": cardinality, "width": width, **changes})


def resnext_cifar10(
    depth: int = 29, cardinality: int = 8, width: int = 64, **changes: Any
) -> ResNeXt:
    """The composable class on `cifar_spec`; ``.model`` builds the Keras model."""
    return ResNeXt(spec=cifar_spec(depth, cardinality, width, **changes))
