"""ResNeXt: one description of the architecture, as a graph and as a Keras model.

Importing this package, making specs and tracing graphs need no TensorFlow. It is imported
when a model is built or loaded, or when a function of the network meets a Keras tensor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from resnext.errors import SpecError
from resnext.forms import FORMS
from resnext.graph import Graph, GraphTracer, Node, SymbolicTensor
from resnext.layer import Shape, Weight
from resnext.names import IMAGENET_BLOCKS, PRESETS
from resnext.spec import STEMS, ResNeXtSpec
from resnext.stage import Stage
from resnext.trace import trace
from resnext.version import __version__
from resnext.zoo.composable import ResNeXt
from resnext.zoo.procedural import (
    build,
    classifier,
    group,
    identity_block,
    learner,
    projection_block,
    stem,
)

__all__ = [
    "FORMS",
    "IMAGENET_BLOCKS",
    "PRESETS",
    "STEMS",
    "Graph",
    "GraphTracer",
    "Node",
    "ResNeXt",
    "ResNeXtSpec",
    "Shape",
    "SpecError",
    "Stage",
    "SymbolicTensor",
    "Weight",
    "__version__",
    "build",
    "build_model",
    "classifier",
    "group",
    "identity_block",
    "learner",
    "load_model",
    "projection_block",
    "stem",
    "trace",
]


def build_model(spec: ResNeXtSpec) -> Any:
    """The Keras model of a spec; see `resnext.keras.builder.build_model`."""
    from resnext.keras.builder import build_model as build_keras_model

    return build_keras_model(spec)


def load_model(path: str | Path) -> Any:
    """The model of a ``.keras`` file; see `resnext.keras.layers.load_model`."""
    from resnext.keras.layers import load_model as load_keras_model

    return load_keras_model(path)
