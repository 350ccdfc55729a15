"""Images to show to a network: uploaded ones and samples, and how they look on a page."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.app.state.visitor import said
from explorer.lesson.samples import Sample, at_hand, fit, sample_of
from explorer.training.data.cache import source_stamp
from explorer.training.data.image_file import MAX_BYTES
from explorer.training.data.image_grid import data_url
from resnext import Shape
from resnext.errors import UserError

TYPES = ["png", "jpg", "jpeg", "webp", "bmp"]
SAMPLES = 200


def uploaded_image(shape: Shape, label: str, key: str, **more: Any) -> NDArray[np.uint8] | None:
    """An uploaded image, fitted to a network's input shape; None while there is none."""
    file = st.file_uploader(label, TYPES, key=key, max_upload_size=MAX_BYTES // 2**20, **more)
    return None if file is None else fitted(file.getvalue(), shape)


def fitted(data: bytes, shape: Shape) -> NDArray[np.uint8] | None:
    """An image file as an array of this shape; None, with an error shown, if it cannot be read."""
    try:
        return fit(data, shape)
    except UserError as error:
        st.error(said(error))
        return None


def sample_images(source: str, shape: Shape) -> Sample:
    """Test images of a source; without labels, and drawn, where its images are not here."""
    here = source if at_hand(source) else ""
    return _sample(here, source_stamp(here), shape)


@st.cache_data(max_entries=6, show_spinner="Reading images")
def _sample(source: str, stamp: str, shape: Shape) -> Sample:
    return sample_of(source, shape, SAMPLES)


def show_image(image: NDArray[np.uint8], alt: str) -> None:
    """An image as the network gets it, enlarged without smoothing."""
    st.html(
        f'<img alt="{alt}" src="{data_url(image)}" '
        'style="width:8rem;max-width:100%;image-rendering:pixelated;border-radius:6px">'
    )
