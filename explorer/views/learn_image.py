"""Which image the network is given: a sample, one's own file, or one's own drawing."""

from __future__ import annotations

import base64
import binascii

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.lesson.samples import Sample, fit
from explorer.lesson.trained import Trained
from explorer.tiles import data_url
from explorer.views.learn_pad import pad
from explorer.views.widgets import segments, slider

WAYS = ("Sample", "Upload", "Draw")


def choose_image(network: Trained, sample: Sample) -> NDArray[np.uint8] | None:
    """The image, of the network's input shape; None until there is one."""
    shape = network.spec.input_shape
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        way = segments(st, "Image", WAYS, WAYS[0], "lesson_way")
        image, words = None, ""
        if way == "Sample":
            number = slider(st, "Number of the image", 1, len(sample.images), 1, "lesson_image")
            image = sample.images[number - 1]
            if sample.labels is not None:
                words = sample.class_names[sample.labels[number - 1]]
        elif way == "Upload":
            file = st.file_uploader("A picture of yours", ["png", "jpg", "jpeg", "webp", "bmp"])
            image = None if file is None else _fitted(file.getvalue(), shape)
        else:
            image = _drawn(shape)
    if image is not None:
        right.html(
            f'<figure style="margin:0"><img alt="The image" src="{data_url(image)}" '
            'style="width:128px;max-width:100%;image-rendering:pixelated;border-radius:6px">'
            f"<figcaption></figcaption></figure>"
        )
        if words:
            right.caption(words)
    return image


def _fitted(data: bytes, shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
    try:
        return fit(data, shape)
    except ValueError as error:
        st.error(str(error))
        return None


def _drawn(shape: tuple[int, int, int]) -> NDArray[np.uint8] | None:
    address = pad(key="lesson_pad")
    try:
        data = base64.b64decode(address.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        st.caption("Draw something; the network sees it when you let go.")
        return None
    return _fitted(data, shape)
