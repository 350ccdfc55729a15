"""Inference with constant weights, which is faster where few images come at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def frozen(model: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Make one graph of a model's inference in which every weight is a constant.

    TensorFlow's CPU kernels bring the kernel of a convolution into their own order. That of
    a variable they bring there in each call, that of a constant once. The graph holds a copy of the
    weights: a later change of the model's is not seen.

    Args:
        model: A Keras model of one input and one output, such as `build_model` gives.

    Returns:
        A function from images, float32 of shape (any number, height, width, channels), to the
        model's output, such as probabilities of shape (number, classes).
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = tf.function(
        lambda images: model(images, training=False), autograph=False, jit_compile=False
    )
    inputs = tf.TensorSpec(model.inputs[0].shape, tf.float32)
    graph = convert_variables_to_constants_v2(function.get_concrete_function(inputs))
    return lambda images: np.asarray(graph(tf.constant(images, tf.float32))[0])
