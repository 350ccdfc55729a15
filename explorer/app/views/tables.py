"""Tables: what each stage, block and layer costs, under the convention of one's choice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer import numbers, tables
from explorer.conventions import CONVENTIONS, DEFAULT
from explorer.figures import METRICS, icicle, stage_bars
from explorer.report import Report, Row
from explorer.views import address, selection
from explorer.views.state import current_spec, report_of
from explorer.views.widgets import segments, select

LEVELS = {"stage": "By stage (the zoo's group)", "block": "By block", "layer": "By layer"}
ROW_PIXELS, MOST_PIXELS = 35, 640  # of a table's row and header, which have a frame of 1 around
SIZES = ("Feature maps", "Weights")
HIDDEN = ("Weights",)  # four bytes a parameter; the table's own menu shows it
FORMATS: dict[str, tuple[str, Any]] = {
    "CSV": ("text/csv", tables.to_csv),
    "JSON": ("application/json", tables.to_json),
    "Markdown": ("text/markdown", tables.to_markdown),
}


def render() -> None:
    """The page."""
    spec = current_spec()
    st.title(f"{spec.name} in numbers", anchor=False)
    selection.follow_address()
    count = count_picker()
    rule = CONVENTIONS[count]
    report = report_of(spec, count)
    table(report, rule.unit)
    selected(report, rule.unit)
    st.subheader("Where it sits", anchor=False)
    stages = [row.name for row in report.stages]
    st.plotly_chart(stage_bars(report), **selection.traces("stage_bars", stages))
    st.caption("Click a bar to select its stage, here and on the map.")
    metric = segments(st, "Open up", METRICS, "macs", "measure")
    st.caption("Click a part to open it; click the bar above to go back.")
    st.plotly_chart(icicle(report, metric), key="icicle")


def count_picker() -> str:
    """Name of the counting convention that a person picks, with what it counts."""
    left, right = st.columns([1, 2], vertical_alignment="bottom", gap="large")
    titles = {name: rule.title for name, rule in CONVENTIONS.items()}
    count = select(left, "Counting convention", titles, DEFAULT, "count")
    rule = CONVENTIONS[count]
    right.caption(f"{rule.description} Source: {rule.source}.")
    return count


def table(report: Report, unit: str) -> None:
    """The table at a level, searchable and sortable, and its downloads."""
    if address.turned() and selection.place():
        address.keep("by", level_of(report, selection.place()))
    level = segments(st, "Rows", LEVELS, "stage", "by")
    rows = list(report.by(level))
    asked = ""
    if level != "stage":
        asked = st.text_input(
            "Search",
            key="table_search",
            placeholder="stage2, GroupedConv2D, conv3 …",
            icon=":material/search:",
        )
        words = asked.lower().split()
        rows = [r for r in rows if all(w in f"{r.name} {r.kind}".lower() for w in words)]
    if not rows:
        st.info("No layer matches. Search for a place, such as stage2, or a kind, such as Conv2D.")
        return
    shown = rows if level != "stage" else [*rows, report.totals]
    frame = display_frame(shown, report.totals, unit)
    if level == "stage":
        frame = frame.drop(columns="Kind").replace({"Place": {report.totals.name: "total"}})
    st.dataframe(
        frame,
        hide_index=True,
        height=min(MOST_PIXELS, ROW_PIXELS * (len(shown) + 1) + 2),
        column_config=columns(frame),
        column_order=[name for name in frame.columns if name not in HIDDEN],
        **selection.rows(
            f"table {level} {asked}",
            [row.name if row is not report.totals else "" for row in shown],
        ),
    )
    if report.uncounted:
        st.warning(f"{len(report.uncounted)} layers of unknown kind are not counted in MACs.")
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, (mime, write) in FORMATS.items():
            st.download_button(
                name,
                lambda write=write: write(report, level).encode(),
                f"{report.name}-{level}.{name.lower()[:4]}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download_{name}",
            )
        st.caption(f"{len(rows):,} of {len(report.by(level)):,} rows. {unit} for one image.")


def selected(report: Report, unit: str) -> None:
    """What is selected, in a line, and the way to the map."""
    address.write({selection.QUERY_KEY: selection.place() or None})
    with st.container(horizontal=True, vertical_alignment="center"):
        row = report.at(selection.place())
        if row is report.totals:
            st.caption("Select a row to find it on the map.")
            return
        st.markdown(
            f"**{address.plain(row.name)}** · {row.kind} · {numbers.shape(row.output_shape)} · "
            f"{numbers.full(row.trainable_params)} parameters · {numbers.full(row.macs)} {unit}",
            width="content",
        )
        selection.link("", "Show on the map", ":material/account_tree:")


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
            "Parameters": [row.trainable_params for row in rows],
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
    """How each column is written."""
    config: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="localized")
        for name in frame.columns
        if name not in ("Place", "Kind", "Output", "Share", *SIZES)
    }
    for name in SIZES:
        config[name] = st.column_config.NumberColumn(format="%.2f MiB", help="At float32.")
    config["Moving statistics"] = st.column_config.NumberColumn(
        format="localized", help="Of batch normalisation; training does not learn them."
    )
    config["Share"] = st.column_config.ProgressColumn(
        format="%.1f %%", min_value=0, max_value=100, help="Of the network's total."
    )
    config["Place"] = st.column_config.TextColumn(pinned=True)
    return config


def _mib(size: int | None) -> float | None:
    """Bytes as a number that sorts by size."""
    return None if size is None else size / 2**20
