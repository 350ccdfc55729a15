"""Compare: any networks side by side, aligned by stage, with what others published."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explorer import numbers
from explorer.compare import Comparison, compare_reports
from explorer.conventions import CONVENTIONS
from explorer.figures import (
    METRICS,
    accuracy_scatter,
    cost_bars,
    cost_scatter,
    throughput_bars,
)
from explorer.links import check_size
from explorer.map.data import MOST_NETWORKS
from explorer.map.state import QUERY_KEYS, MapState
from explorer.published import TIMM, figures
from explorer.report import Report
from explorer.views.address import asked, chosen, plain, restore, write
from explorer.views.map_component import network_map
from explorer.views.state import current_spec, report_of
from explorer.views.tables import count_picker
from explorer.views.widgets import segments, switch
from resnext import PRESETS, ResNeXtSpec, SpecError

DEFAULT = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")
HERE, SIDEBAR = "sidebar", "The sidebar's network"
SIDE = "side"
MOST = 8
COLUMNS = {
    **METRICS,
    "params": "With moving statistics",
    "weight_bytes": "Weights, bytes",
}


def render() -> None:
    """The page."""
    st.title("Compare", anchor=False)
    names = chosen_names()
    count = count_picker()
    comparison = comparison_of(names, count)
    if comparison is None:
        st.info("Choose at least one network, such as resnext50_32x4d.")
        return
    cards(comparison)
    aligned(comparison)
    on_the_map()
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Cost", anchor=False)
        st.plotly_chart(cost_scatter(comparison), key="cost_scatter")
    with right:
        published_chart(comparison)
    speed(comparison)


def on_the_map() -> None:
    """The first two to four networks side by side on the map, drawn when asked for."""
    specs = st.session_state["_compared"][:MOST_NETWORKS]
    if len(specs) < 2:
        return
    st.subheader("Side by side", anchor=False)
    words = f"Up to {MOST_NETWORKS} networks, stages aligned, differences marked."
    if switch(st, "Show them on the map", False, SIDE, help=words):
        shared_map(specs)


def shared_map(specs: list[ResNeXtSpec]) -> None:
    """The map, with what is open and selected in the address."""
    wanted = MapState.from_query(st.query_params.to_dict()) if asked(QUERY_KEYS) else None
    query = network_map(specs, key="compare-map", wanted=wanted, height=720).to_query()
    write({name: query.get(name) for name in QUERY_KEYS})


def chosen_names() -> list[str]:
    """The names of the address or of the picker; both say the same afterwards."""
    restore("with", list(DEFAULT), read_names)
    options = list(dict.fromkeys([HERE, *PRESETS, *st.session_state["with"]]))
    st.multiselect(
        "Networks; differences are to the first",
        options,
        key="with",
        format_func=lambda name: SIDEBAR if name == HERE else name,
        accept_new_options=True,
        max_selections=MOST,
        help="Type any name, such as `resnext50_8x14d`.",
    )
    return list(chosen("with", list(DEFAULT), ",".join))


def read_names(text: str) -> list[str]:
    """The names in an address; what is none is told later, as what was typed is."""
    return list(dict.fromkeys(name[:60] for name in text.split(",") if name))[:MOST]


def comparison_of(names: list[str], count: str) -> Comparison | None:
    """Reports of the names that are good; the others get their sentence."""
    reports: list[Report] = []
    specs: list[ResNeXtSpec] = []
    for name in names:
        try:
            spec = current_spec() if name == HERE else check_size(ResNeXtSpec.from_name(name))
        except SpecError as error:
            st.error(plain(error))
        else:
            reports.append(report_of(spec, count))
            specs.append(spec)
    st.session_state["_compared"] = specs
    return compare_reports(reports) if reports else None


def cards(comparison: Comparison) -> None:
    """Each network's totals, and how far it is from the first."""
    first = comparison.reports[0].totals
    unit = CONVENTIONS[comparison.count].unit
    columns = st.columns(3 if len(comparison.names) <= 3 else 4, gap="small")
    for index, (name, report) in enumerate(zip(comparison.names, comparison.reports)):
        totals = report.totals
        delta = "The others are compared with this one." if len(comparison.names) > 1 else ""
        if index:
            delta = (
                f"{_times(totals.trainable_params, first.trainable_params)} the parameters, "
                f"{_times(totals.macs, first.macs)} the {unit}"
            )
        with columns[index % len(columns)].container(border=True):
            st.markdown(f"**{plain(name)}**")
            st.markdown(
                f"{numbers.short(totals.trainable_params)} parameters  \n"
                f"{numbers.short(totals.macs)} {unit}"
            )
            st.caption(
                f"{numbers.short(totals.activations)} activations, "
                f"{totals.receptive_field} px receptive field  \n{delta}"
            )


def aligned(comparison: Comparison) -> None:
    """One row a stage, one column a network, differences beside."""
    st.subheader("Stage by stage", anchor=False)
    metric = segments(st, "Of", COLUMNS, "macs", "measure")
    rows = (*comparison.stages, comparison.total)
    table = {"Stage": [row.stage for row in rows]}
    for index, name in enumerate(comparison.names):
        table[name] = [numbers.full(row.value(index, metric)) for row in rows]
        if index:
            table[f"Δ {name}"] = [numbers.signed(row.difference(index, metric)) for row in rows]
    right = st.column_config.TextColumn(alignment="right")
    config = dict.fromkeys([name for name in table if name != "Stage"], right)
    st.dataframe(pd.DataFrame(table), hide_index=True, column_config=config)
    if metric in METRICS:
        st.plotly_chart(cost_bars(comparison, metric), key="cost_bars")
    with st.container(horizontal=True):
        for name, write_out in (("CSV", comparison.to_csv), ("JSON", comparison.to_json)):
            st.download_button(
                name,
                lambda write_out=write_out: write_out().encode(),
                f"comparison.{name.lower()}",
                icon=":material/download:",
                on_click="ignore",
                key=f"compare_{name}",
            )


def published_chart(comparison: Comparison) -> None:
    """MACs against published accuracy, one source at a time: they trained differently."""
    st.subheader("Published accuracy", anchor=False)
    names = {report.name for report in comparison.reports}
    sources = list(
        dict.fromkeys(
            figure.source
            for figure in figures()
            if figure.name in names
            and figure.quantity == "top1_accuracy"
            and figure.data == "ImageNet-1K"
        )
    )
    if not sources:
        st.info("Nobody published an ImageNet accuracy of these networks that we know of.")
        return
    source = st.selectbox("Source", sources, key="compare_source")
    chart = accuracy_scatter(comparison, source)
    if chart is not None:
        st.plotly_chart(chart, key="accuracy_scatter")
    missing = names - {figure.name for figure in figures() if figure.source == source}
    if missing:
        st.caption(f"{source} says nothing of {', '.join(map(plain, sorted(missing)))}.")


def speed(comparison: Comparison) -> None:
    """Equal MACs are not equal speed."""
    chart = throughput_bars([report.name for report in comparison.reports])
    if chart is None:
        return
    st.subheader("Equal MACs are not equal speed", anchor=False)
    st.caption(
        "Grouped convolutions do as few multiply-adds as the table says, but move as much data. "
        f"Images per second: {TIMM}."
    )
    st.plotly_chart(chart, key="throughput")


def _times(value: int | None, first: int | None) -> str:
    return f"{value / first:.2f}\N{NO-BREAK SPACE}×" if value is not None and first else "–"
