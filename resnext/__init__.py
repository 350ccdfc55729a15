"""ResNeXt: one description of the architecture, as a graph and as a Keras model.

Importing this package, making specs and tracing graphs need no TensorFlow. It is imported
when a model is built or loaded, or when a function of the network meets a Keras tensor.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from resnext.graph import Graph, GraphTracer, Node, Shape, SymbolicTensor, Weight
from resnext.names import IMAGENET_BLOCKS, PRESETS
from resnext.network import (
    build,
    classifier,
    group,
    identity_block,
    learner,
    projection_block,
    stem,
)
from resnext.resnext_c import ResNeXt
from resnext.spec import FORMS, STEMS, ResNeXtSpec, SpecError, Stage
from resnext.trace import trace
from resnext.version import __version__

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
    """The Keras model of a spec; see `resnext.keras_builder.build_model`."""
    from resnext.keras_builder import build_model as build_keras_model

    return build_keras_model(spec)


def load_model(path: str | Path) -> Any:
    """A model from a ``.keras`` file, in Keras's safe mode, with our layers known to it."""
    import keras

    import resnext.keras_layers  # noqa: F401  (registers the layers)

    return keras.saving.load_model(path, safe_mode=True)
