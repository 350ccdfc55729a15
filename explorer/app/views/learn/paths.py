"""Step 4: the paths of a trained network at work on an image, and switched off."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.app.components.image_input import sample_images
from explorer.app.components.jobs import ask
from explorer.app.components.widgets import segments, select
from explorer.app.state.address import plain
from explorer.app.views.learn.image import choose_image
from explorer.app.views.learn.off import switch_paths
from explorer.app.views.learn.parts import drawing, explain
from explorer.app.views.learn.trained import trained_networks
from explorer.lesson.activation_grid import activation_grid
from explorer.lesson.activations import Activations, look_inside
from explorer.lesson.path_bars import path_bars
from explorer.lesson.samples import Sample, at_hand
from explorer.lesson.saved_models import Trained


def render() -> None:
    """The step."""
    explain(
        "All paths have the same shape, but each starts from its own random weights and learns its "
        "own features. Below, a trained network is given one image. The left image of each pair is "
        "the input of the 3x3 convolution of a path, the right image its output.",
        "section 3.3: all paths have the same topology; what they learn is measured here",
    )
    networks = trained_networks()
    if not networks:
        st.info(
            "There is no trained network yet. Train one on the page **Train**; a minute is enough "
            "to see something. When it has finished, you can choose it here.",
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
    sample = sample_images(network.source, network.spec.input_shape)
    _say_what_can_be_shown(network, sample, networks)
    image = choose_image(network, sample)
    if image is None:
        return
    found = ask(
        "lesson_inside",
        "Running the network in a separate process",
        (network, block, image.tobytes()),
        lambda asker: look_inside(network, block, image, asker),
    )
    if found is None:
        return
    off = switch_paths(network, block, image, sample)
    _show(found, off)


def _say_what_can_be_shown(network: Trained, sample: Sample, networks: list[Trained]) -> None:
    """Say whether accuracy can be measured, and if not, how to make it possible."""
    others = [net for net in networks if net != network]
    if sample.labels is not None:
        if unscored := [plain(net.title) for net in others if not at_hand(net.source)]:
            st.caption(
                "Its accuracy can be measured, because images of its training set are on this "
                f"machine. This is not possible for {', '.join(unscored)}."
            )
        return
    scored = [plain(net.title) for net in others if at_hand(net.source)]
    st.info(
        "This network's training images are not on this machine. It gets the built-in images "
        "instead, which have other classes, so no accuracy can be shown.",
        icon=":material/info:",
    )
    explain(
        "**Unchanged predictions** is the share of the images that get the same prediction with "
        "some paths off as with all paths on. To measure an accuracy, "
        + (f"choose {scored[0]} above; or " if scored else "")
        + "train a network on the page **Train** (on the built-in images, for example) and choose "
        "it here; or put CIFAR-10, `cifar-10-python.tar.gz`, in Keras's cache folder, "
        "`~/.keras/datasets`."
    )


def _show(found: Activations, off: frozenset[int]) -> None:
    """Strengths and activations of the paths."""
    st.subheader("Strength of each path", anchor=False)
    strength = [float(value) for value in found.strength]
    words = f"Strength of {len(strength)} paths; the strongest is {np.argmax(strength) + 1}."
    drawing(path_bars(strength, words, off))
    explain(
        "The root mean square of what a path adds to the sum of the block for this image, scaled "
        "by the normalisation that follows."
    )
    st.subheader("Activations of each path", anchor=False)
    width = found.before.shape[-1]
    channels = ["Mean", *(str(i + 1) for i in range(width))]
    channel = segments(st, "Channel", channels, "Mean", f"lesson_channel_{width}")
    number = None if channel == "Mean" else int(channel) - 1
    drawing(activation_grid(found.before, found.after, off, number))
    st.caption(
        "Brighter is stronger. All images before the convolution share one scale; so do all "
        "images after it."
    )
