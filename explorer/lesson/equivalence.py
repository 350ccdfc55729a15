"""Measure that the paper's three forms, and the zoo's, are one function (paper, section 3.3).

One set of weights is rewritten in every form; outputs and gradients are compared on one input,
and each form is timed. `explorer.lesson.equivalence_run` does this in a worker process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from explorer.jobs.questions import Question
from explorer.jobs.queue import NOBODY, Asker, answer
from explorer.lesson.forms import Part, make_input
from resnext import ResNeXtSpec
from resnext.errors import InputError

SECONDS = 240.0
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class FormCost:
    """Cost of one form.

    Attributes:
        layers: Layers of the Keras model without its input.
        params: Trainable parameters, equal in every form.
        ms: Median time of a forward pass, milliseconds, one image.
        activation_bytes: Outputs of all layers for one image; training keeps them.
    """

    layers: int
    params: int
    ms: float
    activation_bytes: int


@dataclass(frozen=True)
class Equivalence:
    """Differences between the forms, and the cost of each.

    Attributes:
        name: The network.
        stage: Number of the stage, or None for the whole network.
        dtype: Of the whole calculation.
        forms: Cost by form.
        max_abs_diff: Largest difference of any output value from the grouped form's.
        max_grad_diff: Largest difference of any gradient (of the input and of every weight,
            after conversion to the grouped form), relative to the largest value of that
            gradient.
        max_output: Largest output value, for comparison with ``max_abs_diff``.
    """

    name: str
    stage: int | None
    dtype: str
    forms: dict[str, FormCost]
    max_abs_diff: float
    max_grad_diff: float
    max_output: float

    def to_json(self) -> dict[str, Any]:
        """The JSON of the command ``equivalence``."""
        return {
            "forms": {
                form: {"layers": cost.layers, "params": cost.params, "ms": cost.ms}
                for form, cost in self.forms.items()
            },
            "max_abs_diff": self.max_abs_diff,
            "max_grad_diff": self.max_grad_diff,
            "dtype": self.dtype,
        }


def measure(
    spec: ResNeXtSpec,
    stage: int | None = None,
    *,
    blocks: int | None = None,
    dtype: str = "float32",
    seed: int = 0,
    kind: str = "noise",
    model: Path | None = None,
    image: NDArray[Any] | None = None,
    seconds: float = SECONDS,
    asker: Asker = NOBODY,
) -> Equivalence:
    """Compare the four forms of a network, or of a stage, in a worker process.

    Args:
        spec: The network; its form is ignored.
        stage: Only this stage, counted from 1.
        blocks: Only the first so many blocks of the stage.
        dtype: ``float32`` or ``float64``.
        seed: Of the random weights and of the noise.
        kind: Of the input; see `explorer.lesson.forms.make_input`.
        model: A trained ``.keras`` file of this spec, whose weights are used.
        image: The input itself, (height, width, channels), instead of ``kind``.
        seconds: Time limit.
        asker: Who waits for the result.

    Raises:
        ValueError: A value is not allowed.
        JobError: The process took too long or died.
    """
    if dtype not in DTYPES:
        raise InputError(f"The dtype must be one of {', '.join(DTYPES)}. Received {dtype!r}.")
    part = Part(spec, stage, blocks)
    if image is not None and image.shape != part.input_shape:
        raise InputError(f"The input must be {part.input_shape}. Received {image.shape}.")
    if image is None:
        make_input(kind, (1, 1, 1))  # reject a wrong kind before a process starts
    request = {
        "spec": spec.to_dict(),
        "stage": stage,
        "blocks": blocks,
        "dtype": dtype,
        "seed": seed,
        "kind": kind,
        "model": None if model is None else str(Path(model).resolve()),
    }
    arrays = {} if image is None else {"image": image}
    task = "explorer.lesson.equivalence_run:compute"
    reads = () if model is None else (Path(model),)
    values = dict(answer(Question(task, request, arrays, seconds, reads=reads), asker).values)
    forms = {form: FormCost(**cost) for form, cost in values.pop("forms").items()}
    return Equivalence(name=spec.name, stage=stage, dtype=dtype, forms=forms, **values)
