"""Step 4: the paths of a trained network at work on an image, and switched off."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.activations import Activations, look_inside
from explorer.lesson.bars import path_bars
from explorer.lesson.multiples import small_multiples
from explorer.lesson.process import ProcessError
from explorer.lesson.samples import Sample, at_hand, sample_of
from explorer.lesson.trained import Trained
from explorer.views.address import plain
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
    if len(networks) == 1:
        left.markdown(f"Network\n\n**{plain(title)}**")
    network = networks[titles.index(title)]
    block = select(right, "Block", network.blocks, network.blocks[0], "lesson_in")
    here = at_hand(network.source)
    sample = _sample(network.source if here else "", network.spec.input_shape, SAMPLE)
    _say_what_can_be_shown(network, sample, networks)
    image = choose_image(network, sample)
    if image is None:
        return
    try:
        with st.spinner("Looking into the network, in a process of its own"):
            found = inside(network, block, image)
    except (ProcessError, ValueError) as error:
        st.error(str(error))
        return
    off = switch_paths(network, block, image, sample)
    _show(found, off)


@st.cache_data(max_entries=60, show_spinner=False)
def inside(network: Trained, block: str, image: NDArray[np.uint8]) -> Activations:
    """The block at work on the image; kept."""
    return look_inside(network, block, image)


@st.cache_data(max_entries=6, show_spinner="Reading images")
def _sample(source: str, shape: tuple[int, int, int], count: int) -> Sample:
    return sample_of(source, shape, count)


def _say_what_can_be_shown(network: Trained, sample: Sample, networks: list[Trained]) -> None:
    """Why there is an accuracy, or why there is none and how to get one."""
    others = [net for net in networks if net != network]
    if sample.labels is not None:
        if unscored := [plain(net.title) for net in others if not at_hand(net.source)]:
            st.caption(
                "Its accuracy can be measured, as images of the kind that it was trained on are on "
                f"this machine. Not so for {', '.join(unscored)}."
            )
        return
    scored = [plain(net.title) for net in others if at_hand(net.source)]
    st.info(
        "This network is shown the built-in images, which this program draws and it has never "
        "seen: those that it was trained on cannot be read on this machine. So nobody can say how "
        "often it is right, only how often it stays with its answer. **Answers unchanged** is "
        "the share of the images that get the same answer with paths off as with all on.\n\n"
        "For an accuracy, "
        + (f"choose {scored[0]} above; or " if scored else "")
        + "train a network on the page **Train** (the built-in images will do), which can then "
        "be chosen here; or put CIFAR-10, `cifar-10-python.tar.gz`, into Keras's cache, "
        "`~/.keras/datasets`.",
        icon=":material/info:",
    )


def _show(found: Activations, off: frozenset[int]) -> None:
    """Strengths and small multiples."""
    st.subheader("Strength of each path", anchor=False)
    strength = [float(value) for value in found.strength]
    words = f"Strength of {len(strength)} paths; the strongest is {np.argmax(strength) + 1}."
    drawing(path_bars(strength, words, off))
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
