"""The time of a step: measured on this machine, and explained by the roofline."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer.app.components.charts import shared_chart
from explorer.app.components.jobs import follow, show_error, this_session
from explorer.app.components.widgets import downloads, number, segments, select
from explorer.app.state import address, selection
from explorer.app.state.timings import kept_timings
from explorer.app.state.visitor import said
from explorer.cost import explained
from explorer.cost.devices import devices
from explorer.cost.roofline import Bound, Ceilings
from explorer.cost.settings import Settings
from explorer.cost.time_charts import bars, measured_roofline, roofline
from explorer.cost.timed import Timing
from explorer.cost.timing_job import MOST_BATCH, share_done, start_timing, timings_of
from explorer.cost.timing_text import (
    BOUND,
    FUSION,
    RULE,
    answer,
    ceilings_of,
    milliseconds,
    part_rows,
)
from explorer.export.job import timed_as_onnx
from explorer.formatting import numbers
from explorer.jobs.job import Job
from explorer.jobs.worker_process import JobBug
from explorer.training.runs.quotas import limits
from resnext import ResNeXtSpec
from resnext.errors import UserError

MODES = {"inference": "Inference", "training": "Training"}
ROWS = {"stage": "By stage", "block": "By block", "layer": "By layer"}
HERE = "here"
_JOB, _ASKED = "_timing_job", "_timing_asked"
HEIGHT = 420


def time_section(spec: ResNeXtSpec) -> None:
    """The section."""
    st.subheader("Time", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        train = segments(st, "Mode", MODES, "inference", "time_step") == "training"
        batch = number(st, "Batch", 1, MOST_BATCH, 1, "time_batch", width=115)
        settings = Settings(batch, train)
        # A measurement has the machine for itself, so that others would wait for it.
        pressed = not limits().hosted and st.button(
            "Measure here", key="time_measure", icon=":material/timer:"
        )
    if pressed:
        _start(spec, settings)
    if _JOB in st.session_state:
        job: Job = st.session_state[_JOB]
        follow(_JOB, job, lambda: _progress(job), lambda: _show_end(job))
    found = kept_timings().find(spec, settings)
    if found is None:
        st.markdown(f"{spec.name}, {settings.text}: not measured on this machine.")
        st.caption(RULE)
        if not train:
            _roofline(spec, batch, None)
        return
    _show(found)


def _start(spec: ResNeXtSpec, settings: Settings) -> None:
    if _JOB in st.session_state:
        st.session_state[_JOB].close()
    try:
        st.session_state[_JOB] = start_timing(
            [spec],
            [settings.batch],
            train=settings.train,
            onnx=timed_as_onnx(),
            asker=this_session(),
        )
        st.session_state[_ASKED] = f"{spec.name}, {settings.text}"
    except (UserError, OSError) as error:
        st.session_state.pop(_JOB, None)
        st.error(f"The measurement could not be started: {said(error)}")


def _progress(job: Job) -> tuple[float, str]:
    share, words = share_done(job.phase)
    return share, address.plain(f"{st.session_state[_ASKED]}: {words}")


def _show_end(job: Job) -> None:
    del st.session_state[_JOB]
    try:
        answer = job.wait()
    except (UserError, JobBug) as error:
        show_error(error)
        return
    finally:
        job.close()
    if not answer.values["kept"]:
        st.warning("The times could not be kept: the folder of the cache cannot be written.")
        _show(timings_of(answer)[0])


def _show(found: Timing) -> None:
    whole = found.whole
    low, high = milliseconds(whole.low), milliseconds(whole.high)
    spread = f"Quartiles of {len(whole.turns)} turns: {low} to {high} ms."
    with st.container(horizontal=True, gap="medium"):
        st.metric(f"{MODES[found.settings.mode]}, batch {found.settings.batch}",
                  f"{milliseconds(whole.ms)} ms", width="content", help=spread)  # fmt: skip
        if found.conditions.is_disturbed:
            st.metric("Fastest call", f"{milliseconds(whole.fastest)} ms", width="content")
        st.metric("Images per second", f"{found.images_per_second:,.1f}", width="content")
        st.metric(
            "Share of the matrix product",
            f"{100 * found.share_of_limit():.0f} %",
            width="content",
            help="Speed in multiply-adds per second, as a share of a large matrix product's on "
            "this machine.",
        )
        if found.onnx is not None:
            st.metric("ONNX Runtime", f"{milliseconds(found.onnx.ms)} ms", width="content")
    st.caption(f"{address.plain(found.conditions.text)} {spread}")
    _parts(found)
    _other(found)
    if found.settings.train:
        st.caption(
            "Parts are forward and backward passes, without the optimizer. The roofline is of "
            "inference."
        )
    else:
        _roofline(found.spec, found.settings.batch, found)


def _parts(found: Timing) -> None:
    """The parts at a level: a table whose bars are the times, and a chart."""
    by = segments(st, "Rows", ROWS, "stage", "time_by")
    rows = part_rows(found, by)
    frame = pd.DataFrame(
        {
            "Place": [row.place for row in rows],
            "Kind": [row.kind for row in rows],
            "MACs": [row.macs for row in rows],
            "Time": [row.ms for row in rows],
            "Lower": [row.low for row in rows],
            "Upper": [row.high for row in rows],
            "Fastest": [row.fastest for row in rows],
            "Bound": [row.bound for row in rows],
            "Bound / time": [row.reached for row in rows],
            "Bound by": [row.bound_by for row in rows],
            "MACs a byte": [row.macs_per_byte for row in rows],
        }
    )
    if found.settings.train:
        frame = frame.drop(columns=["Bound", "Bound / time"])
    if found.settings.train or by != "layer":
        frame = frame.drop(columns=["Bound by", "MACs a byte"])
    if by == "stage":
        frame = frame.drop(columns="Kind")
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=numbers.UNKNOWN,
        height=min(HEIGHT, 38 + 35 * len(rows)),
        column_config=_columns(max(row.ms for row in rows)),
        **selection.rows(f"time by {by}", [row.place for row in rows]),
    )
    name = f"{found.spec.name}-time-{found.settings.mode}-{found.settings.batch}"
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(answer([found], by), name, "time")
        place = selection.place()
        if place:
            st.markdown(f"Selected: **{address.plain(place)}**", width="content")
            selection.link("architecture", "Show on the map", ":material/account_tree:")
    st.plotly_chart(
        shared_chart(bars, found, by, key=("time", found.key, by)),
        key="time_bars",
    )
    st.markdown(explained.sums_sentence(found))
    st.caption(f"{FUSION} {RULE}")


def _columns(most: float) -> dict[str, Any]:
    ms = st.column_config.NumberColumn(format="%.2f ms")
    return {
        "Place": st.column_config.TextColumn(pinned=True),
        "MACs": st.column_config.NumberColumn(format="localized", help="Of one image."),
        "Time": st.column_config.ProgressColumn(
            format="%.2f ms", min_value=0, max_value=most, help="Median of the turns."
        ),
        "Lower": st.column_config.NumberColumn(format="%.2f ms", help="Lower quartile."),
        "Upper": st.column_config.NumberColumn(format="%.2f ms", help="Upper quartile."),
        "Fastest": st.column_config.NumberColumn(format="%.2f ms", help="The fastest call."),
        "Bound": ms,
        "Bound / time": st.column_config.NumberColumn(
            format="%.2f", help="Of the fastest call, if other programs disturbed the measurement."
        ),
        "Bound by": st.column_config.TextColumn(help="The ceiling that the layer meets."),
        "MACs a byte": st.column_config.NumberColumn(
            format="%.2f", help="Multiply-adds for each byte of its input, weights and output."
        ),
    }


def _other(found: Timing) -> None:
    """The ResNet of the same depth, if it was timed in the same step, and published ratios."""
    name = explained.resnet_of(found.spec.name, found.spec.depth)
    known = [one for one in kept_timings().all() if one.settings == found.settings]
    other = next((one for one in known if one.spec.name == name and _is_alike(one, found)), None)
    if other is not None:
        st.markdown(explained.ratio_sentence(found, other))
        return
    listed = explained.published_ratios(found.spec.name, name) if name else []
    if listed:
        words = ", ".join(f"{ratio.label} {ratio.value:.2f}" for ratio in listed)
        st.markdown(
            f"Published, time of {found.spec.name} divided by {name}'s: {words}. Measure {name}, "
            "too, to see the ratio here."
        )


def _is_alike(one: Timing, other: Timing) -> bool:
    """Whether the two times can be compared."""
    setups = one.conditions.setup, other.conditions.setup
    return one.spec.input_shape == other.spec.input_shape and setups[0] == setups[1]


def _roofline(spec: ResNeXtSpec, batch: int, found: Timing | None) -> None:
    """The layers of inference under this machine's ceilings, or on the roof of another.

    Args:
        spec: The network.
        batch: Images in a step.
        found: Its times; None if it was not measured, and so this machine has no ceilings.
    """
    st.markdown("**The roofline: which ceiling each layer meets**")
    known = {device.name: device for device in devices()}
    offered = {name: name for name in known}
    if found is not None:
        offered = {HERE: f"This machine, as measured ({found.conditions.device})"} | offered
    chosen = select(st, "Device", offered, next(iter(offered)), "roof", width=330)
    device = known.get(chosen)
    if device is None:
        if found is not None:
            _measured_roofline(found)
        return
    layers, roof = explained.points_on(spec, batch, device.ceilings), device.ceilings
    st.plotly_chart(
        shared_chart(roofline, layers, roof, False, key=("roofline", spec, batch, chosen)),
        key="roofline",
    )
    st.markdown(_ceilings(roof, [layer.bound for layer in layers], device.name))
    st.caption(
        f"Float32. The figures were read at {device.read_at}, not on the vendor's own page, "
        f"{device.source}. {device.note} Nothing was measured there: the layers are drawn on "
        "its roof."
    )


def _measured_roofline(found: Timing) -> None:
    roof = ceilings_of(found)
    st.plotly_chart(
        shared_chart(measured_roofline, found, key=("roofline", found.key)), key="roofline"
    )
    bounds = [layer.bound for layer in explained.points(found)]
    st.markdown(_ceilings(roof, bounds, "this machine"))
    st.caption(BOUND)
    for sentence in explained.why_grouped(found):
        st.markdown(sentence)
    st.markdown(explained.where_the_time_goes(found))
    st.markdown(f"{explained.order_of_stages(found)} {explained.faster_than_bound(found)}")


def _ceilings(roof: Ceilings, bounds: list[Bound], name: str) -> str:
    return (
        f"{numbers.short(roof.product)}FLOP/s and {numbers.short(roof.copy)}B/s: from "
        f"{roof.ridge:.1f} MACs a byte on, arithmetic is the ceiling. "
        f"{explained.which_ceiling(bounds, name)}"
    )
