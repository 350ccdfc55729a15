"""The input image: a sample, an uploaded file or a drawing."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.app.components.image_input import fitted, show_image, uploaded_image
from explorer.app.components.widgets import segments, slider
from explorer.app.state.address import plain
from explorer.app.views.learn.pad import pad
from explorer.lesson.samples import Sample
from explorer.lesson.saved_models import Trained

WAYS = ("Sample", "Upload", "Draw")


def choose_image(network: Trained, sample: Sample) -> NDArray[np.uint8] | None:
    """The image, of the network's input shape; None until there is one."""
    shape = network.spec.input_shape
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        way = segments(st, "Image", WAYS, WAYS[0], "lesson_way")
        image, words = None, ""
        if way == "Sample":
            number = slider(st, "Image number", 1, len(sample.images), 1, "lesson_image")
            image = sample.images[number - 1]
            if sample.labels is not None:
                words = sample.class_names[sample.labels[number - 1]]
        elif way == "Upload":
            image = uploaded_image(shape, "Your image", "lesson_upload")
        else:
            image = _drawn(shape)
    if image is not None:
        with right:
            show_image(image, "The image as the network gets it")
            if words:
                st.caption(plain(words))
    return image


def _drawn(shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
    address = pad(key="lesson_pad")
    try:
        data = base64.b64decode(address.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        st.caption("Draw something. The network gets it after each stroke.")
        return None
    return fitted(data, shape)
