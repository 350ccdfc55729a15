"""Step 2: the forms side by side, measured now, in a process of its own."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.lesson.breaking import cases
from explorer.lesson.draw_forms import draw_form
from explorer.lesson.equivalence import DTYPES, Equivalence, measure
from explorer.lesson.forms import FORM_NAMES, INPUTS, figure_3
from explorer.lesson.process import ProcessError
from explorer.map.state import MapState
from explorer.views.learn_parts import drawing, explain, facts, formula, short
from explorer.views.learn_trained import trained_networks
from explorer.views.map_component import network_map
from explorer.views.widgets import segments, select
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
        "The paper draws its block three ways. Form **a** sums *C* separate paths; form **b** "
        "concatenates them before one last 1x1 convolution; form **c** is a single *grouped* "
        "convolution. The fourth is the Keras zoo's: slice, convolve, concatenate. They are one "
        "function, because a path's kernels are slices of form c's.",
        "figure 3; section 4, which trained all three with the same results",
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
    explain("A sum of 1x1 convolutions is one 1x1 convolution of what was concatenated.")
    _map()
    _measured()
    _broken()


def _map() -> None:
    """The same four, layer by layer, on the app's map."""
    st.subheader("Layer by layer", anchor=False)
    explain(
        "The same block on the map, with its normalisations and ReLUs. Open the folded paths; "
        "pick a layer to read its card. Parameters and MACs are equal, layers are not."
    )
    graphs = [figure_3(form) for form in ORDER]
    network_map(
        graphs, key="lesson_map", state=MapState(open="layers"), height=MAP_HEIGHT, marks=False
    )


def _measured() -> None:
    """One set of weights in all four forms: outputs, gradients, cost."""
    st.subheader("Measured here, now", anchor=False)
    left, middle, right = st.columns(3)
    subject = select(left, "Of", list(SUBJECTS), "First block of ResNeXt-50", "lesson_subject")
    kind = select(
        middle,
        "Input",
        INPUTS,
        INPUTS[0],
        "lesson_input",
        help="Random noise, a smooth gradient, or one bright position.",
    )
    dtype = select(right, "Numbers", DTYPES, DTYPES[0], "lesson_dtype")
    name, stage, blocks = SUBJECTS[subject]
    trained = [found for found in trained_networks() if found.spec.name == name]
    weights = "random"
    if trained:
        weights = segments(st, "Weights", ["random", "trained"], "random", "lesson_weights")
    model = str(trained[0].path) if weights == "trained" else ""
    asked = (name, stage, blocks, dtype, kind, model)
    if st.button("Measure", key="lesson_measure", type="primary", icon=":material/speed:"):
        st.session_state.setdefault("lesson_asked", set()).add(asked)
    if asked not in st.session_state.get("lesson_asked", set()):
        st.caption("Builds the four forms with one set of weights; this takes some seconds.")
        return
    try:
        with st.spinner("Building the four forms in a process of its own"):
            found = equivalence(*asked)
    except (ProcessError, ValueError) as error:
        st.error(str(error))
        return
    _show(found)


@st.cache_data(max_entries=30, show_spinner=False)
def equivalence(
    name: str, stage: int | None, blocks: int | None, dtype: str, kind: str, model: str
) -> Equivalence:
    """The measurement; kept, because it takes seconds."""
    spec = ResNeXtSpec.from_name(name)
    if model:
        spec = next(found.spec for found in trained_networks() if str(found.path) == model)
    return measure(
        spec, stage, blocks=blocks, dtype=dtype, kind=kind, model=model or None, seconds=SECONDS
    )


def _show(found: Equivalence) -> None:
    """The differences, and what each form costs."""
    facts(
        [
            ("Largest difference of outputs", short(found.max_abs_diff),
             f"The largest output is {found.max_output:.3g}."),
            ("Largest difference of gradients", short(found.max_grad_diff),
             "Of the input's and every weight's gradient, relative to its largest value"),
            ("Parameters in every form", f"{found.forms['grouped'].params:,}", ""),
        ]
    )  # fmt: skip
    grouped = found.forms["grouped"]
    frame = pd.DataFrame(
        {
            "Form": [FORM_NAMES[form] for form in ORDER],
            "Layers": [found.forms[form].layers for form in ORDER],
            "Parameters": [found.forms[form].params for form in ORDER],
            "Forward, ms": [found.forms[form].ms for form in ORDER],
            "Time, × grouped": [found.forms[form].ms / grouped.ms for form in ORDER],
            "Activations, MB": [found.forms[form].activation_bytes / 1e6 for form in ORDER],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Forward, ms": st.column_config.NumberColumn(format="%.1f"),
            "Time, × grouped": st.column_config.NumberColumn(format="%.1f"),
            "Activations, MB": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    explain(
        "What is left is rounding: sums taken in another order. In float64 it all but vanishes. "
        "Where rounding flips a ReLU, a gradient may jump a little more. Layers, time and memory "
        "differ: form a writes every path's 256 channels before they are summed. Activations are "
        "what all layers write for one image; time is the median of a few runs on this machine."
    )


def _broken() -> None:
    """What breaks the equality, computed at once."""
    st.subheader("What would break it", anchor=False)
    explain(
        "Convolutions may change places with a sum. A bias, a normalisation or a ReLU **after a "
        "path's last 1x1** may not: so normalisation and ReLU stand after the sum. (Inside, after "
        "the first two convolutions, each channel belongs to one path, and normalisation and "
        "ReLU work channel by channel: no harm.)",
        "section 4: the forms are equal when normalisation and ReLU stand so",
    )
    paths = segments(st, "Paths", ["1", "2", "4", "8", "16", "32"], "32", "lesson_break")
    cardinality = int(paths)
    found = cases(cardinality, 4)
    frame = pd.DataFrame(
        {
            "Put into each path": [case.title for case in found],
            "Output moves by": [f"{100 * case.relative:.3g} %" for case in found],
            "Because": [case.reason for case in found],
        }
    )
    st.table(frame.set_index("Put into each path"))
    st.caption(
        f"Computed now, on random features of {cardinality} paths: the largest difference between "
        "form a and form c as a part of the largest output."
    )
