"""The zoo's procedural ResNeXt: functions on tensors, symbolic ones or Keras's.

    inputs = keras.Input((224, 224, 3))
    x = stem(inputs)
    x = learner(x, GROUPS[50], cardinality=32)
    outputs = classifier(x, 1000)

`GROUPS` has the paper's blocks per stage; its numbers count the identity blocks that follow
each group's projection block. `resnext.network` documents the functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from resnext import network
from resnext.graph import SymbolicTensor
from resnext.names import IMAGENET_BLOCKS
from resnext.spec import ResNeXtSpec

__all__ = [
    "GROUPS",
    "build",
    "classifier",
    "group",
    "identity_block",
    "learner",
    "projection_block",
    "stem",
]

GROUPS = {
    depth: tuple((128 * 2**i, 256 * 2**i, blocks - 1) for i, blocks in enumerate(blocks_per_stage))
    for depth, blocks_per_stage in IMAGENET_BLOCKS.items()
}


def _on_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of `resnext.network`, also for plain Keras tensors."""

    @wraps(function)
    def applied(x: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(x, SymbolicTensor):
            return function(x, *arguments, **options)
        from resnext.keras.builder import KerasValue

        return function(KerasValue(x), *arguments, **options).tensor

    return applied


stem = _on_tensors(network.stem)
learner = _on_tensors(network.learner)
group = _on_tensors(network.group)
projection_block = _on_tensors(network.projection_block)
identity_block = _on_tensors(network.identity_block)
classifier = _on_tensors(network.classifier)


def build(spec: ResNeXtSpec, x: Any) -> Any:
    """Apply the whole network of ``spec`` to ``x``, a tensor of ``spec.input_shape``."""
    return _on_tensors(lambda value: network.build(spec, value))(x)
