"""Grouped convolution that trains on a CPU (paper, section 3.3, figure 3c).

Keras routes ``Conv2D(groups=...)`` through XLA on TensorFlow, which does not train in useful
time on a CPU. Here the same layer, with the same variable, computes the same by other ways.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import keras
import numpy as np

from resnext.errors import InputError
from resnext.keras.conv_plan import VARIABLE, Plan, forced_strategy, make_plan


def accelerate_conv(layer: Any) -> None:
    """Let a `keras.layers.Conv2D` with ``groups`` compute by the fastest way on TensorFlow.

    Its variable, configuration and file stay Keras's. The way is chosen when the layer is traced:
    the native operation where its gradient runs, else dense convolutions of merged groups or of
    each group; the environment variable RESNEXT_GROUPED_CONV (``native``, ``supergroups`` or
    ``split``) overrides. Layers without groups, dilated ones, channels first and other backends
    are left alone.

    Compile models on a CPU with ``jit_compile=False`` or leave it ``"auto"``: the layer tells
    Keras that XLA does not suit it there.
    """
    usual = layer.data_format == "channels_last" and layer.dilation_rate == (1, 1)
    if layer.groups == 1 or not usual or not _on_tensorflow():
        return
    layer.convolution_op = partial(_convolution, layer)
    if not _has_gpu():
        layer.supports_jit = False


def _convolution(layer: Any, inputs: Any, kernel: Any) -> Any:
    """The convolution alone, without bias and activation."""
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    plan = choose_plan(layer.groups, kernel.shape[-2], inputs.dtype.name)
    return convolve(inputs, kernel, layer.groups, plan, layer.strides, layer.padding)


@keras.saving.register_keras_serializable(package="resnext")
class GroupedConv2D(keras.layers.Conv2D):  # type: ignore[misc]
    """A `keras.layers.Conv2D` with ``groups``, accelerated: see `accelerate_conv`.

    Older files hold it; `build_model` makes Keras's own layer.

    Args:
        filters: Channels of the output, divisible by ``groups``.
        kernel_size: Side of the window.
        strides: Step of the window.
        groups: Number of paths, which divides the input's channels too.
        padding: ``same`` or ``valid``, as TensorFlow means them.
        use_bias: Whether a bias is added.
        kernel_initializer: As for Keras's layer.
        **kwargs: Of `keras.layers.Conv2D`; dilation and channels first are not supported.

    Raises:
        ValueError: An argument breaks a rule; the message states it.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int] = 3,
        strides: int | tuple[int, int] = 1,
        groups: int = 32,
        padding: str = "same",
        use_bias: bool = False,
        kernel_initializer: Any = "he_normal",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("data_format", "channels_last")
        super().__init__(
            filters,
            kernel_size,
            strides=strides,
            groups=groups,
            padding=padding,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            **kwargs,
        )
        if self.data_format != "channels_last":
            raise InputError(
                f"GroupedConv2D needs data_format='channels_last'. Received {self.data_format!r}."
            )
        if self.dilation_rate != (1, 1):
            raise InputError(
                f"GroupedConv2D needs dilation_rate=1. Received {self.dilation_rate!r}."
            )
        accelerate_conv(self)


def choose_plan(groups: int, group_channels: int, dtype: str) -> Plan:
    """The fastest plan that trains on this machine, or the one that the environment forces.

    Raises:
        ValueError: RESNEXT_GROUPED_CONV holds an unknown strategy, or asks for the native
            one where its gradient does not run.
    """
    forced = forced_strategy()
    if groups == 1:
        return Plan("split", 1)
    if forced == "native" and not native_trains(dtype):
        raise InputError(
            f"{VARIABLE} can be 'native' only where TensorFlow runs the gradient of grouped "
            "convolutions: on a GPU, or on a CPU with TF_ENABLE_ONEDNN_OPTS=1 and not in "
            f"float64. Received 'native' for {dtype}."
        )
    strategy = forced or ("native" if native_trains(dtype) else "supergroups")
    return make_plan(groups, group_channels, strategy, dtype)


@cache
def native_trains(dtype: str) -> bool:
    """Whether TensorFlow can train its own grouped convolution here, found by doing it once.

    Where it cannot, the forward pass works and the gradient fails only when it runs.
    """
    import tensorflow as tf

    sizes = {"strides": [1, 1, 1, 1], "padding": "SAME"}

    def gradients(x: Any, kernel: Any) -> tuple[Any, Any]:
        return (
            tf.raw_ops.Conv2DBackpropInput(
                input_sizes=x.shape, filter=kernel, out_backprop=x, **sizes
            ),
            tf.raw_ops.Conv2DBackpropFilter(
                input=x, filter_sizes=kernel.shape, out_backprop=x, **sizes
            ),
        )

    with tf.init_scope():  # runs at once, even while a graph is traced; it stops tapes, though
        x, kernel = tf.ones((1, 4, 4, 16), dtype), tf.ones((3, 3, 4, 16), dtype)
        try:
            gradients(x, kernel)
            # In float64 only this one fails.
            tf.function(gradients, autograph=False, jit_compile=False)(x, kernel)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
            return False
    return True


def convolve(
    x: Any, kernel: Any, groups: int, plan: Plan, strides: tuple[int, int], padding: str
) -> Any:
    """A grouped convolution of TensorFlow tensors, as planned.

    Args:
        x: (n, h, w, c).
        kernel: (k, k, c / groups, filters).
        groups: Cardinality.
        plan: How to compute it; every plan gives the same.
        strides: Along height and width.
        padding: ``same`` or ``valid``.

    Returns:
        (n, h', w', filters).
    """
    import tensorflow as tf

    kernel = block_diagonal(kernel, groups, plan.groups)
    if plan.strategy == "native" or plan.groups == 1:
        return tf.nn.conv2d(x, kernel, strides, padding.upper())
    parts = zip(tf.split(x, plan.groups, axis=-1), tf.split(kernel, plan.groups, axis=-1))
    return tf.concat([tf.nn.conv2d(a, k, strides, padding.upper()) for a, k in parts], axis=-1)


def block_diagonal(kernel: Any, groups: int, merged: int) -> Any:
    """The kernel of a convolution with fewer, wider groups that computes the same.

    Args:
        kernel: (k, k, c / groups, filters).
        groups: Its number of groups.
        merged: The wanted number, a divisor of ``groups``.

    Returns:
        (k, k, c / merged, filters): zero wherever input and output are of different groups.
    """
    import tensorflow as tf

    if merged == groups:
        return kernel
    neighbours = groups // merged
    group_channels, filters = kernel.shape[-2:]
    group_of_input = np.arange(neighbours * group_channels) // group_channels
    group_of_output = np.arange(filters) // (filters // groups) % neighbours
    mask = group_of_input[:, None] == group_of_output[None, :]
    return tf.tile(kernel, (1, 1, neighbours, 1)) * tf.constant(mask, kernel.dtype)


def _on_tensorflow() -> bool:
    return bool(keras.backend.backend() == "tensorflow")


def _has_gpu() -> bool:
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
