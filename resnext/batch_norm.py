"""Batch normalisation by TensorFlow's fused kernel, in training as well as in inference."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="resnext")
class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """A `keras.layers.BatchNormalization` that is faster on TensorFlow.

    Arguments, variables, files and numbers are those of Keras's layer. Feature maps
    (n, h, w, c) of float32 or a half type, normalised over the last axis, without mask,
    renorm or synchronisation, take the fused kernel; everything else is left to Keras.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if not self._fits_fused_kernel(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        return self._fused(inputs, training=bool(training and self.trainable))

    def _fits_fused_kernel(self, inputs: Any, mask: Any) -> bool:
        return (
            keras.backend.backend() == "tensorflow"
            and mask is None
            and not self.renorm
            and not self.synchronized
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and keras.backend.standardize_dtype(inputs.dtype) in _FUSED_DTYPES
            and self.variable_dtype == "float32"
        )

    def _fused(self, x: Any, *, training: bool) -> Any:
        """Normalise ``x`` and, in training, update the moving statistics as Keras does."""
        import tensorflow as tf

        channels = x.shape[-1]
        empty = tf.zeros((0,), "float32")
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.convert_to_tensor(self.gamma) if self.scale else tf.ones((channels,)),
            offset=tf.convert_to_tensor(self.beta) if self.center else tf.zeros((channels,)),
            mean=empty if training else tf.convert_to_tensor(self.moving_mean),
            variance=empty if training else tf.convert_to_tensor(self.moving_variance),
            epsilon=self.epsilon,
            is_training=training,
        )
        if training:
            # The kernel gives the sample variance (n - 1); Keras keeps the population's (n).
            count = tf.cast(tf.size(x) // channels, "float32")
            variance *= tf.maximum(count - 1.0, 1.0) / count
            momentum = self.momentum
            self.moving_mean.assign(self.moving_mean * momentum + mean * (1.0 - momentum))
            self.moving_variance.assign(
                self.moving_variance * momentum + variance * (1.0 - momentum)
            )
        return y


_FUSED_DTYPES = ("float32", "float16", "bfloat16")
