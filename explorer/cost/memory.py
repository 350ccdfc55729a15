"""The memory of a step: its peak, what it is made of, where it is, and the largest batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from explorer.analysis.report import graph_of
from explorer.cost.liveness import FLOAT32, Moment, moments
from explorer.cost.settings import MOST_IMAGES, Settings

RULE = (
    "A tensor stays in memory from the layer that writes it to the last one that reads it, in the "
    "backward pass, too (liveness analysis: Aho et al., Compilers, 9.2.5). Elementwise layers "
    "reuse their input's memory, as TensorFlow does on a CPU. Allocator and program add, as "
    "measured: in training 600 KiB for each layer, one eighth of what is kept for the whole step, "
    "and three eighths of what is freed within it; in inference 150 KiB for each layer, a quarter "
    "of the weights, and seven eighths of what is freed. That can be too much for a small network, "
    "and with layers for each path; verify shows by how much."
)
GIB = 2**30
ROOMS = (2, 4, 8, 16, 24, 32, 80)  # GiB of usual machines and cards
PARTS = {
    "weights": "Weights",
    "optimizer": "Optimizer state",
    "gradients": "Gradients of weights",
    "activations": "Kept for the backward pass",
    "working": "In use",
    "overhead": "Allocator and program",
}


class Share(NamedTuple):
    """Resident memory beyond the tensors, as measured (benchmarks/results/memory.md).

    TensorFlow's allocator (tsl/framework/bfc_allocator.cc) splits a free block only from twice the
    size asked for, and what no free block fits takes new memory. A layer's place in the graph, its
    traced functions and its kernels take memory, too. That some of inference's grows with the
    weights was measured and not explained.

    Attributes:
        stays: Eighths of a byte for each byte of gradients, of kernels' copies, and of what the
            backward pass reads; the byte itself included.
        goes: The same of other feature maps, and of their gradients.
        weight: Bytes of each weight.
        layer: Bytes of each layer.
    """

    stays: int
    goes: int
    weight: int
    layer: int

    def eighths(self, stays: int, goes: int) -> int:
        """Memory of tensors and the allocator's share, in eighths of a byte.

        Args:
            stays: Bytes of gradients, of kernels' copies, and of what the backward pass reads.
            goes: Bytes of other feature maps, and of their gradients.
        """
        return self.stays * stays + self.goes * goes

    def fixed(self, weights: int, layers: int) -> int:
        """Bytes that do not depend on feature maps."""
        return self.weight * weights + self.layer * layers


TRAINING = Share(stays=9, goes=11, weight=0, layer=600 * 2**10)
# Least squares of the ratios in 12 measured rows of inference, rounded. The aggregated form is not
# among them: at a large batch it needs far less of what comes and goes.
INFERENCE = Share(stays=9, goes=15, weight=1, layer=150 * 2**10)


def share_of(settings: Settings) -> Share:
    """What the allocator and the program add in a step."""
    return TRAINING if settings.train else INFERENCE


class Parts(NamedTuple):
    """Bytes that are alive at one moment.

    Attributes:
        weights: All weights at float32, moving statistics included, and in half precision the
            copies of kernels.
        optimizer: The optimizer's arrays.
        gradients: Of weights: the weight decay of each kernel, which TensorFlow computes at the
            start of the step because it waits for nothing, until that kernel is updated, and the
            new gradients of the layer at work.
        activations: Feature maps and masks that the backward pass reads again.
        working: Other feature maps, and the gradients of feature maps.
        overhead: Of the allocator and the program; see `Share`.
    """

    weights: int
    optimizer: int
    gradients: int
    activations: int
    working: int
    overhead: int

    @property
    def total(self) -> int:
        """Their sum."""
        return sum(self)

    @property
    def tensors(self) -> int:
        """Their sum without the overhead."""
        return sum(self) - self.overhead


@dataclass(frozen=True)
class Memory:
    """The memory of one kind of step of a network.

    Attributes:
        name: The network's.
        settings: The step.
        weights: Number of weights, moving statistics included.
        trainable: Of these, the ones that training changes.
        layers: Number of layers, the input included.
        moments: What is alive while each layer computes, for one image.
    """

    name: str
    settings: Settings
    weights: int
    trainable: int
    layers: int
    moments: tuple[Moment, ...]

    @property
    def share(self) -> Share:
        """What the allocator and the program add."""
        return share_of(self.settings)

    @property
    def optimizer_bytes(self) -> int:
        """Of the optimizer's arrays."""
        return FLOAT32 * self.trainable * self.settings.slots

    def parts(self, moment: Moment) -> Parts:
        """What is alive at a moment."""
        kept, working = (self.settings.batch * size for size in (moment.kept, moment.working))
        return Parts(
            weights=FLOAT32 * self.weights + moment.copies,
            optimizer=self.optimizer_bytes,
            gradients=moment.fixed - moment.copies,
            activations=kept,
            working=working,
            overhead=self.size(moment) // 8
            - (moment.fixed + kept + working)
            + self.share.fixed(self.weights, self.layers),
        )

    @cached_property
    def peak_at(self) -> Moment:
        """The first moment of the peak."""
        return max(self.moments, key=self.size)

    def size(self, moment: Moment) -> int:
        """In eighths of a byte, of all but weights, optimizer state and `Share.fixed`."""
        batch = self.settings.batch
        return self.share.eighths(moment.fixed + batch * moment.kept, batch * moment.working)

    @property
    def peak(self) -> Parts:
        """What is alive at the peak."""
        return self.parts(self.peak_at)

    @property
    def peak_bytes(self) -> int:
        """Bytes of resident memory at the peak, above an idle process."""
        return self.peak.total

    @property
    def tensor_bytes(self) -> int:
        """Of these, the bytes of tensors that are alive."""
        return self.peak.tensors

    @cached_property
    def stages(self) -> dict[str, Moment]:
        """The highest moment of each stage, of the stem and of the classifier."""
        found: dict[str, list[Moment]] = {}
        for moment in self.moments:
            found.setdefault(moment.place.partition("/")[0], []).append(moment)
        return {stage: max(group, key=self.size) for stage, group in found.items()}

    def largest_batch(self, limit: int) -> int:
        """The most images whose step has its peak within ``limit`` bytes; 0 if not even one.

        Exact: each moment grows linearly with the batch, so each alone allows a largest one.
        """
        left = limit - FLOAT32 * self.weights - self.optimizer_bytes
        left -= self.share.fixed(self.weights, self.layers)
        share = self.share
        most = 8 * (left + 1) - 1  # eighths, of which a part is not counted
        return min(
            _most(most - share.eighths(m.fixed, 0), share.eighths(m.kept, m.working))
            for m in self.moments
        )

    @property
    def largest_batches(self) -> dict[int, int]:
        """By GiB of `ROOMS` the largest batch that fits."""
        return {room: self.largest_batch(room * GIB) for room in ROOMS}

    def of_batch(self, batch: int) -> Memory:
        """The same for another batch."""
        return replace(self, settings=replace(self.settings, batch=batch))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; the parts are those of the peak and sum to it."""
        return {
            **self.settings.as_dict(),
            "peak_bytes": self.peak_bytes,
            "peak_at": self.peak_at.place,
            "peak_phase": self.peak_at.phase,
            "tensor_bytes": self.tensor_bytes,
            **{f"{name}_bytes": size for name, size in self.peak._asdict().items()},
            "stages": [
                {
                    "name": stage,
                    "peak_bytes": self.parts(moment).total,
                    "peak_at": moment.place,
                    "peak_phase": moment.phase,
                }
                for stage, moment in self.stages.items()
            ],
            "largest_batch": {str(room): batch for room, batch in self.largest_batches.items()},
            "rule": RULE,
        }


def memory(source: Any, settings: Settings = Settings()) -> Memory:  # noqa: B008  # frozen
    """The memory of a step.

    Args:
        source: Anything that `explorer.analysis.report.analyse` takes.
        settings: The step.

    Raises:
        InputError: A layer's output shape is not known, or the source is nothing of that kind.
    """
    graph = graph_of(source)
    found = moments(graph.nodes, settings)
    weights = trainable = 0
    counts = {i: (graph.nodes[i].total_params, graph.nodes[i].params) for i in set(graph.alike)}
    for alike in graph.alike:
        weights += counts[alike][0]
        trainable += counts[alike][1]
    return Memory(graph.name, settings, weights, trainable, len(graph), tuple(found))


def _most(left: int, per_image: int) -> int:
    if left < 0:
        return 0
    return min(MOST_IMAGES, left // per_image) if per_image else MOST_IMAGES
