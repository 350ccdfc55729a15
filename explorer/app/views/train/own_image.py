"""Try a trained network: a visitor's image or a sample, and what the network predicts."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer.app.components.image_input import sample_images, show_image, uploaded_image
from explorer.app.components.jobs import ask
from explorer.app.state.address import plain
from explorer.charts.probability_chart import probability_figure
from explorer.formatting.numbers import shape
from explorer.jobs.files import file_stamp
from explorer.lesson.samples import Sample
from explorer.training.data.image_grid import verdict
from explorer.training.data.sources import source_name
from explorer.training.engine.predict import predict
from explorer.training.runs.snapshot import RunSnapshot
from explorer.training.runs.visitors import VisitorRuns

MOST_CLASSES = 5


def try_image(store: VisitorRuns, run: RunSnapshot) -> None:
    """Choose an image, and see the probabilities that the model of a run gives its classes."""
    path = store.model_path(run.id)
    if path is None:
        return
    with st.container(border=True):
        title = st.container(horizontal=True, vertical_alignment="center")
        title.subheader("Try your own image", anchor=False, width="content")
        left, middle, right = st.columns([5, 2, 6], gap="medium")
        with left:
            image, actual = _choose(run, title)
        if image is None:
            right.caption(
                "The predicted class and the probabilities appear here. The model of this run "
                "computes them."
            )
            return
        with middle:
            show_image(image, "The image as the network gets it")
        with right:
            probabilities = ask(
                f"try_{run.id}",
                "Running the network in a separate process",
                (path, file_stamp(path), image.tobytes()),
                lambda asker: predict(path, image, asker=asker),
            )
            if probabilities is not None:
                _show(probabilities, run.class_names, actual)


def _choose(run: RunSnapshot, title: DeltaGenerator) -> tuple[NDArray[np.uint8] | None, str]:
    """The image that was chosen last, if any, and the class of a sample, if it is known."""
    chosen = f"_try_{run.id}"
    number = st.session_state.get(chosen)  # of a sample; None for an upload

    def use_upload() -> None:
        st.session_state[chosen] = None

    def use_sample() -> None:
        st.session_state[chosen] = 0 if number is None else number + 1

    label = "Use a sample image" if number is None else "Use another sample image"
    title.button(label, key=f"try_sample_{run.id}", icon=":material/image:", on_click=use_sample)
    size = run.spec.input_shape
    image = uploaded_image(
        size, "Upload an image", f"try_upload_{run.id}", on_change=use_upload,
        help=f"Cropped to the centre and resized to {shape(size)}, the network's input.",
    )  # fmt: skip
    if number is None:
        return image, ""
    return _nth(sample_images(run.source, size), number, source_name(run.source))


def _nth(sample: Sample, number: int, source: str) -> tuple[NDArray[np.uint8], str]:
    """A sample, round and round, and its class; says so if that is unknown."""
    place = number % len(sample.images)
    words = f"Sample {place + 1} of {len(sample.images)}"
    if sample.labels is None:
        st.caption(
            f"{words}, drawn by this program: the images of this run cannot be read here, so the "
            "actual class is unknown."
        )
        return sample.images[place], ""
    st.caption(f"{words} from {plain(source)}.")
    return sample.images[place], sample.class_names[sample.labels[place]]


def _show(probabilities: NDArray[np.float32], names: tuple[str, ...], actual: str) -> None:
    """The prediction in words and the most probable classes as bars."""
    best = int(probabilities.argmax())
    name = names[best] if best < len(names) else str(best)
    if actual:
        words = verdict(name, float(probabilities[best]), actual)
    else:
        words = f"Predicted {name} ({100 * probabilities[best]:.0f} %)"
    st.markdown(f"**{plain(words)}**")
    st.plotly_chart(
        probability_figure(names, {"Probability": probabilities.tolist()}, MOST_CLASSES),
        key="try_probabilities",
        config={"displayModeBar": False},
        alt="Probabilities of the most probable classes",
    )
