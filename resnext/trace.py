"""From a spec to its graph, in milliseconds and without TensorFlow."""

from __future__ import annotations

from resnext import network
from resnext.graph import Graph, GraphTracer
from resnext.layers import Input
from resnext.spec import ResNeXtSpec


def trace(spec: ResNeXtSpec) -> Graph:
    """The graph of the network that ``spec`` describes.

    Its nodes are named by their place (``stage2/block1/conv2``); the Keras model's layers
    bear the same names with ``_`` for ``/``.
    """
    tracer = GraphTracer()
    node = Input("input", spec.input_shape)
    images = tracer.add(node, ())
    network.build(spec, images)
    return tracer.graph(spec.name)
