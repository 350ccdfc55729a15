"""Half precision: bfloat16 in training steps, on machines that multiply it faster.

Variables, updates, batch-norm statistics, the loss, validation and the saved file stay float32;
feature maps and the products of convolutions are bfloat16 (mixed precision, arXiv 1710.03740;
bfloat16 has float32's range, so no loss scaling, arXiv 1905.12322).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PRECISIONS = ("auto", "float32", "bfloat16")


def resolve(precision: str) -> str:
    """Return what one of `PRECISIONS` means on this processor: ``float32`` or ``bfloat16``."""
    if precision == "auto":
        return "bfloat16" if has_matrix_unit() else "float32"
    return precision


def has_matrix_unit(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor has Intel's matrix unit (AMX) for bfloat16.

    With it a step takes about two thirds of the time. On other processors bfloat16 is emulated,
    which is slow, or not measured.
    """
    try:
        text = cpuinfo.read_text()
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return "amx_bf16" in flags.split()


@contextmanager
def computing_in(model: Any, precision: str, on_processor: bool = True) -> Iterator[None]:
    """Let the layers of a model compute in ``precision`` while a function is traced.

    Afterwards the model is as before: its file and its inference stay float32. What helps
    oneDNN, which computes on a processor, is left out on a GPU.
    """
    if precision == "float32":
        yield
        return
    import keras

    policy = keras.dtype_policies.DTypePolicy(f"mixed_{precision}")
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    before = [layer.dtype_policy for layer in layers]
    pointwise = [layer for layer in layers if on_processor and _is_pointwise(layer)]
    try:
        for layer in layers:
            layer.dtype_policy = policy
        for layer in pointwise:
            layer.convolution_op = _pointwise_convolution(layer)
        yield
    finally:
        for layer, policy_before in zip(layers, before):
            layer.dtype_policy = policy_before
        for layer in pointwise:
            del layer.convolution_op


def _is_pointwise(layer: Any) -> bool:
    import keras

    is_conv = type(layer) is keras.layers.Conv2D
    return is_conv and layer.kernel_size == (1, 1) and layer.groups == 1


def _pointwise_convolution(layer: Any) -> Any:
    """A 1x1 convolution whose kernel's gradient is a matrix product.

    As a convolution in bfloat16, oneDNN takes two to three times as long for it.
    """
    import tensorflow as tf

    down, across = layer.strides
    padding = layer.padding.upper()

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def convolve(x: Any, kernel: Any) -> Any:
        def gradients(slope: Any) -> tuple[Any, Any]:
            x_slope = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(x),
                filter=kernel,
                out_backprop=slope,
                strides=[1, down, across, 1],
                padding=padding,
            )
            read = tf.reshape(x[:, ::down, ::across], (-1, kernel.shape[2]))
            written = tf.reshape(slope, (-1, kernel.shape[3]))
            product = tf.matmul(read, written, transpose_a=True)
            return x_slope, tf.reshape(product, kernel.shape)

        return tf.nn.conv2d(x, kernel, (down, across), padding), gradients

    return lambda x, kernel: convolve(x, tf.convert_to_tensor(kernel))
