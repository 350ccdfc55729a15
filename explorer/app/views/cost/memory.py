"""The memory of a step: its peak, its timeline, the largest batch and the four forms."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer.analysis.formats import csv_text
from explorer.app.components.charts import shared_chart
from explorer.app.components.widgets import download, number, segments, select
from explorer.app.state import address, selection
from explorer.app.state.network import graph_of
from explorer.app.state.shared import Shared
from explorer.app.state.url_params import check_size
from explorer.app.state.visitor import said
from explorer.cost.blocks import Parts
from explorer.cost.charts import shown_moments, timeline
from explorer.cost.memory import GIB, RULE, Memory, memory
from explorer.cost.memory_text import timeline_records
from explorer.cost.settings import OPTIMIZERS, PRECISIONS, Settings
from explorer.formatting import numbers
from explorer.map.vocabulary import FORM_LABELS
from resnext import FORMS, ResNeXtSpec, SpecError
from resnext.errors import UserError

MODES = {"training": "Training", "inference": "Inference"}
OPTIMIZER_LABELS = {"sgd": "SGD with momentum", "adam": "Adam"}
_MOST_MOMENTS = 300_000
_MEMORIES: Shared[Memory] = Shared(_MOST_MOMENTS, lambda found: len(found.moments))


def memory_of(spec: ResNeXtSpec, settings: Settings) -> Memory:
    """The memory of a step of a network, computed once for all sessions."""
    # A moment is linear in the batch, so one walk serves all of them.
    key = spec, settings.train, settings.precision, settings.optimizer
    found = _MEMORIES.get(key, lambda: memory(graph_of(spec), settings))
    return found.of_batch(settings.batch)


def memory_section(spec: ResNeXtSpec) -> Settings:
    """The section; the step that was chosen."""
    st.subheader("Memory of a step", anchor=False)
    settings, room = chosen_step()
    found = memory_of(spec, settings)
    peak = found.peak_at
    with st.container(horizontal=True, gap="medium"):
        st.metric("Peak memory", numbers.size(found.peak_bytes), width="content")
        st.metric("Reached at", peak.place, width="content", help=f"In the {peak.phase} pass.")
        st.metric(
            "Tensors at the peak",
            numbers.size(found.tensor_bytes),
            width="content",
            help="The rest is allocator overhead and the program itself.",
        )
        batch = found.largest_batch(room * GIB)
        st.metric(
            f"Largest batch in {room:,} GiB",
            f"{batch:,}" if batch else "does not fit",
            width="content",
        )
    place = selection.place()
    chart = shared_chart(timeline, found, place, key=("timeline", spec, settings, place))
    places = [moment.place for moment in shown_moments(found)]
    st.plotly_chart(chart, **selection.points("memory_timeline", places))
    address.write({selection.QUERY_KEY: place or None})
    with st.container(horizontal=True, vertical_alignment="center"):
        if place:
            st.markdown(f"Selected: **{address.plain(place)}**", width="content")
            selection.link("architecture", "Show on the map", ":material/account_tree:")
        else:
            st.caption("Point at the chart to see a layer; click to select it on the map.")
    st.caption(RULE)
    if settings.half:
        st.caption(
            "Mixed precision: weights, their gradients and the optimizer's state stay float32, as "
            "in Keras."
        )
    left, right = st.columns(2, gap="medium")
    with left:
        by_stage(found)
    with right:
        if spec.cardinality > 1:
            forms(spec, settings)
    return settings


def by_stage(found: Memory) -> None:
    """The peak of each stage, and the whole timeline as a file."""
    st.markdown("**Peak of each stage**")
    st.dataframe(
        pd.DataFrame(
            {
                "Stage": list(found.stages),
                "Peak memory": [numbers.size(found.parts(m).total) for m in found.stages.values()],
                "Reached at": [m.place.partition("/")[2] or m.place for m in found.stages.values()],
                "Pass": [m.phase for m in found.stages.values()],
            }
        ),
        hide_index=True,
        column_config={"Peak memory": st.column_config.TextColumn(alignment="right")},
        **selection.rows("memory by stage", list(found.stages)),
    )
    name = f"{found.name}-memory.csv"

    def content() -> str:
        return csv_text(*timeline_records(found))

    download("Timeline as CSV", content, name, "text/csv", key="timeline_csv")


def chosen_step() -> tuple[Settings, int]:
    """Controls of the step, and of the GiB that it may take."""
    with st.container(horizontal=True):
        mode = segments(st, "Mode", MODES, "training", "step")
        train = mode == "training"
        batch = number(st, "Batch", 1, 100_000, 32, "step_batch", width=115)
        precision = select(
            st, "Precision", list(PRECISIONS), "float32", "step_precision", width=130
        )
        optimizer = "sgd"
        if train:
            labels = {name: OPTIMIZER_LABELS[name] for name in OPTIMIZERS}
            optimizer = select(st, "Optimizer", labels, "sgd", "step_optimizer", width=190)
        room = number(st, "Limit, GiB", 1, 4096, 16, "room", width=115)
    return Settings(batch, train, precision, optimizer), room


def forms(spec: ResNeXtSpec, settings: Settings) -> None:
    """The same network with each implementation of the paths."""
    st.markdown("**The same network with each implementation of the paths**")
    parts = Parts(settings)
    peaks: dict[str, int] = {}
    for form in FORMS:
        try:
            peaks[form] = parts.figures(check_size(spec.replace(form=form))).memory
        except SpecError as error:
            st.caption(f"{FORM_LABELS[form]}: {said(error)}")
    first = peaks.get("grouped", 0)
    st.dataframe(
        pd.DataFrame(
            {
                "Implementation": [FORM_LABELS[form] for form in peaks],
                "Peak memory": [numbers.size(size) for size in peaks.values()],
                "Difference": [
                    numbers.changed(100 * (size / first - 1), ("more", "less")) if first else ""
                    for size in peaks.values()
                ],
            }
        ),
        hide_index=True,
        column_config={
            "Implementation": st.column_config.TextColumn(width=205),
            "Peak memory": st.column_config.TextColumn(alignment="right", width=95),
            "Difference": st.column_config.TextColumn(alignment="right", width=90),
        },
        key="forms_memory",
    )
    st.caption(
        "Predictions for forms with layers for each path were up to 1.5 times too high where they "
        "were measured: see page Verify."
    )
    if settings.train:
        st.caption(
            "In the backward pass of *Split and concatenate*, the gradient of each slice is as "
            f"wide as all {spec.cardinality} paths and mostly zero; all of them stay in memory "
            "until summed. *Summed paths* keeps one full output per path until the sum."
        )


def peaks_of(specs: list[ResNeXtSpec], settings: Settings) -> list[float | None]:
    """The peak of each network; None where it cannot be computed."""
    found: list[float | None] = []
    for spec in specs:
        try:
            found.append(memory_of(spec, settings).peak_bytes)
        except UserError:
            found.append(None)
    return found
