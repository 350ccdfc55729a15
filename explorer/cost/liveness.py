"""Which tensors are alive while each layer computes: first forward, then backward.

A tensor is alive from the layer that writes it to the last one that reads it (liveness analysis:
Aho, Lam, Sethi, Ullman, "Compilers", 2nd edition, section 9.2.5); in a training step the backward
pass reads again what `explorer.cost.rules` says. Layers run in the graph's order, and backward in
the reverse order. TensorFlow's executor runs what is ready, so its order differs a little.

Everything that depends on the batch is given for one image.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from explorer.cost.rules import RELU_BITS, Rule, rule_of
from explorer.cost.settings import Settings
from resnext.errors import InputError
from resnext.graph import Node
from resnext.kinds import KINDS

FORWARD, BACKWARD = "forward", "backward"
FLOAT32 = 4
_NEVER = 2**62  # the position of a reader that does not come


class Moment(NamedTuple):
    """What is alive while one layer computes, or its gradients are computed.

    Attributes:
        phase: ``forward`` or ``backward``.
        place: The layer's name.
        fixed: Bytes that do not depend on the batch, beyond weights and optimizer state: buffers
            of gradients, and copies of kernels in half precision.
        kept: Bytes for each image that the backward pass will read.
        working: Bytes for each image of what else is alive: feature maps, and their gradients.
        copies: Of ``fixed``, the copies of kernels.
    """

    phase: str
    place: str
    fixed: int
    kept: int
    working: int
    copies: int


def moments(nodes: Sequence[Node], settings: Settings, *, part: bool = False) -> list[Moment]:
    """The moments of a step in their order, each layer's forward and, in training, backward.

    Args:
        nodes: A graph's layers, inputs first.
        settings: The step; its batch does not matter here.
        part: The first layer is an input that stands for another part's output. In training that
            part keeps it, and counts it, and wants its gradient.

    Raises:
        InputError: A layer's output shape is not known.
    """
    walk = _Walk(nodes, settings, part and settings.train)
    walk.forward()
    if settings.train:
        walk.backward()
    return walk.moments


class _Gradient:
    """The memory of one gradient, which several tensors may share."""

    __slots__ = ("size", "uses")

    def __init__(self, size: int) -> None:
        self.size, self.uses = size, 0


class _Walk:
    """One pass over the layers. Tensors are known by the position of the layer that writes them."""

    def __init__(self, nodes: Sequence[Node], settings: Settings, part: bool) -> None:
        self.nodes, self.settings, self.part = nodes, settings, part
        self.moments: list[Moment] = []
        at = {node.name: i for i, node in enumerate(nodes)}
        self.reads = [[at[name] for name in node.inputs] for node in nodes]
        self.rules = [rule_of(node) for node in nodes]
        self.sizes = [self._size(node) for node in nodes]
        self.last = [_NEVER] * len(nodes)  # the last reader of each tensor, forward
        for i, read in enumerate(self.reads):
            for source in read:
                self.last[source] = i
        self._place_backward_readers()
        self._measure_weights()
        self.kept = -self.sizes[0] if part else 0
        self.working = 0
        self.memory = list(range(len(nodes)))  # whose memory each tensor uses
        self.until = list(self.last)  # the last reader of each memory
        self.held = list(self.first)  # the last layer, going backward, that reads each memory

    def _size(self, node: Node) -> int:
        if not node.output_shape or not getattr(node.layer, "known", True):
            raise InputError(
                "Memory can be computed only if every layer's output shape is known. "
                f"Received {node.name!r} of kind {node.kind}, whose shape is not."
            )
        return math.prod(node.output_shape) * self.settings.value_bytes

    def _place_backward_readers(self) -> None:
        """For each tensor the first layer whose backward pass reads it; `_NEVER` if none does."""
        self.first = [_NEVER] * len(self.nodes)
        self.extra = [0] * len(self.nodes)  # bytes that a layer keeps besides tensors
        if not self.settings.train:
            return
        for i, (node, rule, read) in enumerate(zip(self.nodes, self.rules, self.reads)):
            for source in read if rule.keeps_input else ():
                self.first[source] = min(self.first[source], i)
            if rule.keeps_output:
                self.first[i] = min(self.first[i], i)
            self.extra[i] = self._extra(i, node, rule)
        if self.part:
            self.first[0] = 0  # read by the part that wrote it, behind all of these

    def _extra(self, i: int, node: Node, rule: Rule) -> int:
        values = math.prod(node.output_shape)
        bits = rule.bits * values
        if _cost(node) == "norm" and self._is_before_relu(i):
            bits += RELU_BITS * values
        extra = -(-bits // 8)
        if self.settings.half and _is_strided_pointwise(node):
            # The kernel's gradient is a matrix product with the positions that were read.
            positions = math.prod(node.output_shape[:-1])
            extra += positions * node.input_shapes[0][-1] * self.settings.value_bytes
        return extra + self._padded(node)

    def _padded(self, node: Node) -> int:
        """Bytes of the padded copy of what the layer reads, where Keras makes one."""
        zeros = node.layer.keras_zeros
        if not zeros:
            return 0
        height, width, channels = node.input_shapes[0]
        return (height + 2 * zeros) * (width + 2 * zeros) * channels * self.settings.value_bytes

    def _is_before_relu(self, i: int) -> bool:
        follower = self.last[i]
        return follower != _NEVER and self.nodes[follower].kind == "ReLU"

    def _measure_weights(self) -> None:
        """Bytes of each layer's buffers that do not depend on the batch."""
        self.pending, self.update, self.copy = [], [], []
        known: dict[object, tuple[int, int, int]] = {}
        for node in self.nodes:
            key = node.description
            if key not in known:
                known[key] = self._buffers(node)
            pending, update, copy = known[key]
            self.pending.append(pending)
            self.update.append(update)
            self.copy.append(copy)

    def _buffers(self, node: Node) -> tuple[int, int, int]:
        """Bytes of: the decay of the kernels; the new gradients; the kernels' half copies."""
        trained = [weight for weight in node.weights if weight.trainable]
        kernels = sum(weight.size for weight in trained if len(weight.shape) > 1)
        copy = 2 * kernels if self.settings.half and _cost(node) == "conv" else 0
        if not self.settings.train:
            return 0, 0, copy
        new = FLOAT32 * sum(weight.size for weight in trained)
        return FLOAT32 * kernels, new + copy, copy

    def forward(self) -> None:
        """Compute every layer."""
        self.copies = sum(self.copy)
        self.gradients = sum(self.pending)
        for i in range(len(self.nodes)):
            self._write(i)
            self.kept += self.extra[i]
            padded = 0 if self.settings.train else self._padded(self.nodes[i])
            self._note(FORWARD, i, self._wide(i) + padded)
            if not self.settings.train:
                self.copies -= self.copy[i]
            for memory in {self.memory[source] for source in self.reads[i]}:
                self._free(memory, i)

    def _write(self, i: int) -> None:
        """Give the layer's output memory: its own, or that of an input."""
        rule = self.rules[i]
        for source in self.reads[i]:
            memory = self.memory[source]
            same = self.sizes[source] == self.sizes[i]
            dies = self.until[memory] == i and self.held[memory] == _NEVER
            if rule.view or (same and dies and self._is_in_place(i, source)):
                self._move(memory, i)
                return
        self._add(i, self.sizes[i])

    def _is_in_place(self, i: int, source: int) -> bool:
        """Whether the layer may write over this input."""
        if self.rules[i].in_place:
            return True
        fused = not self.settings.train and not self.settings.half
        return fused and _cost(self.nodes[i]) == "norm" and _cost(self.nodes[source]) == "conv"

    def _move(self, memory: int, i: int) -> None:
        """Let the layer's output use an input's memory."""
        self._add(memory, -self.sizes[memory])
        self.memory[i] = memory
        if self.rules[i].view:
            self.until[memory] = max(self.until[memory], self.last[i])
            self.held[memory] = min(self.held[memory], self.first[i])
        else:
            self.until[memory], self.held[memory] = self.last[i], self.first[i]
        self._add(memory, self.sizes[memory])

    def _add(self, memory: int, size: int) -> None:
        if self.held[memory] != _NEVER:
            self.kept += size
        else:
            self.working += size

    def _free(self, memory: int, i: int) -> None:
        if self.until[memory] == i and self.held[memory] == _NEVER:
            self.working -= self.sizes[memory]

    def _wide(self, i: int) -> int:
        """Bytes of a float32 copy of what a mean over all positions reads in half precision."""
        if not self.settings.half or _cost(self.nodes[i]) != "average":
            return 0
        return sum(2 * self.sizes[source] for source in self.reads[i])

    def _note(self, phase: str, i: int, more: int = 0, update: int = 0) -> None:
        fixed = self.gradients + update + self.copies
        moment = Moment(
            phase, self.nodes[i].name, fixed, self.kept, self.working + more, self.copies
        )
        self.moments.append(moment)

    def backward(self) -> None:
        """Compute the gradients of every layer, the last one first."""
        trains = self._trains()
        slopes: list[list[_Gradient]] = [[] for _ in self.nodes]
        end = len(self.nodes) - 1
        slopes[end].append(self._gradient(self.sizes[end]))
        held: dict[int, list[int]] = {}  # by the layer after whose backward pass it is freed
        for memory in set(self.memory):
            if self.held[memory] != _NEVER:
                held.setdefault(self.held[memory], []).append(memory)
        for i in range(end, 0, -1):
            if trains[i] and slopes[i]:
                slope = self._sum(slopes[i])
                more = self._spread(i, slope, slopes, trains)
                self._note(BACKWARD, i, more, self.update[i])
                self._drop(slope)
            self.gradients -= self.pending[i]
            self.copies -= self.copy[i]
            self.kept -= self.extra[i]
            for memory in held.get(i, ()):
                self.kept -= self.sizes[memory]

    def _trains(self) -> list[bool]:
        """Whether the gradient of each layer's output is wanted."""
        trains: list[bool] = []
        for i, read in enumerate(self.reads):
            trains.append(self.update[i] > 0 or any(trains[source] for source in read))
            if self.part and i == 0:
                trains[0] = True
        return trains

    def _gradient(self, size: int) -> _Gradient:
        gradient = _Gradient(size)
        gradient.uses = 1
        self.working += size
        return gradient

    def _drop(self, gradient: _Gradient) -> None:
        gradient.uses -= 1
        if not gradient.uses:
            self.working -= gradient.size

    def _sum(self, parts: list[_Gradient]) -> _Gradient:
        """The sum of a tensor's gradients, in the memory of one that nobody else reads."""
        if len(parts) == 1:
            return parts[0]
        own = next((part for part in parts if part.uses == 1), None) or self._gradient(
            parts[0].size
        )
        for part in parts:
            if part is not own:
                self._drop(part)
        return own

    def _spread(
        self, i: int, slope: _Gradient, slopes: list[list[_Gradient]], trains: list[bool]
    ) -> int:
        """Give each input its gradient; bytes that this needs for a moment."""
        rule, node = self.rules[i], self.nodes[i]
        shared = rule.view or node.kind == "Add"
        more = self._wide(i) + self._padded(node)
        for source in self.reads[i]:
            if not trains[source]:
                continue
            size = self.sizes[source]
            once = slope.uses == 1 and slope.size == size and rule.in_place
            if shared or (once and node.kind != "Multiply"):
                slope.uses += 1
                slopes[source].append(slope)
            else:
                slopes[source].append(self._gradient(size))
                if node.kind == "Multiply" and size < slope.size:
                    more += slope.size  # the product, before it is summed over the positions
        return more


def _cost(node: Node) -> str:
    kind = KINDS.get(node.kind)
    return "" if kind is None else kind.cost


def _is_strided_pointwise(node: Node) -> bool:
    window, strides = node.layer.window
    return node.kind == "Conv2D" and window == (1, 1) and strides != (1, 1)
