"""The form that starts a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from explorer.links import check_size
from explorer.training import (
    Recipe,
    RunStore,
    TrainingError,
    limits,
    open_source,
    recipe_names,
    save_upload,
    start,
)
from explorer.training.data.cache import source_stamp
from explorer.views import address
from explorer.views.state import current_spec
from explorer.views.visitor import visitor
from resnext import ResNeXtSpec, SpecError

BUILT_IN = "Built in: synthetic shapes"
CIFAR = "CIFAR-10 (Keras's cache or download)"
PATH = "A path on this machine"
UPLOAD = "Upload an archive"
SIDEBAR = "The sidebar's network"
NETWORKS = ("mini_resnext", "resnext20_32x4d", "resnext29_32x4d", "resnext29_8x64d", SIDEBAR)
RECIPES = {
    "short": "short: SGD, warm-up and decay",
    "sprint": "sprint: ten epochs of a small network",
    "authors": "authors: the paper's 300 epochs",
    "zoo": "zoo: Adam, no augmentation",
}


def new_run(store: RunStore) -> list[str]:
    """Draw the form; return the id of the run that was started, if one was."""
    left, right = st.columns(2, gap="large")
    with left:
        network = st.selectbox("Network", NETWORKS, key="train_network")
        name = st.text_input(
            "Name of the run", max_chars=100, placeholder="the network's name", key="train_name"
        )
    with right:
        source, classes = source_picker(store)
    recipe = recipe_picker()
    pressed = st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        disabled=source is None or recipe is None,
        key="train_start",
    )
    if not pressed or source is None or recipe is None:
        return []
    try:
        spec = spec_of(network).replace(classes=classes)
        return [start(store, spec, recipe, source, name or None, visitor())]
    except (TrainingError, SpecError) as error:
        st.error(address.plain(error))
    except OSError as error:
        reason = address.plain(error.strerror or error)
        st.error(f"The run could not be laid out on disk: {reason}.")
    return []


def spec_of(network: str) -> ResNeXtSpec:
    """The spec of a choice of `NETWORKS`, or of any other name."""
    return current_spec() if network == SIDEBAR else check_size(ResNeXtSpec.from_name(network))


def source_picker(store: RunStore) -> tuple[str | None, int]:
    """The data source and its number of classes; None with a sentence if it cannot be used."""
    kinds = [BUILT_IN, CIFAR, UPLOAD] if limits().hosted else [BUILT_IN, CIFAR, PATH, UPLOAD]
    kind = st.selectbox("Images", kinds, key="train_source")
    if kind == BUILT_IN:
        source = "synthetic"
    elif kind == CIFAR:
        source = "cifar10"
        st.caption("Read when the run starts; downloaded if it is in no cache.")
        return source, 10
    elif kind == PATH:
        source = st.text_input(
            "Path",
            key="train_path",
            placeholder="/data/cifar-10-python.tar.gz, a zip, or a folder",
            help="CIFAR-10's official archive or folder, or a zip or folder of images "
            "`train/CLASS/*` and `test/CLASS/*`.",
        )
        if not source:
            st.caption("Give the path of an archive, a zip or a folder.")
            return None, 0
    else:
        source = uploaded(store)
        if not source:
            st.caption("A `.zip` of images `train/CLASS/*`, or CIFAR-10's `.tar.gz`.")
            return None, 0
    try:
        title, classes, note, images = about(source, _stamp(source))
    except TrainingError as error:
        st.error(address.plain(error))
        return None, 0
    many = f"{images:,} images, " if images else ""
    st.caption(f"{many}{classes} classes. {address.plain(note)}".strip(), help=address.plain(title))
    return source, classes


def uploaded(store: RunStore) -> str:
    """The source of an uploaded archive, saved once; "" while there is none."""
    file = st.file_uploader("Archive", type=["zip", "gz"], key="train_upload")
    if file is None:
        return ""
    known: dict[str, str] = st.session_state.setdefault("train_uploads", {})
    if file.file_id not in known:
        try:
            known[file.file_id] = save_upload(store, file.name, file.getvalue(), visitor())
        except (TrainingError, OSError) as error:
            st.error(address.plain(error))
            return ""
    return known[file.file_id]


@st.cache_data(max_entries=20, show_spinner="Looking at the images …")
def about(source: str, stamp: str) -> tuple[str, int, str, int | None]:
    """Title, number of classes, note and number of training images of a source."""
    info = open_source(source)
    return info.title, len(info.class_names), info.note, info.train_images


def _stamp(source: str) -> str:
    """Changes when the file at ``source`` does, so that `about` looks again."""
    try:
        return source_stamp(Path(source).expanduser())
    except (OSError, ValueError):
        return ""


def recipe_picker(*, key: str = "train") -> Recipe | None:
    """Recipe and its main numbers; None with a sentence if a rule is broken."""
    first, *rest = st.columns([2, 1, 1, 1, 1, 1])
    name = first.selectbox(
        "Recipe", recipe_names(), format_func=lambda n: RECIPES.get(n, n), key=f"{key}_recipe"
    )
    base = Recipe.from_name(name)
    numbers: list[tuple[str, str, dict[str, Any]]] = [
        ("epochs", "Epochs", {"min_value": 1, "max_value": 10_000}),
        ("batch_size", "Batch size", {"min_value": 1, "max_value": 8192}),
        ("learning_rate", "Learning rate", {"min_value": 1e-6, "format": "%g"}),
        ("limit", "Images used", {"min_value": 20, "placeholder": "all"}),
        ("seed", "Seed", {"min_value": 0}),
    ]
    values = {
        field: column.number_input(
            label, value=getattr(base, field), key=f"{key}_{name}_{field}", **options
        )
        for column, (field, label, options) in zip(rest, numbers)
    }
    tensorboard = st.checkbox("Also write TensorBoard files", key=f"{key}_tensorboard")
    try:
        warmup = min(base.warmup_epochs, values["epochs"] / 4)
        return Recipe.from_name(name, **values, warmup_epochs=warmup, tensorboard=tensorboard)
    except TrainingError as error:
        st.error(address.plain(error))
        return None
