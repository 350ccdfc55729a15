"""Compare the forms; imports TensorFlow, so it runs in a worker process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.keras_process import import_keras
from explorer.jobs.questions import Answer, Arrays, Progress
from explorer.lesson.equivalence import FormCost
from explorer.lesson.forms import Part, make_input, random_weights, relative_difference
from resnext import FORMS, Graph, ResNeXtSpec
from resnext.layer import keras_name
from resnext.weights import convert, read_weights, write_weights

DRAWS = 4
# Relative gradient error of rounding alone in float32; a ReLU that flips exceeds it.
SMOOTH = 2e-5
ROUNDS = 15
ROUND_SECONDS = 6.0


def compute(request: Mapping[str, Any], arrays: Arrays, progress: Progress) -> Answer:
    """Compare and time the forms; see `Equivalence` for the values."""
    with _keras_dtype(request["dtype"]):
        return _compute(request, arrays)


@contextmanager
def _keras_dtype(dtype: str) -> Iterator[None]:
    """Use this type for every new Keras layer, and clear the Keras session afterwards."""
    keras = import_keras()

    try:
        keras.config.set_dtype_policy(dtype)
        keras.config.set_floatx(dtype)
        yield
    finally:
        keras.config.set_dtype_policy("float32")
        keras.config.set_floatx("float32")
        keras.utils.clear_session()


def _compute(request: Mapping[str, Any], arrays: Arrays) -> Answer:
    part = Part(ResNeXtSpec.from_dict(request["spec"]), request["stage"], request["blocks"])
    weights = _weights(part, request)
    written = [_Form(part, form, weights) for form in FORMS]
    compared = _compare_at_best(written, _inputs(part, request, arrays))
    times = _times(written, compared.given)
    costs = {
        form.name: asdict(form.cost(milliseconds, compared.given.itemsize))
        for form, milliseconds in zip(written, times, strict=True)
    }
    return Answer(
        {
            "forms": costs,
            "max_abs_diff": compared.outputs,
            "max_grad_diff": compared.gradients,
            "max_output": compared.largest,
        }
    )


@dataclass(frozen=True)
class _Compared:
    """Largest differences on one input; see `Equivalence`."""

    given: NDArray[Any]
    outputs: float
    gradients: float
    largest: float


def _inputs(part: Part, request: Mapping[str, Any], arrays: Arrays) -> list[NDArray[Any]]:
    """The inputs to try: one, or several draws of noise."""
    if "image" in arrays:
        return [arrays["image"][None].astype(request["dtype"])]
    draws = DRAWS if request["kind"] == "noise" else 1
    return [
        make_input(request["kind"], part.input_shape, request["seed"] + draw).astype(
            request["dtype"]
        )
        for draw in range(draws)
    ]


def _compare_at_best(forms: list[_Form], inputs: list[NDArray[Any]]) -> _Compared:
    """The comparison on the first input at which the function is smooth, else the best one.

    Where the input of a ReLU is zero up to rounding, rounding changes its gradient. Forms that
    are not one function differ on every input.
    """
    found: list[_Compared] = []
    for given in inputs:
        found.append(_compare(forms, given))
        if found[-1].gradients < SMOOTH:
            break
    return min(found, key=lambda compared: compared.gradients)


def _compare(forms: list[_Form], given: NDArray[Any]) -> _Compared:
    """Compare all forms with the first on one input."""
    output = forms[0].output(given)
    rng = np.random.default_rng(2)
    direction = rng.normal(size=output.shape).astype(output.dtype)
    gradients = forms[0].gradients(given, direction)
    differences = [float(np.max(np.abs(form.output(given) - output))) for form in forms[1:]]
    relative = [
        relative_difference(gradients, form.gradients(given, direction)) for form in forms[1:]
    ]
    return _Compared(given, max(differences), max(relative), float(np.max(np.abs(output))))


def _weights(part: Part, request: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Weights of the part in the grouped form: trained, or random from the seed."""
    if request["model"] is None:
        return dict(random_weights(part.graph("grouped"), request["seed"]))
    from resnext import load_model, trace

    graph = trace(part.spec)
    trained = read_weights(load_model(request["model"]), graph)
    return part.cut(convert(trained, part.spec.form, "grouped"))


class _Form:
    """One form as a Keras model with the given weights: outputs, gradients and cost."""

    def __init__(self, part: Part, name: str, weights: dict[str, NDArray[Any]]) -> None:
        import keras
        import tensorflow as tf

        self.name, self.graph = name, part.graph(name)
        images = keras.Input(part.input_shape, name="input")
        model = keras.Model(images, part.apply(images, name))
        write_weights(model, self.graph, convert(weights, "grouped", name))
        self._keys, variables = _trainable(model, self.graph)
        self._forward = tf.function(
            lambda x: model(x, training=False), autograph=False, jit_compile=False
        )
        forward = self._forward

        def gradients(x: Any, direction: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                # The gradient along one random direction tests every output at once. The
                # traced function avoids tracing Keras's layers twice.
                along = tf.reduce_sum(forward(x) * direction)
            return tape.gradient(along, [x, *variables])

        self._gradients = tf.function(gradients, autograph=False, jit_compile=False)

    def output(self, given: NDArray[Any]) -> NDArray[Any]:
        result: NDArray[Any] = self._forward(_tensor(given)).numpy()
        return result

    def gradients(self, given: NDArray[Any], direction: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Gradients by weight, in the grouped form, and the input's under ``input``."""
        of_input, *rest = (g.numpy() for g in self._gradients(_tensor(given), _tensor(direction)))
        named = dict(zip(self._keys, rest, strict=True))
        return {**convert(named, self.name, "grouped"), "input": of_input}

    def cost(self, milliseconds: float, bytes_per_value: int) -> FormCost:
        values = sum(int(np.prod(node.output_shape)) for node in self.graph.nodes[1:])
        return FormCost(
            layers=len(self.graph) - 1,
            params=sum(node.params for node in self.graph),
            ms=milliseconds,
            activation_bytes=values * bytes_per_value,
        )


def _tensor(values: NDArray[Any]) -> Any:
    import tensorflow as tf

    return tf.constant(values)


def _trainable(model: Any, graph: Graph) -> tuple[list[str], list[Any]]:
    """The trainable variables of a model, and their names."""
    keys, variables = [], []
    for node in graph:
        layer = model.get_layer(keras_name(node.name))
        for weight, variable in zip(node.weights, layer.weights, strict=True):
            if weight.trainable:
                keys.append(f"{node.name}/{weight.name}")
                variables.append(variable.value)
    return keys, variables


def _times(forms: list[_Form], given: NDArray[Any]) -> list[float]:
    """Median milliseconds of a forward pass; forms take turns, so that noise is shared."""
    taken: list[list[float]] = [[] for _ in forms]
    end = time.perf_counter() + ROUND_SECONDS
    for _ in range(ROUNDS):
        for form, times in zip(forms, taken, strict=True):
            start = time.perf_counter()
            form.output(given)
            times.append(1000 * (time.perf_counter() - start))
        if time.perf_counter() > end:
            break
    return [statistics.median(times) for times in taken]
