"""Batch normalisation by TensorFlow's fused kernel, in training as well as in inference."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras


def accelerate_norm(layer: Any) -> None:
    """Let a `keras.layers.BatchNormalization` take TensorFlow's fused kernel where it fits.

    Variables, configuration, file and numbers stay Keras's. Feature maps (n, h, w, c) of float32
    or a half type, normalised over the last axis, without mask, renorm or synchronisation, take
    the kernel; everything else is left to Keras.
    """
    if keras.backend.backend() == "tensorflow":
        layer.call = partial(_call, layer)


@keras.saving.register_keras_serializable(package="resnext")
class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """A `keras.layers.BatchNormalization`, accelerated: see `accelerate_norm`.

    Older files hold it; `build_model` makes Keras's own layer.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        accelerate_norm(self)


def _call(layer: Any, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
    if not _fits_fused_kernel(layer, inputs, mask):
        return type(layer).call(layer, inputs, training=training, mask=mask)
    return _fused(layer, inputs, training=bool(training and layer.trainable))


def _fits_fused_kernel(layer: Any, inputs: Any, mask: Any) -> bool:
    return (
        mask is None
        and not layer.renorm
        and not layer.synchronized
        and len(inputs.shape) == 4
        and layer.axis in (-1, 3)
        and keras.backend.standardize_dtype(inputs.dtype) in _FUSED_DTYPES
        and layer.variable_dtype == "float32"
    )


def _fused(layer: Any, x: Any, *, training: bool) -> Any:
    """Normalise ``x`` and, in training, update the moving statistics as Keras does."""
    import tensorflow as tf

    channels = x.shape[-1]
    empty = tf.zeros((0,), "float32")
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.convert_to_tensor(layer.gamma) if layer.scale else tf.ones((channels,)),
        offset=tf.convert_to_tensor(layer.beta) if layer.center else tf.zeros((channels,)),
        mean=empty if training else tf.convert_to_tensor(layer.moving_mean),
        variance=empty if training else tf.convert_to_tensor(layer.moving_variance),
        epsilon=layer.epsilon,
        is_training=training,
    )
    if training:
        # The kernel gives the sample variance (n - 1); Keras keeps the population's (n).
        count = tf.cast(tf.size(x) // channels, "float32")
        variance *= tf.maximum(count - 1.0, 1.0) / count
        kept, new = layer.momentum, 1.0 - layer.momentum
        layer.moving_mean.assign(layer.moving_mean * kept + mean * new)
        layer.moving_variance.assign(layer.moving_variance * kept + variance * new)
    return y


_FUSED_DTYPES = ("float32", "float16", "bfloat16")
