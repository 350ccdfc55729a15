"""Step 2: the four forms side by side, measured in a worker process."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.app.components.jobs import ask
from explorer.app.components.map_component import network_map
from explorer.app.components.widgets import segments, select
from explorer.app.views.learn.parts import drawing, explain, facts, formula, short, table
from explorer.app.views.learn.trained import trained_networks
from explorer.formatting.numbers import size
from explorer.lesson.counterexamples import cases
from explorer.lesson.draw_forms import draw_form
from explorer.lesson.equivalence import DTYPES, Equivalence, measure
from explorer.lesson.forms import FORM_NAMES, INPUTS, figure_3
from explorer.map.state import MapState
from resnext import ResNeXtSpec

SUBJECTS = {
    "First block of ResNeXt-50": ("resnext50_32x4d", 1, 1),
    "Stage 2 of ResNeXt-50": ("resnext50_32x4d", 2, None),
    "mini_resnext": ("mini_resnext", None, None),
}
ORDER = ("aggregated", "concatenated", "grouped", "split")
SECONDS = 300.0
MAP_HEIGHT = 760


def render() -> None:
    """The step."""
    explain(
        "The paper implements the paths in three ways. Form **3a** sums *C* separate paths; form "
        "**3b** concatenates them before one last 1x1 convolution; form **3c** is a single "
        "*grouped* convolution. The Keras zoo adds a fourth: it splits the channels, convolves "
        "each part and concatenates the results. All four are the same function, because the "
        "kernels of a path are slices of the kernels of form 3c.",
        "figure 3; section 4, where all three gave the same results in training",
    )
    for row in (("aggregated", "concatenated"), ("grouped", "split")):
        for column, form in zip(st.columns(2), row, strict=True):
            with column:
                st.markdown(f"**{FORM_NAMES[form]}**")
                drawing(draw_form(figure_3(form), form))
    formula(
        r"\sum_{i=1}^{C} B_i\,\tau_i(x) = "
        r"\big[\,B_1 \cdots B_C\,\big]\begin{bmatrix}\tau_1(x)\\ \vdots\\ \tau_C(x)\end{bmatrix}"
    )
    explain("A sum of 1x1 convolutions is one 1x1 convolution of the concatenated channels.")
    _map()
    _measured()
    _broken()


def _map() -> None:
    """The four forms layer by layer on the map."""
    st.subheader("Layer by layer", anchor=False)
    explain(
        "The same block on the map, with its normalisations and ReLUs. Open the paths with their "
        "+, or select a layer to read its details. Parameters and MACs are equal; layers differ."
    )
    graphs = [figure_3(form) for form in ORDER]
    network_map(
        graphs, key="lesson_map", state=MapState(open="layers"), height=MAP_HEIGHT, marks=False
    )


def _measured() -> None:
    """One set of weights in all four forms: outputs, gradients, cost."""
    st.subheader("Measured on this machine", anchor=False)
    left, middle, right = st.columns(3)
    subject = select(
        left, "Network or part", list(SUBJECTS), "First block of ResNeXt-50", "lesson_subject"
    )
    kind = select(
        middle,
        "Input",
        INPUTS,
        INPUTS[0],
        "lesson_input",
        help="Random noise, a smooth gradient, or an impulse at the middle position.",
    )
    dtype = select(right, "Precision", DTYPES, DTYPES[0], "lesson_dtype")
    name, stage, blocks = SUBJECTS[subject]
    trained = [found for found in trained_networks() if found.spec.name == name]
    weights = "random"
    if trained:
        weights = segments(st, "Weights", ["random", "trained"], "random", "lesson_weights")
    model = trained[0] if weights == "trained" else None
    asked = (name, stage, blocks, dtype, kind, model)
    if st.button("Measure", key="lesson_measure", type="primary", icon=":material/speed:"):
        st.session_state.setdefault("lesson_asked", set()).add(asked)
    if asked not in st.session_state.get("lesson_asked", set()):
        st.caption("Builds all four with the same weights, which takes some seconds.")
        return
    found = ask(
        "lesson_measure_ask",
        "Building all four in a separate process",
        asked,
        lambda asker: measure(
            model.spec if model else ResNeXtSpec.from_name(name),
            stage,
            blocks=blocks,
            dtype=dtype,
            kind=kind,
            model=model.path if model else None,
            seconds=SECONDS,
            asker=asker,
        ),
        "Measure again",
    )
    if found is not None:
        _show(found)


def _show(found: Equivalence) -> None:
    """The differences, and what each form costs."""
    facts(
        [
            ("Largest output difference", short(found.max_abs_diff),
             f"The largest output is {found.max_output:.3g}."),
            ("Largest gradient difference", short(found.max_grad_diff),
             "Gradients of the input and of every weight, each relative to its largest value"),
            ("Parameters of each", f"{found.forms['grouped'].params:,}",
             "Trainable: convolutions, and scale and shift of the batch normalisations"),
        ]
    )  # fmt: skip
    grouped = found.forms["grouped"]
    frame = pd.DataFrame(
        {
            "Implementation": [FORM_NAMES[form] for form in ORDER],
            "Layers": [str(found.forms[form].layers) for form in ORDER],
            "Parameters": [f"{found.forms[form].params:,}" for form in ORDER],
            "Forward pass, ms": [f"{found.forms[form].ms:.1f}" for form in ORDER],
            "Time relative to 3c": [f"{found.forms[form].ms / grouped.ms:.1f} ×" for form in ORDER],
            "Activations": [size(found.forms[form].activation_bytes) for form in ORDER],
        }
    )
    explain(
        "The remaining differences are rounding, because sums are computed in another order; in "
        "float64 they are almost zero. Where rounding switches a ReLU, a gradient can differ a "
        "little more. The number of layers, the time and the memory differ: form 3a stores the "
        "256 channels of every path before it sums them. Activations are the outputs of all "
        "layers for one image; the time is the median of a few runs on this machine."
    )
    table(frame, "lesson_forms_table")


def _broken() -> None:
    """What breaks the equality; quick enough to compute here."""
    st.subheader("What would break the equality", anchor=False)
    explain(
        "A convolution can move past a sum. A bias, a normalisation or a ReLU **after the last "
        "1x1 of a path** cannot, so normalisation and ReLU follow the sum. After the first two "
        "convolutions they are safe: there each channel belongs to one path, and they work "
        "channel by channel.",
        "section 4: the forms are equal with normalisation and ReLU in this order",
    )
    paths = segments(st, "Paths", ["1", "2", "4", "8", "16", "32"], "32", "lesson_break")
    cardinality = int(paths)
    for case in cases(cardinality, 4):
        st.markdown(
            f"- {case.title}: the output changes by **{100 * case.relative:.3g} %**. {case.reason}"
        )
    st.caption(
        f"Computed now, on random features of {cardinality} paths: the largest difference between "
        "forms 3a and 3c, relative to the largest output."
    )
