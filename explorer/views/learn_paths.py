"""Step 4: the paths of a trained network at work on an image, and switched off."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.activations import Activations, look_inside
from explorer.lesson.drawings import path_bars
from explorer.lesson.multiples import small_multiples
from explorer.lesson.process import ProcessError
from explorer.lesson.samples import labelled
from explorer.lesson.trained import Trained
from explorer.training import TrainingError
from explorer.training.data.sources import SYNTHETIC
from explorer.views.learn_image import choose_image
from explorer.views.learn_off import switch_paths
from explorer.views.learn_parts import drawing, explain
from explorer.views.learn_trained import trained_networks
from explorer.views.widgets import segments, select

SAMPLE = 200


def render() -> None:
    """The step."""
    explain(
        "All paths have one shape but not one task: each starts from other random weights and "
        "finds its own features. Below, a trained network works on one image. Left of each pair "
        "is what goes into a path's 3x3 convolution, right what comes out.",
        "section 3.3: paths of one topology; what each learns is measured here",
    )
    networks = trained_networks()
    if not networks:
        st.info(
            "No trained network is here yet. Train one on the page **Train** (a minute is "
            "enough to see something); when it has finished, it can be chosen here.",
            icon=":material/school:",
        )
        return
    titles = [network.title for network in networks]
    left, right = st.columns(2)
    title = select(left, "Network", titles, titles[0], "lesson_net")
    network = networks[titles.index(title)]
    block = select(right, "Block", network.blocks, network.blocks[0], "lesson_in")
    sample = _sample(network)
    image = choose_image(network, *sample)
    if image is None:
        return
    try:
        with st.spinner("Looking into the network, in a process of its own"):
            found = inside(network, block, image)
    except (ProcessError, ValueError) as error:
        st.error(str(error))
        return
    off = switch_paths(network, block, image, *sample)
    _show(found, off)


@st.cache_data(max_entries=60, show_spinner=False)
def inside(network: Trained, block: str, image: NDArray[np.uint8]) -> Activations:
    """The block at work on the image; kept."""
    return look_inside(network, block, image)


@st.cache_data(max_entries=6, show_spinner="Reading images")
def _images(
    source: str, shape: tuple[int, int, int], count: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    return labelled(source, shape, count)


def _sample(network: Trained) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...], str]:
    """Labelled images of what the network was trained on, or the built-in ones with a note."""
    shape = network.spec.input_shape
    try:
        return *_images(network.source or SYNTHETIC, shape, SAMPLE), ""
    except TrainingError as error:
        images, labels, _ = _images(SYNTHETIC, shape, SAMPLE)
        note = (
            "These are the built-in images, drawn by this program: the network never saw their "
            f"kind. The images that it was trained on are not here: {error}."
        )
        return images, labels, network.class_names, note


def _show(found: Activations, off: frozenset[int]) -> None:
    """Strengths and small multiples."""
    st.subheader("Strength of each path", anchor=False)
    drawing(path_bars(found.strength, off))
    explain(
        "The root mean square of what a path adds to the block's sum on this image, after the "
        "scale of the normalisation that follows."
    )
    st.subheader("Activations of each path", anchor=False)
    width = found.before.shape[-1]
    channels = ["Mean", *(str(i + 1) for i in range(width))]
    channel = segments(st, "Channel", channels, "Mean", f"lesson_channel_{width}")
    number = None if channel == "Mean" else int(channel) - 1
    drawing(small_multiples(found.before, found.after, off, number))
    st.caption("Bright is strong; one scale for all paths before, and one for all after.")
