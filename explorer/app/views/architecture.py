"""Architecture: headline figures, the graph at four levels, what is picked, and the build."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import replace

import pandas as pd
import streamlit as st

from explorer import numbers
from explorer.dot import MOST_DRAWN, GraphvizFailed, GraphvizMissing, to_dot
from explorer.dot import render as render_dot
from explorer.drawing import draw
from explorer.map.state import QUERY_KEYS, MapState
from explorer.report import Report, Row
from explorer.views import address, selection
from explorer.views.build import build_section
from explorer.views.map_component import network_map
from explorer.views.map_downloads import map_downloads
from explorer.views.state import current_spec, graph_of, report_of, take_form
from explorer.views.widgets import segments, select
from resnext import FORMS, ResNeXtSpec

LEVEL_LABELS = {
    "model": "Model: stages",
    "stage": "Stages: blocks",
    "block": "Block: layers",
    "full": "Full: every layer and path",
}
PICTURES = {"map": "Map", "graph": "Graph"}
WHOLE = "the whole network"


def render() -> None:
    """The page."""
    spec = current_spec()
    report = report_of(spec)
    st.title(spec.name, anchor=False)
    st.caption(subtitle(spec))
    headline(report)
    picture(spec, report)
    build_section(spec)


def subtitle(spec: ResNeXtSpec) -> str:
    """The choice in a line."""
    blocks = "-".join(map(str, spec.blocks))
    shape = numbers.shape(spec.input_shape)
    return (
        f"{blocks} blocks, cardinality {spec.cardinality}, bottleneck width {spec.width}, "
        f"{shape} images, {spec.classes:,} classes"
    )


def headline(report: Report) -> None:
    """The figures that one asks for first."""
    totals = report.totals
    figures = (
        (
            "Parameters",
            numbers.short(totals.trainable_params),
            f"{numbers.full(totals.trainable_params)} trainable, and "
            f"{numbers.full(totals.non_trainable_params)} moving statistics",
        ),
        (
            "MACs",
            numbers.short(totals.macs),
            f"{numbers.full(totals.macs)} multiply-adds of convolutions and dense layers "
            "(torchvision's convention)",
        ),
        ("FLOPs", numbers.short(totals.flops), "2 × MACs"),
        (
            "Activations",
            numbers.short(totals.activations),
            "Output values of convolutions and dense layers (timm's sense)",
        ),
        ("Weights", numbers.size(totals.weight_bytes), "At float32"),
        (
            "Feature maps",
            numbers.size(totals.activation_bytes),
            "Outputs of all layers for one image, at float32",
        ),
        (
            "Receptive field",
            f"{totals.receptive_field} px",
            "Of one position of the last feature map, along one axis",
        ),
    )
    with st.container(horizontal=True, gap="medium", key="headline"):
        for label, value, help_text in figures:
            st.metric(label, value, help=help_text, width="content")
    st.caption(
        "For one image. MACs as torchvision counts them (one for each multiply-add of "
        "convolutions and dense layers), FLOPs = 2 × MACs; Tables has four other conventions."
    )


def picture(spec: ResNeXtSpec, report: Report) -> None:
    """The network as a map or as a graph, and details of the part that is picked."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("The network", anchor=False, width="content")
        kind = segments(
            st, "The network as", PICTURES, "map", "picture", label_visibility="collapsed"
        )
    if kind == "map":
        details(report, map_picture(spec), beside=True)
        return
    level, focus = graph_part(report)
    left, right = st.columns([3, 2], gap="large")
    with left:
        graph_picture(spec, level, focus)
    with right:
        details(report, focus)


def map_picture(spec: ResNeXtSpec) -> str:
    """The map; returns the place of what is selected on it, or ""."""
    state = st.session_state
    view = state.get("_map_view")
    selection.follow_address()
    wanted = None
    if view is None or address.asked(QUERY_KEYS):
        wanted = MapState.from_query(st.query_params.to_dict())
        wanted = replace(wanted, selected=wanted.selected or selection.place())
    elif view.form not in ("", spec.form):  # the sidebar has chosen another form since
        wanted = replace(view, form="")
    view = network_map([spec], key="map", wanted=wanted, selected=selection.place())
    state["_map_view"] = view
    selection.select(view.selected)
    map_downloads([spec], key="map-files")
    query = view.to_query()
    address.write({key: query.get(key) for key in QUERY_KEYS})
    if view.form != spec.form and view.form in FORMS:
        take_form(view.form)
    return view.selected


def graph_part(report: Report) -> tuple[str, str | None]:
    """Level of detail and part of the graph that a person picks."""
    level = segments(st, "Level", LEVEL_LABELS, "stage", "level")
    stages = [row.name for row in report.stages]
    blocks = [row.name for row in report.blocks if row.block]
    parts = {
        "model": [WHOLE],
        "stage": [WHOLE, *stages],
        "block": [*blocks, *stages],
        "full": [*blocks, *stages],
    }[level]
    part = select(st, "Part", parts, parts[0], "part")
    return level, None if part == WHOLE else part


def graph_picture(spec: ResNeXtSpec, level: str, focus: str | None) -> None:
    """The graph as SVG in a frame that scrolls, or the sentence why not."""
    try:
        svg = svg_of(spec, level, focus)
    except (GraphvizMissing, GraphvizFailed, ValueError) as error:
        st.info(address.plain(error), icon=":material/account_tree:")
        return
    width = re.search(r'<svg width="(\d+)', svg)
    source = base64.b64encode(svg.encode()).decode()
    natural = f"{round(int(width[1]) * 4 / 3)}px" if width else "100%"
    st.html(
        '<div style="overflow:auto;max-height:640px;border:1px solid #8884;border-radius:12px;'
        'padding:12px" tabindex="0" role="group" aria-label="Graph of the network, scrolls">'
        '<img alt="Graph of the network" '
        f'style="display:block;margin:auto;max-width:none;width:{natural}" '
        f'src="data:image/svg+xml;base64,{source}"></div>'
    )
    st.download_button(
        "SVG",
        svg,
        f"{spec.name}-{level}.svg",
        "image/svg+xml",
        icon=":material/download:",
        on_click="ignore",
    )


@st.cache_data(max_entries=64, show_spinner="Graphviz lays out the graph …")
def svg_of(spec: ResNeXtSpec, level: str, focus: str | None) -> str:
    """The drawing as SVG text.

    Raises:
        ValueError: It would have too many boxes.
        RuntimeError: Graphviz is missing or gave up.
    """
    boxes = len(draw(graph_of(spec), level, focus).boxes)
    if boxes > MOST_DRAWN:
        raise ValueError(
            f"At most {MOST_DRAWN} boxes can be drawn at once. Received {boxes:,}; pick a smaller "
            "part or a coarser level."
        )
    return render_dot(to_dot(graph_of(spec), level, focus), "svg").decode()


def details(report: Report, part: str | None, *, beside: bool = False) -> None:
    """Facts of a stage, block or layer, and what is in it; next to each other if ``beside``."""
    row = report.at(part or "")
    left, right = st.columns([2, 3], gap="large") if beside else (st.container(), st.container())
    with left:
        st.markdown(f"**{address.plain(row.name)}** · {address.plain(row.kind)}")
        st.html(_facts(row, report.totals))
        if beside:
            selection.link("tables", "Show in the tables", ":material/table:")
    around = row if _inside(report, row) else _around(report, row)
    inside = _inside(report, around)
    if inside:
        picks = selection.rows(f"parts {around.name}", [part.name for part in inside])
        right.dataframe(
            _parts(inside, around),
            hide_index=True,
            height=min(420, 38 + 35 * len(inside)),
            **(picks if beside else {}),
        )


def _facts(row: Row, totals: Row) -> str:
    facts = {
        "Output": numbers.shape(row.output_shape),
        "Parameters": numbers.full(row.trainable_params),
        "MACs": f"{numbers.full(row.macs)} ({numbers.percent(row.macs, totals.macs)})",
        "FLOPs": numbers.full(row.flops),
        "Activations": numbers.full(row.activations),
        "Weights": numbers.size(row.weight_bytes),
        "Feature maps": numbers.size(row.activation_bytes),
        "Receptive field": f"{row.receptive_field} px" if row.receptive_field else "all",
        "Stride": f"{row.stride} px" if row.stride else "–",
    }
    lines = "".join(
        f"<span>{html.escape(name)}</span><span>{html.escape(value)}</span>"
        for name, value in facts.items()
    )
    return f'{FACTS_STYLE}<div class="facts">{lines}</div>'


def _parts(inside: list[Row], row: Row) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Part": [part.name.removeprefix(f"{row.name}/") for part in inside],
            "Kind": [part.kind for part in inside],
            "Output": [numbers.shape(part.output_shape) for part in inside],
            "Parameters": [numbers.full(part.trainable_params) for part in inside],
            "MACs": [numbers.short(part.macs) for part in inside],
        }
    )


def _inside(report: Report, row: Row) -> list[Row]:
    """The parts of a row: stages of the network, blocks of a stage, layers of a block."""
    if row.name == report.totals.name:
        return list(report.stages)
    parts = [part for part in report.blocks if part.block and part.stage == row.name]
    if parts:
        return parts
    return [part for part in report.rows if row.name in (part.block, part.stage)]


def _around(report: Report, row: Row) -> Row:
    """The block, stage or network that a row is a part of."""
    return report.at(next((n for n in (row.block, row.stage) if n and n != row.name), ""))


FACTS_STYLE = """<style>
.facts {display: grid; grid-template-columns: max-content 1fr; font-size: 0.9rem;
  font-variant-numeric: tabular-nums;}
.facts span {padding: 5px 0; border-bottom: 1px solid #8883;}
.facts span:nth-child(odd) {padding-right: 1.5rem; opacity: 0.75;}
.facts span:nth-child(even) {text-align: right;}
</style>"""
