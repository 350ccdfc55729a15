"""The form that starts a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.app.state import address
from explorer.app.state.network import SIDEBAR, current_spec, report_of
from explorer.app.state.url_params import check_size
from explorer.app.state.visitor import said
from explorer.app.views.train.images import Picked, source_picker
from explorer.formatting.numbers import duration, shape, short
from explorer.training.engine.recipe import Recipe, recipe_names
from explorer.training.runs.forecast import ASK_SECONDS, Forecast, forecast
from explorer.training.runs.quotas import limits
from explorer.training.runs.visitors import VisitorRuns
from resnext import ResNeXtSpec, SpecError
from resnext.errors import UserError

NETWORKS = ("mini_resnext", "resnext20_32x4d", "resnext29_32x4d", "resnext29_8x64d", SIDEBAR)
RECIPES = {
    "short": "short: SGD, decay",
    "sprint": "sprint: ten epochs",
    "paper": "paper: section 5.3",
    "authors": "authors: their code",
    "zoo": "zoo: Adam",
}


@dataclass(frozen=True)
class Places:
    """Where the parts of a form are drawn: three columns, the start below them, options last.

    Attributes:
        network: What is trained.
        images: What it learns from, and how many of them.
        duration: Recipe, epochs and the time that is expected.
        start: The button.
        options: What most people leave as it is.
    """

    network: DeltaGenerator
    images: DeltaGenerator
    duration: DeltaGenerator
    start: DeltaGenerator
    options: DeltaGenerator

    @classmethod
    def laid_out(cls, key: str, network: str = "Network") -> Places:
        """Draw the empty form; ``network`` is the heading of its first part."""
        columns = st.columns(3, gap="medium")
        titles = (network, "Images", "Duration")
        for number, (column, title) in enumerate(zip(columns, titles, strict=True), 1):
            column.markdown(f"**{number}. {title}**")
        start = st.container()
        return cls(*columns, start, st.expander("More options", key=f"{key}_options"))

    def show(self, expected: Forecast) -> None:
        """Say how long it will take."""
        time = f"About {expected.duration}"
        self.duration.caption(
            expected.text.replace(time, f"**{time}**", 1),
            help="Reading the images, and waiting for other runs, take extra time.",
        )


def new_run(store: VisitorRuns) -> list[str]:
    """Draw the form; return the id of the run that was started, if one was."""
    places = Places.laid_out("train")
    with places.images:
        images = source_picker(store)
    with places.network:
        network = st.selectbox(
            "Network", NETWORKS, key="train_network", label_visibility="collapsed"
        )
        spec = fitted(network, images)
        if spec is not None:
            totals = report_of(spec).totals
            st.caption(
                f"{short(totals.trainable_params)} parameters, {short(totals.macs)} MACs per image."
            )
    with places.options:
        name = st.text_input(
            "Name of the run", max_chars=100, placeholder="Name of the network", key="train_name"
        )
    recipe = recipe_picker(places, key="train")
    with places.start:
        if images is None or recipe is None or spec is None:
            start_button("Start training", "train", None, None)
            return []
        expected = forecast([spec], recipe, images.count, store.list())
        places.show(expected)
        if not start_button("Start training", "train", expected, (spec, recipe, images)):
            return []
        try:
            return store.start([(spec, name or None)], recipe, images.source)
        except (UserError, SpecError) as error:
            st.error(said(error))
        except OSError as error:
            st.error(f"The run could not be saved on disk: {said(error)}.")
        return []


def start_button(label: str, key: str, expected: Forecast | None, choice: object) -> bool:
    """The start button; a long training asks for confirmation.

    Args:
        label: Of the button.
        key: Prefix of its keys.
        expected: Forecast of the duration; None while nothing can be started.
        choice: What would be started; a changed choice must be confirmed again.
    """
    pressed = st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        disabled=expected is None,
        key=f"{key}_start",
    )
    asked = f"{key}_asked"
    if expected is None or expected.seconds <= ASK_SECONDS:
        st.session_state.pop(asked, None)
        return pressed and expected is not None
    if pressed:
        st.session_state[asked] = choice
    if st.session_state.get(asked) != choice:
        return False
    st.warning(
        f"This will take about {expected.duration}. Fewer epochs or images take less time. "
        "You can pause and resume a run at any time." + _host_rule(),
        icon=":material/hourglass_top:",
    )
    with st.container(horizontal=True):
        sure = st.button("Start anyway", key=f"{key}_sure", type="primary")
        st.button("Cancel", key=f"{key}_not", on_click=st.session_state.pop, args=(asked, None))
    if sure:
        del st.session_state[asked]
    return sure


def _host_rule() -> str:
    if not limits().hosted:
        return ""
    return f" On this server a run stops after {duration(limits().run_seconds)}; its model is kept."


def fitted(network: str, images: Picked | None) -> ResNeXtSpec | None:
    """The spec of a choice of `NETWORKS` for the images; None, with an error, if none fits."""
    try:
        if network != SIDEBAR:
            spec = check_size(ResNeXtSpec.from_name(network))
            return spec if images is None else images.fit(spec)
        chosen = current_spec()
        spec = chosen if images is None else images.fit(chosen)
    except SpecError as error:
        st.error(said(error))
        return None
    shapes = [f"{shape(each.input_shape)} and {each.classes:,} classes" for each in (spec, chosen)]
    changed = f", instead of {shapes[1]}, to fit the images" if shapes[0] != shapes[1] else ""
    st.caption(f"{address.plain(chosen.name)} with an input of {shapes[0]}{changed}.")
    return spec


def recipe_picker(
    places: Places, *, key: str, preset: Callable[[Recipe], int | None] | None = None
) -> Recipe | None:
    """Recipe and its main numbers; None with a sentence if a rule is broken.

    Args:
        places: Where the controls are drawn.
        key: What the keys of the controls begin with.
        preset: How many images of a recipe are used to begin with.
    """
    name = places.duration.selectbox(
        "Recipe",
        recipe_names(),
        format_func=lambda n: RECIPES.get(n, n),
        key=f"{key}_recipe",
        label_visibility="collapsed",
    )
    base = Recipe.from_name(name)
    limit = f"{key}_{name}_limit"
    if preset is not None and limit not in st.session_state:
        st.session_state[limit] = preset(base)
    batch, rate, seed = places.options.columns(3)
    numbers: list[tuple[DeltaGenerator, str, str, dict[str, Any]]] = [
        (places.duration, "epochs", "Epochs", {"min_value": 1, "max_value": 10_000}),
        (batch, "batch_size", "Batch size", {"min_value": 1, "max_value": 8192}),
        (rate, "learning_rate", "Learning rate", {"min_value": 1e-6, "format": "%g"}),
        (places.images, "limit", "Images used", {"min_value": 20, "placeholder": "all"}),
        (seed, "seed", "Seed", {"min_value": 0}),
    ]
    values = {
        field: place.number_input(
            label,
            value=None if field == "limit" else getattr(base, field),
            key=f"{key}_{name}_{field}",
            **options,
        )
        for place, field, label, options in numbers
    }
    tensorboard = places.options.checkbox("Also write TensorBoard files", key=f"{key}_tensorboard")
    try:
        warmup = min(base.warmup_epochs, values["epochs"] / 4)
        return Recipe.from_name(name, **values, warmup_epochs=warmup, tensorboard=tensorboard)
    except UserError as error:
        places.start.error(said(error))
        return None
