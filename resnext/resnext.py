"""The zoo's procedural ResNeXt under its old name: functions on tensors.

    inputs = keras.Input((224, 224, 3))
    x = stem(inputs)
    x = learner(x, GROUPS[50], cardinality=32)
    outputs = classifier(x, 1000)

`GROUPS` has the paper's blocks per stage; its numbers count the identity blocks that follow
each group's projection block.
"""

from __future__ import annotations

from resnext.names import IMAGENET_BLOCKS
from resnext.network import (
    classifier,
    group,
    identity_block,
    learner,
    projection_block,
    stem,
)

__all__ = [
    "GROUPS",
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
