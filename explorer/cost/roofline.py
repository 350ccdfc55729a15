"""The roofline: by layer, the least time that two ceilings of a machine leave.

Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore
architectures", Communications of the ACM 52(4), 2009. A layer with ``n`` multiply-adds that moves
``b`` bytes takes at least ``2 n / product`` seconds for its arithmetic and ``b / copy`` for its
traffic, and so at least the larger of both.

It is a bound and no prediction: real kernels reach a part of a ceiling, and the bound knows
neither their vector widths nor the cost of starting them. It assumes that a layer's input, weights
and output cross the memory bus once each. A layer whose input is still in a cache moves less, and
may be faster than its bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from resnext import Node
from resnext.kinds import KINDS

VALUE_BYTES = 4  # float32
# A convolution can apply them to its output before it writes it, as TensorFlow and ONNX Runtime do.
FUSED = ("norm", "activation")
ARITHMETIC, TRAFFIC = "arithmetic", "traffic"


@dataclass(frozen=True)
class Ceilings:
    """What a machine can do at most.

    Attributes:
        name: Of the machine or device.
        product: Floating-point operations a second.
        copy: Bytes a second to and from memory.
    """

    name: str
    product: float
    copy: float

    @property
    def ridge(self) -> float:
        """MACs for each byte at which both ceilings take equally long."""
        return self.product / 2 / self.copy


class Bound(NamedTuple):
    """What a layer does, and the least time for it.

    Attributes:
        place: The layer's.
        kind: The layer's class.
        macs: Multiply-adds of the whole batch.
        moved: Bytes of input, weights and output.
        seconds: The least time by both ceilings.
        by: The ceiling that it meets: `ARITHMETIC` or `TRAFFIC`.
    """

    place: str
    kind: str
    macs: int
    moved: int
    seconds: float
    by: str

    @property
    def intensity(self) -> float:
        """MACs for each byte."""
        return self.macs / self.moved

    @property
    def ms(self) -> float:
        """The least time in milliseconds."""
        return 1000 * self.seconds


def moved_bytes(node: Node, batch: int) -> int:
    """Bytes of a layer's inputs and output for a batch, and of its weights once, in float32."""
    values = math.prod(node.output_shape) + sum(math.prod(shape) for shape in node.input_shapes)
    return VALUE_BYTES * (batch * values + node.total_params)


def bound(node: Node, batch: int, ceilings: Ceilings) -> Bound:
    """The bound of one layer's inference."""
    macs, moved = batch * node.multiply_adds, moved_bytes(node, batch)
    arithmetic, traffic = 2 * macs / ceilings.product, moved / ceilings.copy
    return Bound(
        node.name,
        node.kind,
        macs,
        moved,
        max(arithmetic, traffic),
        ARITHMETIC if arithmetic > traffic else TRAFFIC,
    )


def bound_ms(nodes: Iterable[Node], batch: int, ceilings: Ceilings) -> float:
    """The least milliseconds of several layers, one after the other.

    Normalisations and activations behind other layers are free: see `FUSED`.
    """
    nodes = list(nodes)
    if len(nodes) > 1:
        nodes = [node for node in nodes if not is_fused(node)]
    return sum(bound(node, batch, ceilings).ms for node in nodes)


def is_fused(node: Node) -> bool:
    """Whether the layer before can do it on the way."""
    kind = KINDS.get(node.kind)
    return kind is not None and kind.cost in FUSED
