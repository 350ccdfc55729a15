"""A network in training: one compiled step, prediction, and the state that a resume needs.

Importing this imports TensorFlow, so only a run's own process does it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from explorer.training.engine.batches import normalised, pixel_statistics
from explorer.training.engine.device import configuration, share_cards
from explorer.training.engine.precision import computing_in
from explorer.training.engine.recipe import Recipe
from explorer.training.engine.whitening import PATCH_IMAGES, whitening_kernel
from resnext import ResNeXtSpec, build_model

ADAM_BETAS = (0.9, 0.999)
ADAM_EPSILON = 1e-7


class Network:
    """A model, its optimizer and the functions compiled for them.

    The step calls the fused update kernels directly: Keras's optimizers and metrics would add
    several operations for each of some hundred variables.
    """

    def __init__(self, spec: ResNeXtSpec, recipe: Recipe, batch_size: int) -> None:
        keras.utils.set_random_seed(recipe.seed)
        self.model = build_model(spec)
        self.configuration = configuration(recipe.precision)
        self._recipe = recipe
        self._classes = spec.classes
        self._mean, self._std = pixel_statistics(spec.input_shape[2])
        self._body, self._head = _split_head(self.model)
        self._weights = [variable.value for variable in self.model.trainable_variables]
        self._scales = [1.0] * len(self._weights)
        if recipe.calm_head:
            self._calm_head()
        slots = 2 if recipe.optimizer == "adam" else 1
        self._slots = [
            [tf.Variable(tf.zeros_like(weight), trainable=False) for weight in self._weights]
            for _ in range(slots)
        ]
        # Biases, and the scales and offsets of batch norm, are vectors.
        decayed = [recipe.decay_all or weight.shape.rank > 1 for weight in self._weights]
        self._decayed = [recipe.weight_decay > 0 and each for each in decayed]
        self._images = (batch_size, *spec.input_shape)
        self._step = self._compiled()
        self._forward = tf.function(
            self._logits,
            input_signature=[tf.TensorSpec((None, *spec.input_shape), tf.uint8)],
            autograph=False,
            jit_compile=False,
        )

    def trace(self) -> None:
        """Compile the step now, while another thread reads the data."""
        if self.configuration.xla and not self._runs():
            self.configuration = replace(self.configuration, xla=False)
            self._step = self._compiled()
        self._step.get_concrete_function()

    def whiten(self, images: NDArray[np.uint8]) -> None:
        """Initialise the first convolution from these images (N, h, w, c), if its shape allows."""
        first = next(layer for layer in self.model.layers if hasattr(layer, "kernel"))
        size, _, _, filters = first.kernel.shape
        kernel = whitening_kernel(normalised(images[:PATCH_IMAGES]), size, filters)
        if kernel is not None:
            start = first.kernel.numpy()
            start[..., : kernel.shape[-1]] = kernel
            first.kernel.assign(start)

    def step(
        self, images: NDArray[np.uint8], labels: NDArray[np.int64], rate: float, number: int
    ) -> tuple[float, NDArray[np.float32]]:
        """Learn from one batch.

        Args:
            images: Shape (batch, height, width, channels).
            labels: Shape (batch,).
            rate: Learning rate.
            number: Steps taken before this one.

        Returns:
            The batch's mean loss before the update, without the weight penalty, and its logits.
        """
        return self.start(images, labels, rate, number)()

    def start(
        self, images: NDArray[np.uint8], labels: NDArray[np.int64], rate: float, number: int
    ) -> Callable[[], tuple[float, NDArray[np.float32]]]:
        """Begin a `step`; return the function that waits for its result.

        A GPU computes on until then, and takes the next step before the last one has ended.
        """
        loss, logits = self._step(
            tf.constant(images), tf.constant(labels), tf.constant(rate, tf.float32),
            tf.constant(number, tf.int64),
        )  # fmt: skip
        return lambda: (float(loss), logits.numpy())

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logits of images (count, h, w, c), shape (count, classes)."""
        result: NDArray[np.float32] = self._forward(tf.constant(images)).numpy()
        return result

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all weights and the state of the optimizer, by number."""
        arrays = {f"weight/{i}": v.numpy() for i, v in enumerate(self._all_weights())}
        for slot, variables in enumerate(self._slots):
            arrays |= {f"slot{slot}/{i}": v.numpy() for i, v in enumerate(variables)}
        return arrays

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Set the state that `state` returned."""
        for number, variable in enumerate(self._all_weights()):
            variable.assign(arrays[f"weight/{number}"])
        for slot, variables in enumerate(self._slots):
            for number, variable in enumerate(variables):
                variable.assign(arrays[f"slot{slot}/{number}"])

    def save(self, path: Path) -> None:
        """Write the model as a `.keras` file."""
        self.model.save(path)

    def _compiled(self) -> Any:
        return tf.function(
            self._train,
            input_signature=[
                tf.TensorSpec(self._images, tf.uint8),
                tf.TensorSpec(self._images[:1], tf.int64),
                tf.TensorSpec((), tf.float32),
                tf.TensorSpec((), tf.int64),
            ],
            # It would read the source of all that is called for branches on tensors: here are none.
            autograph=False,
            jit_compile=self.configuration.xla,
        )

    def _runs(self) -> bool:
        """Whether XLA compiles the step, found by taking one; the network stays as it is."""
        before = self.state()
        try:
            self.step(np.zeros(self._images, np.uint8), np.zeros(self._images[0], np.int64), 0.0, 0)
        except tf.errors.OpError as error:
            print(f"XLA does not compile the step, which is done without it: {error.message}"[:500])
            return False
        finally:
            self.restore(before)
        return True

    def _calm_head(self) -> None:
        """See `Recipe.calm_head`."""
        layers = self.model.layers
        before = layers[layers.index(self._head) - 1]
        positions = 1
        if isinstance(before, keras.layers.Flatten):
            positions = math.prod(before.input.shape[1:-1])
        self._head.kernel.assign(np.zeros(self._head.kernel.shape, np.float32))
        for row, variable in enumerate(self.model.trainable_variables):
            if variable is self._head.kernel:
                self._scales[row] = 1 / positions

    def _all_weights(self) -> list[Any]:
        return [variable.value for variable in self.model.variables]

    def _normalise(self, images: Any) -> Any:
        return (tf.cast(images, tf.float32) - self._mean) / self._std

    def _head_logits(self, features: Any) -> Any:
        return tf.matmul(features, self._head.kernel.value) + self._head.bias.value

    def _logits(self, images: Any) -> Any:
        return self._head_logits(self._body(self._normalise(images), training=False))

    def _train(self, images: Any, labels: Any, rate: Any, number: Any) -> tuple[Any, Any]:
        smoothing = self._recipe.label_smoothing
        targets = tf.one_hot(
            labels,
            self._classes,
            on_value=1 - smoothing + smoothing / self._classes,
            off_value=smoothing / self._classes,
        )
        precision, on_processor = self.configuration.precision, self.configuration.card is None
        with tf.GradientTape() as tape, computing_in(self._body, precision, on_processor):
            features = self._body(self._normalise(images), training=True)
            logits = self._head_logits(tf.cast(features, tf.float32))
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
        gradients = tape.gradient(loss, self._weights)
        for row, gradient in enumerate(gradients):
            if self._decayed[row]:
                # The weight decay of a head with a smaller rate is that of all other layers.
                decay = self._recipe.weight_decay / self._scales[row]
                gradient = gradient + decay * self._weights[row]  # noqa: PLW2901
            self._update(row, gradient, rate * self._scales[row], number)
        return loss, logits

    def _update(self, row: int, gradient: Any, rate: Any, number: Any) -> None:
        weight = self._weights[row]
        if self._recipe.optimizer == "sgd":
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=weight.handle,
                accum=self._slots[0][row].handle,
                lr=rate,
                grad=gradient,
                momentum=self._recipe.momentum,
                use_nesterov=True,
            )
            return
        times = tf.cast(number + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle,
            m=self._slots[0][row].handle,
            v=self._slots[1][row].handle,
            beta1_power=tf.pow(ADAM_BETAS[0], times),
            beta2_power=tf.pow(ADAM_BETAS[1], times),
            lr=rate,
            beta1=ADAM_BETAS[0],
            beta2=ADAM_BETAS[1],
            epsilon=ADAM_EPSILON,
            grad=gradient,
        )


def configure(threads: int) -> None:
    """Set the number of threads and require deterministic kernels, before any tensor is made.

    A GPU's memory is taken as it is needed.
    """
    share_cards()
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()


def _split_head(model: Any) -> tuple[Any, Any]:
    """Return the model without its softmax layer, and that layer: the loss is of logits."""
    head = model.layers[-1]
    return keras.Model(model.inputs, head.input), head
