"""The figures of a network from those of its parts, equal ones computed once.

A network is a stem, a first block and some equal blocks for each stage, and a classifier. Between
two parts one tensor passes, so the parts' figures add up, and the peak of the whole is the highest
of the parts' own peaks, each raised by what is alive outside the part. The parts are traced by the
functions of `resnext.network`, and their figures are those of the conventions and of
`explorer.cost.liveness`: every sum equals the full report's, and a test compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from explorer.analysis.conventions import DEFAULT, activations, convention
from explorer.cost.liveness import BACKWARD, FLOAT32, FORWARD, moments
from explorer.cost.memory import share_of
from explorer.cost.rules import rule_of
from explorer.cost.settings import Settings
from resnext import Graph, ResNeXtSpec, network
from resnext.graph import GraphTracer
from resnext.layer import Shape
from resnext.layers import Input


class Figures(NamedTuple):
    """The figures of a network that a search shows, for one counting convention and one step.

    Attributes:
        params: Weights that training changes.
        macs: In the convention's unit.
        activations: Output values of convolutions and dense layers.
        memory: Bytes at the peak of the step.
    """

    params: int
    macs: int
    activations: int
    memory: int


@dataclass(frozen=True)
class _Part:
    """What a part adds to the whole; peaks are above what is alive outside it.

    Memory is in eighths of a byte, see `explorer.cost.memory.Share.eighths`.

    Attributes:
        shape: Of its output.
        layers: Number of its layers.
        params: Weights that training changes.
        weights: All weights.
        macs: In the convention's unit.
        activations: Output values of convolutions and dense layers.
        buffers: What it holds from the start of the step, whatever the batch: of gradients,
            and of kernels in half precision.
        kept: What it keeps for the backward pass, of the whole batch.
        forward: Peak of its forward pass.
        backward: Peak of its backward pass; 0 without training.
        result: Memory of its output, if that is the network's and nothing else keeps it.
    """

    shape: Shape
    layers: int
    params: int
    weights: int
    macs: int
    activations: int
    buffers: int
    kept: int
    forward: int
    backward: int
    result: int


class Parts:
    """The parts that were met so far, for one counting convention and one step.

    Args:
        settings: The step.
        count: Name of the counting convention.
    """

    def __init__(self, settings: Settings, count: str = DEFAULT) -> None:
        self.settings = settings
        self._share = share_of(settings)
        self._rule = convention(count)
        self._parts: dict[Hashable, _Part] = {}

    def figures(self, spec: ResNeXtSpec) -> Figures:
        """The figures of a network; those of a full report."""
        parts = list(self._of(spec))
        params = sum(part.params * times for part, times in parts)
        weights = sum(part.weights * times for part, times in parts)
        layers = sum(part.layers * times for part, times in parts)
        base = FLOAT32 * (weights + params * self.settings.slots)
        base += self._share.fixed(weights, layers)
        return Figures(
            params=params,
            macs=sum(part.macs * times for part, times in parts),
            activations=sum(part.activations * times for part, times in parts),
            memory=base + self._peak(parts) // 8,
        )

    def _peak(self, parts: list[tuple[_Part, int]]) -> int:
        """In eighths of a byte, of all but weights, optimizer state and `Share.fixed`."""
        train = self.settings.train
        ahead = sum(part.buffers * times for part, times in parts)
        behind = kept = peak = 0
        last = parts[-1][0]
        for part, times in parts:
            result = 0 if part is last else last.result
            # What grows from one equal block to the next, or shrinks, is largest at an end.
            for number in {0, times - 1}:
                before = number * part.buffers
                if train:
                    outside = kept + number * part.kept
                    # The forward peak holds the part's own buffers, as all others.
                    peak = max(peak, outside + behind + ahead - part.buffers + part.forward)
                    peak = max(peak, outside + behind + before + result + part.backward)
                else:
                    peak = max(peak, ahead - before - part.buffers + part.forward)
            kept += times * part.kept
            ahead -= times * part.buffers
            behind += times * part.buffers
        return peak

    def _of(self, spec: ResNeXtSpec) -> Iterator[tuple[_Part, int]]:
        """The parts in order, each with how often it is repeated."""
        part = self._part(
            spec.input_shape, network.stem, {"kind": spec.stem, "padding": spec.padding}
        )
        yield part, 1
        options = network.block_options(spec)
        bias = {"shortcut_bias": options.pop("shortcut_bias")}
        for stage in spec.stages:
            size = {
                "filters_in": stage.width,
                "filters_out": stage.filters,
                "cardinality": spec.cardinality,
                **options,
            }
            first = {**size, **bias, "strides": stage.strides}
            identities = stage.blocks
            if stage.projection:
                part = self._part(part.shape, network.projection_block, first)
                yield part, 1
                identities -= 1
            if identities:
                part = self._part(part.shape, network.identity_block, size)
                yield part, identities
        if spec.include_top:
            head = {"n_classes": spec.classes, "head": spec.head}
            yield self._part(part.shape, network.classifier, head), 1

    def _part(self, shape: Shape, build: Callable[..., Any], options: dict[str, Any]) -> _Part:
        """The part that a function of `resnext.network` adds to an output of this shape."""
        key = build, shape, *options.values()
        if key not in self._parts:
            tracer = GraphTracer()
            build(tracer.add(Input("input", shape), ()), name="part", **options)
            self._parts[key] = self._measure(tracer.graph("part"), build is network.stem)
        return self._parts[key]

    def _measure(self, graph: Graph, is_first: bool) -> _Part:
        nodes, alike = graph.nodes, graph.alike
        counts = {i: self._counts(nodes[i]) for i in set(alike)}
        params, weights, macs, values = (sum(column) for column in zip(*[counts[i] for i in alike]))
        batch, found = self.settings.batch, moments(nodes, self.settings, part=not is_first)
        peaks = {FORWARD: 0, BACKWARD: 0}
        kept = 0
        for moment in found:
            size = self._share.eighths(moment.fixed + batch * moment.kept, batch * moment.working)
            peaks[moment.phase] = max(peaks[moment.phase], size)
            if moment.phase == FORWARD:
                kept = moment.kept
        end = nodes[-1]
        size = math.prod(end.output_shape) * self.settings.value_bytes
        return _Part(
            shape=end.output_shape,
            layers=len(nodes) if is_first else len(nodes) - 1,  # not what stands for the input
            params=params,
            weights=weights,
            macs=macs,
            activations=values,
            buffers=self._share.eighths(found[0].fixed, 0),
            kept=self._share.eighths(batch * kept, 0),
            forward=peaks[FORWARD],
            backward=peaks[BACKWARD],
            result=0 if rule_of(end).keeps_output else self._share.eighths(0, batch * size),
        )

    def _counts(self, node: Any) -> tuple[int, int, int, int]:
        cost, values = self._rule.count(node), activations(node)
        assert cost is not None  # our own layers are all of known kinds
        assert values is not None
        return node.params, node.total_params, cost, values
