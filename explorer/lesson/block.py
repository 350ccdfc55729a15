"""One bottleneck block in the aggregated form, counted step by step (paper, figure 3a)."""

from __future__ import annotations

from dataclasses import dataclass

from resnext import GraphTracer, Node, network
from resnext.layers import Input

STEPS = ("Input", "Split", "Transform", "Widen", "Merge", "Add")


@dataclass(frozen=True)
class Counted:
    """What one step adds.

    Attributes:
        step: One of `STEPS`.
        layers: Keras layers.
        weights: Weights of its convolutions.
        macs: Multiply-adds of its convolutions.
        shape: What the step gives: of one path in Split and Transform, else of the block.
    """

    step: str
    layers: int
    weights: int
    macs: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """An identity block of C paths of width d on a feature map (side, side, channels)."""

    cardinality: int
    width: int
    channels: int = 256
    side: int = 56

    def counts(self) -> tuple[Counted, ...]:
        """Each step's counts, read off the block's own graph in the aggregated form."""
        tracer = GraphTracer()
        x = tracer.add(Input("input", (self.side, self.side, self.channels)), ())
        width = self.cardinality * self.width
        network.identity_block(
            x, width, self.channels, self.cardinality, form="aggregated", name="block"
        )
        steps: dict[str, list[Node]] = {step: [] for step in STEPS}
        for node in tracer.graph("block"):
            steps[_step_of(node)].append(node)
        return tuple(_counted(step, nodes) for step, nodes in steps.items())


def _step_of(node: Node) -> str:
    last = node.place[-1]
    for step, names in (
        ("Split", ("conv1", "bn1", "relu1")),
        ("Transform", ("conv2", "bn2", "relu2")),
        ("Widen", ("conv3",)),
        ("Merge", ("merge", "bn3")),
        ("Add", ("add", "relu")),
    ):
        if last in names:
            return step
    return "Input"


def _counted(step: str, nodes: list[Node]) -> Counted:
    convolutions = [node for node in nodes if node.kind == "Conv2D"]
    positions = [node.output_shape[0] * node.output_shape[1] for node in convolutions]
    macs = sum(node.params * count for node, count in zip(convolutions, positions, strict=True))
    weights = sum(node.params for node in convolutions)
    shape = nodes[-1].output_shape if nodes else ()
    return Counted(step, len(nodes), weights, macs, shape)
