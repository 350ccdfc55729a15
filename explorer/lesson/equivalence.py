"""Three forms (and the zoo's), one function: measured, not asserted (paper, section 3.3).

One set of weights is rewritten in every form; outputs and gradients are compared on one input,
and each form is timed. `measure` asks a process of its own, in which
`explorer.lesson.equivalence_run` does the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from explorer.lesson.forms import Part, make_input
from explorer.lesson.process import SECONDS, run_apart
from resnext import ResNeXtSpec

DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class FormCost:
    """What one form costs.

    Attributes:
        layers: Layers of the Keras model, its input aside.
        params: All its weights and statistics, equal in every form.
        ms: Median time of a forward pass, milliseconds, one image.
        activation_bytes: What its layers write for one image: training keeps all of it.
    """

    layers: int
    params: int
    ms: float
    activation_bytes: int


@dataclass(frozen=True)
class Equivalence:
    """How far the forms are from being one function, and what each costs.

    Attributes:
        name: The network.
        stage: Which of its stages, or None for the whole.
        dtype: Of all numbers in the calculation.
        forms: Cost by form.
        max_abs_diff: Largest difference of any output value from the grouped form's.
        max_grad_diff: Largest difference of any gradient (of the input and of every weight,
            after conversion to the grouped form), relative to the largest value of that
            gradient.
        max_output: Largest output value, to judge ``max_abs_diff`` by.
    """

    name: str
    stage: int | None
    dtype: str
    forms: dict[str, FormCost]
    max_abs_diff: float
    max_grad_diff: float
    max_output: float

    def to_json(self) -> dict[str, Any]:
        """The command line's contract."""
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
) -> Equivalence:
    """Compare the four forms of a network, or of a stage, in a process of its own.

    Args:
        spec: The network; its form is not looked at.
        stage: Only this stage, counted from 1.
        blocks: Only so many of its blocks.
        dtype: ``float32`` or ``float64``.
        seed: Of the random weights and of the noise.
        kind: Of the input; see `explorer.lesson.forms.make_input`.
        model: A trained ``.keras`` file of this spec, whose weights are taken.
        image: The input itself, (height, width, channels), instead of ``kind``.
        seconds: Most time it may take.

    Raises:
        ValueError: A value is not among those allowed.
        ProcessError: The process took too long or died.
    """
    if dtype not in DTYPES:
        raise ValueError(f"The dtype must be one of {', '.join(DTYPES)}. Received {dtype!r}.")
    part = Part(spec, stage, blocks)
    if image is not None and image.shape != part.input_shape:
        raise ValueError(f"The input must be {part.input_shape}. Received {image.shape}.")
    if image is None:
        make_input(kind, (1, 1, 1))  # refuses a wrong kind before a process is started
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
    values = run_apart("equivalence", request, arrays, seconds=seconds).values
    forms = {form: FormCost(**cost) for form, cost in values.pop("forms").items()}
    return Equivalence(name=spec.name, stage=stage, dtype=dtype, forms=forms, **values)
