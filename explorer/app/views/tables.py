"""Tables: the cost of each stage, block and layer under a counting convention."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer.analysis import tables
from explorer.analysis.conventions import CONVENTIONS, DEFAULT
from explorer.analysis.formats import FORMATS
from explorer.analysis.report import Report, Row
from explorer.app.components.charts import shared_chart
from explorer.app.components.widgets import downloads, page_title, segments, select
from explorer.app.state import address, selection
from explorer.app.state.network import current_spec, graph_of, report_of
from explorer.app.state.timings import kept_timings
from explorer.app.views.cost.memory import memory_of
from explorer.charts.analysis_charts import METRICS, icicle, stage_bars
from explorer.cost.timed import Timing
from explorer.cost.timings import LATENCY
from explorer.formatting import numbers

LEVELS = {"stage": "By stage", "block": "By block", "layer": "By layer"}
ROW_PIXELS, MOST_PIXELS = 35, 640  # a row; the largest table
SIZES = ("Feature maps", "Weights")
HIDDEN = ("Moving statistics", "Weights")  # the table's menu can show them
OFFERED = tuple(sorted(set(FORMATS) - {"table"}))


def render() -> None:
    """The page."""
    spec = current_spec()
    page_title(f"{spec.name} in numbers")
    selection.follow_address(graph_of(spec))
    controls = st.container(horizontal=True, vertical_alignment="center")
    rows, line = controls.container(horizontal=True), controls.empty()
    with controls.popover("Counting convention", icon=":material/calculate:"):
        count = count_picker()
    report, unit = report_of(spec, count), CONVENTIONS[count].unit
    line.markdown(f"{unit} as **{CONVENTIONS[count].title}** counts them", width="content")
    table(rows, report, unit, kept_timings().find(spec, LATENCY))
    peak = memory_of(spec, LATENCY)
    st.caption(
        address.plain(
            f"Peak memory: {numbers.size(peak.peak_bytes)} at {peak.peak_at.place} "
            f"({LATENCY.text}). Other steps, and what it is made of: page Cost."
        )
    )
    selected(report, unit)
    st.subheader("Where the cost is", anchor=False)
    stages = [row.name for row in report.stages]
    bars = shared_chart(stage_bars, report, key=(spec, count))
    st.plotly_chart(bars, **selection.traces("stage_bars", stages))
    st.caption("Click a bar to select its stage, here and on the map.")
    metric = segments(st, "Break down by", METRICS, "macs", "measure")
    st.caption("Click a part to open it; click the bar above to go back.")
    parts = shared_chart(icicle, report, metric, key=(spec, count, metric))
    st.plotly_chart(parts, key="icicle")


def count_picker() -> str:
    """Picker of the counting convention, with its description; its name."""
    titles = {name: rule.title for name, rule in CONVENTIONS.items()}
    count = select(st, "Counting convention", titles, DEFAULT, "count")
    rule = CONVENTIONS[count]
    st.caption(f"{rule.description} Source: {rule.source}.")
    return count


def table(controls: Any, report: Report, unit: str, timing: Timing | None = None) -> None:
    """The table at a level, searchable and sortable, and its downloads.

    Args:
        controls: Where the choice of the level is.
        report: The network's.
        unit: Of the counting convention.
        timing: Times of the parts, if they were measured on this machine.
    """
    if address.turned() and selection.place():
        address.keep("by", level_of(report, selection.place()))
    hidden = {"label_visibility": "collapsed"}
    level = segments(controls, "Rows", LEVELS, "stage", "by", **hidden)
    rows = list(report.by(level))
    asked = ""
    if level != "stage":
        asked = controls.text_input(
            "Search",
            key="table_search",
            placeholder="Search: stage2, GroupedConv2D, conv3 …",
            icon=":material/search:",
            **hidden,
        )
        words = asked.lower().split()
        rows = [r for r in rows if all(w in f"{r.name} {r.kind}".lower() for w in words)]
    if not rows:
        st.info("No layer matches. Search for a place, such as stage2, or a kind, such as Conv2D.")
        return
    shown = rows if level != "stage" else [*rows, report.totals]
    frame = display_frame(shown, report.totals, unit)
    if timing is not None:
        times = {**timing.parts[level], report.totals.name: timing.whole}
        column = [round(timing.steady(times[row.name]), 4) for row in shown]
        frame.insert(list(frame.columns).index("Share") + 1, "Time", column)
    if level == "stage":
        frame = frame.drop(columns="Kind").replace({"Place": {report.totals.name: "total"}})
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=numbers.UNKNOWN,
        height=min(MOST_PIXELS, ROW_PIXELS * (len(shown) + 1) + 2),
        column_config=columns(frame),
        column_order=[name for name in frame.columns if name not in HIDDEN],
        **selection.rows(
            f"table {level} {asked}",
            [row.name if row is not report.totals else "" for row in shown],
        ),
    )
    if timing is not None:
        st.caption(address.plain(f"Time: {timing.settings.text}, on {timing.conditions.text}"))
    if report.uncounted:
        st.warning(f"{len(report.uncounted)} layers of unknown kind are not counted in MACs.")
    with st.container(horizontal=True, vertical_alignment="center"):
        downloads(tables.answer(report, level), file_name(report, level), "table", OFFERED)
        st.caption(f"{len(rows):,} of {len(report.by(level)):,} rows. {unit} for one image.")


def file_name(report: Report, level: str) -> str:
    """Network, level, and the counting convention if it is not the default."""
    count = "" if report.count == DEFAULT else f"-{report.count}"
    return f"{report.name}-by-{level}{count}"


def selected(report: Report, unit: str) -> None:
    """The selected place in one line, with a link to the map."""
    address.write({selection.QUERY_KEY: selection.place() or None})
    with st.container(horizontal=True, vertical_alignment="center"):
        row = report.at(selection.place())
        if row is report.totals:
            st.caption("Select a row to find it on the map.")
            return
        st.markdown(
            f"**{address.plain(row.name)}** · {row.kind} · {numbers.shape(row.output_shape)} · "
            f"{numbers.full(row.params)} parameters · {numbers.full(row.macs)} {unit}",
            width="content",
        )
        selection.link("architecture", "Show on the map", ":material/account_tree:")


def level_of(report: Report, place: str) -> str:
    """The finest level of the table that has a row for this place."""
    found = [level for level in LEVELS if place in {row.name for row in report.by(level)}]
    return found[-1] if found else "stage"


def display_frame(rows: list[Row], totals: Row, unit: str) -> pd.DataFrame:
    """The columns that the page shows; numbers stay numbers, so that they sort."""
    whole = totals.macs or 1
    frame = pd.DataFrame(
        {
            "Place": [row.name for row in rows],
            "Kind": [row.kind for row in rows],
            "Output": [numbers.shape(row.output_shape) for row in rows],
            "Parameters": [row.params for row in rows],
            unit: [row.macs for row in rows],
            "Share": [100 * row.macs / whole if row.macs is not None else None for row in rows],
            "FLOPs": [row.flops for row in rows],
            "Activations": [row.activations for row in rows],
            "Feature maps": [_mib(row.activation_bytes) for row in rows],
            "Moving statistics": [row.non_trainable_params for row in rows],
            "Receptive field": [row.receptive_field for row in rows],
            "Stride": [row.stride for row in rows],
            "Weights": [_mib(row.weight_bytes) for row in rows],
        }
    )
    return frame.loc[:, ~frame.columns.duplicated()]


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Formats of the columns."""
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="localized")
        for name in frame.columns
        if name not in ("Place", "Kind", "Output", "Share", "Time", *SIZES)
    }
    for name in SIZES:
        config[name] = st.column_config.NumberColumn(format="%.2f MiB", help="At float32.")
    config["Moving statistics"] = st.column_config.NumberColumn(
        format="localized", help="Of batch normalisation; training does not learn them."
    )
    config["Share"] = st.column_config.ProgressColumn(
        format="%.1f %%", min_value=0, max_value=100, help="Of the network's total."
    )
    if "Time" in frame:
        config["Time"] = st.column_config.ProgressColumn(
            format="%.2f ms",
            min_value=0,
            max_value=max(float(frame["Time"].max()), 1e-6),
            help="Inference on one image, this part alone, as measured on this machine. "
            "How: page Cost.",
        )
    config["Place"] = st.column_config.TextColumn(pinned=True)
    return config


def _mib(size: int | None) -> float | None:
    """Bytes as a number that sorts by size."""
    return None if size is None else size / 2**20
