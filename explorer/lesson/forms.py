"""One network, or one stage of it, in any of the four forms: its graph, input and weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resnext import Graph, GraphTracer, ResNeXtSpec, Shape, build, learner, network, trace
from resnext.errors import InputError
from resnext.layers import Conv2D, Dense, Input

if TYPE_CHECKING:
    from resnext.weights import Weights

FORM_NAMES = {
    "aggregated": "Summed paths (3a)",
    "concatenated": "Early concatenation (3b)",
    "grouped": "Grouped convolution (3c)",
    "split": "Split and concatenate (Keras zoo)",
}
INPUTS = ("noise", "gradient", "impulse")


class Part:
    """The whole network of a spec, or the blocks of one of its stages.

    Args:
        spec: The network; its own form does not matter.
        stage: Number of the stage, counted from 1; None is the whole network.
        blocks: Only the first so many blocks of the stage.

    Raises:
        ValueError: There is no such stage, or ``blocks`` is less than 1 or has no stage.
    """

    def __init__(self, spec: ResNeXtSpec, stage: int | None = None, blocks: int | None = None):
        if stage is not None and not 1 <= stage <= len(spec.stages):
            raise InputError(
                f"The stage must be from 1 to {len(spec.stages)} in {spec.name}. Received {stage}."
            )
        if blocks is not None and (stage is None or blocks < 1):
            raise InputError(
                f"The blocks must be 1 or more, of one stage. Received {blocks} of stage {stage}."
            )
        self.spec, self.stage = spec, stage
        whole = trace(spec.replace(form="grouped"))
        self.input_shape: Shape = spec.input_shape
        self._stages: tuple[Any, ...] = ()
        if stage is not None:
            first = next(node for node in whole if node.place[0] == f"stage{stage}")
            self.input_shape = first.input_shapes[0]
            chosen = spec.stages[stage - 1]
            most = chosen.blocks if blocks is None else min(blocks, chosen.blocks)
            self._stages = (replace(chosen, blocks=most),)

    def apply(self, x: Any, form: str) -> Any:
        """Apply it, written in ``form``, to a symbolic or a Keras tensor."""
        spec = self.spec.replace(form=form)
        if self.stage is None:
            return build(spec, x)
        options = network.block_options(spec)
        return learner(x, self._stages, spec.cardinality, **options)

    def graph(self, form: str) -> Graph:
        """Its graph in one form, with no TensorFlow."""
        tracer = GraphTracer()
        self.apply(tracer.add(Input("input", self.input_shape), ()), form)
        return tracer.graph(f"{self.spec.name} {form}")

    def cut(self, weights: Weights) -> dict[str, NDArray[Any]]:
        """This part of a whole network's weights in the grouped form, named as the part's."""
        if self.stage is None:
            return dict(weights)
        head = f"stage{self.stage}/"
        return {
            "stage1/" + key.removeprefix(head): value
            for key, value in weights.items()
            if key.startswith(head)
        }


def figure_3(form: str) -> Graph:
    """The paper's block in one form: 256 channels at 56 x 56 through 32 paths of 4."""
    tracer = GraphTracer()
    x = tracer.add(Input("input", (56, 56, 256)), ())
    network.identity_block(x, 128, 256, 32, form=form, name="block1")
    return tracer.graph(FORM_NAMES[form])


def random_weights(graph: Graph, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """Random weights, by ``layer/weight``, with which every layer changes its input.

    Kernels are He normal, as for training; normalisations get scales, offsets and statistics
    that differ from their initial values, so that a mistake in any of them shows.
    """
    rng = np.random.default_rng(seed)
    drawn: dict[str, NDArray[np.float64]] = {}
    for node in graph:
        for weight in node.weights:
            key = f"{node.name}/{weight.name}"
            if weight.name == "kernel" and isinstance(node.layer, (Conv2D, Dense)):
                fan_in = math.prod(weight.shape[:-1])
                drawn[key] = rng.normal(scale=math.sqrt(2 / fan_in), size=weight.shape)
            elif weight.name == "gamma":
                # A small last scale keeps a deep sum of residuals from growing without bound.
                scale = 0.25 if node.name.endswith("bn3") else 1.0
                drawn[key] = scale * rng.uniform(0.5, 1.5, size=weight.shape)
            elif weight.name == "moving_variance":
                drawn[key] = rng.uniform(0.5, 1.5, size=weight.shape)
            else:
                drawn[key] = rng.normal(scale=0.1, size=weight.shape)
    return drawn


def make_input(kind: str, shape: Shape, seed: int = 0, batch: int = 1) -> NDArray[np.float64]:
    """An input of the chosen kind, (batch, *shape).

    ``noise``: standard normal; ``gradient``: rises from corner to corner, -1 to 1, with another
    sign in every second channel; ``impulse``: 1 at the middle position, else 0.

    Raises:
        ValueError: The kind is unknown.
    """
    height, width, channels = shape
    if kind == "noise":
        return np.random.default_rng([seed, 1]).normal(size=(batch, *shape))
    if kind == "gradient":
        ramp = np.add.outer(np.linspace(-1, 1, height), np.linspace(-1, 1, width)) / 2
        signs = np.where(np.arange(channels) % 2, -1.0, 1.0)
        return np.tile(ramp[..., None] * signs, (batch, 1, 1, 1))
    if kind == "impulse":
        values = np.zeros((batch, *shape))
        values[:, height // 2, width // 2] = 1.0
        return values
    raise InputError(f"The input must be one of {', '.join(INPUTS)}. Received {kind!r}.")


def relative_difference(
    one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]]
) -> float:
    """Largest difference of two sets of arrays, each relative to its array's largest value."""
    largest = 0.0
    for key, value in one.items():
        scale = float(np.max(np.abs(value), initial=0.0))
        difference = float(np.max(np.abs(value - other[key]), initial=0.0))
        if difference:
            largest = max(largest, difference / scale if scale else math.inf)
    return largest
