"""The part of the form that picks the training images."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from explorer.app.state import address
from explorer.app.state.visitor import said
from explorer.training.data import open_source
from explorer.training.data.cache import source_stamp
from explorer.training.data.sources import CIFAR10, CIFAR_SIZE, WORDS
from explorer.training.runs.forecast import CIFAR10_IMAGES
from explorer.training.runs.quotas import limits
from explorer.training.runs.visitors import VisitorRuns
from resnext import ResNeXtSpec
from resnext.errors import UserError

BUILT_IN = {label: word for word, (_, label) in WORDS.items()}
PATH = "A path on this machine"
UPLOAD = "Upload an archive"


@dataclass(frozen=True)
class Picked:
    """Training images.

    Attributes:
        source: As `open_source` reads it.
        classes: How many classes.
        count: Images for training and validation.
        size: Height and width of the first one, if known.
        stamp: Changes when the file does.
    """

    source: str
    classes: int
    count: int
    size: tuple[int, int] | None
    stamp: str = ""

    def fit(self, spec: ResNeXtSpec) -> ResNeXtSpec:
        """The network with their classes and an input no larger than they are.

        Raises:
            SpecError: The network cannot take so small an input.
        """
        height, width, channels = spec.input_shape
        if self.size is not None:
            height, width = min(height, self.size[0]), min(width, self.size[1])
        return spec.replace(classes=self.classes, input_shape=(height, width, channels))


def source_picker(store: VisitorRuns) -> Picked | None:
    """Picker of the images; None, with a message shown, if they cannot be used."""
    kinds = [*BUILT_IN, UPLOAD] if limits().hosted else [*BUILT_IN, PATH, UPLOAD]
    kind = st.selectbox("Images", kinds, key="train_source", label_visibility="collapsed")
    if source := BUILT_IN.get(kind):
        if source == CIFAR10:  # not opened here: that may download it
            st.caption(
                "50,000 images, 10 classes. Read when the run starts; downloaded (170 MB) if they "
                "are not on this machine."
            )
            return Picked(source, 10, CIFAR10_IMAGES, CIFAR_SIZE)
    elif kind == PATH:
        source = st.text_input(
            "Path",
            key="train_path",
            placeholder="/data/cifar-10-python.tar.gz",
            help="CIFAR-10's official archive or folder, or a zip or folder with images as "
            "`train/CLASS/*` and `test/CLASS/*`.",
        )
        if not source:
            st.caption("Enter the path of an archive, a zip file or a folder.")
            return None
    else:
        source = uploaded(store)
        if not source:
            st.caption("A `.zip` with images as `train/CLASS/*`, or CIFAR-10's `.tar.gz`.")
            return None
    try:
        title, note, images, picked = about(source, source_stamp(source))
    except UserError as error:
        st.error(said(error))
        return None
    many = f"{images:,} images, " if images else ""
    many += f"{picked.classes} classes. "
    st.caption(f"{many}{address.plain(note)}".strip(), help=address.plain(title))
    return picked


def uploaded(store: VisitorRuns) -> str:
    """The source of an uploaded archive, saved once; "" while there is none."""
    file = st.file_uploader("Archive", type=["zip", "gz"], key="train_upload")
    if file is None:
        return ""
    known: dict[str, str] = st.session_state.setdefault("train_uploads", {})
    if file.file_id not in known:
        try:
            known[file.file_id] = store.save_upload(file.name, file.getvalue())
        except (UserError, OSError) as error:
            st.error(said(error))
            return ""
    return known[file.file_id]


@st.cache_data(max_entries=20, show_spinner="Reading the list of images")
def about(source: str, stamp: str) -> tuple[str, str, int | None, Picked]:
    """Title, note and number of training images of a source, if it is known; and the source."""
    info = open_source(source)
    count = info.train_images or CIFAR10_IMAGES
    picked = Picked(source, len(info.class_names), count, info.image_size(), stamp)
    return info.title, info.note, info.train_images, picked
