"""Architecture: headline figures, the map or the graph, the selected part, and the build."""

from __future__ import annotations

import base64
import html
import re

import pandas as pd
import streamlit as st

from explorer.analysis.receptive_field import Border, border_at
from explorer.analysis.report import Report, Row
from explorer.app.components import head_start, landing
from explorer.app.components.build import build_section
from explorer.app.components.cardinality_component import cardinality_picture
from explorer.app.components.export import copy_as_code, onnx_section
from explorer.app.components.map_component import network_map, view_of_address, write_view
from explorer.app.components.map_downloads import NO_PATHS, file_name, map_downloads
from explorer.app.components.widgets import download, page_title, segments, select
from explorer.app.state import address, selection
from explorer.app.state.network import current_spec, graph_of, report_of, sidebar_heading
from explorer.formatting import numbers
from explorer.graphviz.collapsed_graph import LEVELS, draw, levels
from explorer.graphviz.dot import MOST_DRAWN, to_dot
from explorer.graphviz.dot import render as render_dot
from explorer.map.state import MapState
from resnext import FORMS, ResNeXtSpec
from resnext.errors import InputError, UserError

LEVEL_LABELS = {
    "model": "Model: stages",
    "stage": "Stages: blocks",
    "block": "Block: layers",
    "full": "Full: every layer and path",
}
PICTURES = {"map": "Map", "graph": "Graph"}
NETWORK = "The network"
WHOLE = "the whole network"
WHAT = (
    "ResNeXt is a ResNet whose blocks split into many parallel paths of one shape. "
    "Their number is the **cardinality**."
)


def opening() -> None:
    """What a visitor looks at first; to be called before the sidebar's controls are drawn."""
    page_title("ResNeXt explorer")
    st.markdown(WHAT)
    first = head_start.due()
    cardinality_picture(asks=first)
    if first:
        sidebar_heading()
        head_start.end_run()


def render() -> None:
    """The page after its opening."""
    spec = current_spec()
    report = report_of(spec)
    st.header(spec.name, anchor=False)
    st.caption(subtitle(spec))
    headline(report)
    picture(spec, report)
    build_section(spec)
    onnx_section(spec)


def subtitle(spec: ResNeXtSpec) -> str:
    """The network's main parameters in one line."""
    blocks = "-".join(map(str, spec.blocks))
    shape = numbers.shape(spec.input_shape)
    padding = "" if spec.padding == "same" else f", {spec.padding} padding"
    return (
        f"{blocks} blocks, cardinality {spec.cardinality}, bottleneck width {spec.width}, "
        f"{shape} images, {spec.classes:,} classes{padding}"
    )


def headline(report: Report) -> None:
    """The main figures."""
    totals = report.totals
    figures = (
        (
            "Parameters",
            numbers.short(totals.params),
            f"{numbers.full(totals.params)} trainable, and "
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
        "convolutions and dense layers), FLOPs = 2 × MACs; Tables has other conventions."
    )


def picture(spec: ResNeXtSpec, report: Report) -> None:
    """The network as a map or as a graph, and details of the selected part."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(NETWORK, anchor=False, width="content")
        if selection.led_here():  # to a part, which is on the map and not in the first picture
            landing.move()
        landing.land_on(NETWORK)
        kind = segments(
            st, "The network as", PICTURES, "map", "picture", label_visibility="collapsed"
        )
        copy_as_code(spec)
    if kind == "map":
        details(spec, report, map_picture(spec), wide=True)
        return
    level, focus = graph_part(report)
    left, right = st.columns([3, 2], gap="large")
    with left:
        graph_picture(spec, level, focus)
    with right:
        details(spec, report, focus)


def map_picture(spec: ResNeXtSpec) -> str:
    """Draw the map; return the place that is selected on it, or ""."""
    selection.follow_address(graph_of(spec))
    wanted = {"selected": selection.place(), "form": spec.form}
    view = network_map([spec], key="map", wanted=view_of_address() | wanted, on_change=take_view)
    map_downloads([spec], key="map-files")
    write_view(view)
    return view.selected


def take_view(view: MapState) -> None:
    """Apply a change on the map to the page and the sidebar."""
    selection.select(view.selected)
    if view.form in FORMS:
        st.session_state["net_form"] = view.form


def graph_part(report: Report) -> tuple[str, str | None]:
    """Pickers of the graph's level of detail and part."""
    offered = levels(graph_of(current_spec()))
    labels = {level: LEVEL_LABELS[level] for level in offered}
    level = segments(st, "Level", labels, "stage", "level")
    if offered != LEVELS:
        st.caption(NO_PATHS)
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
    """The graph as SVG in a frame that scrolls, or why it cannot be drawn."""
    try:
        svg = svg_of(spec, level, focus)
    except UserError as error:
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
    name = file_name(graph_of(spec), level, spec.form, "svg", focus)
    download("SVG", svg, name, "image/svg+xml")


@st.cache_data(max_entries=64, show_spinner="Graphviz lays out the graph …")
def svg_of(spec: ResNeXtSpec, level: str, focus: str | None) -> str:
    """The drawing as SVG text.

    Raises:
        ValueError: It would have too many boxes.
        RuntimeError: Graphviz is missing or gave up.
    """
    boxes = len(draw(graph_of(spec), level, focus).boxes)
    if boxes > MOST_DRAWN:
        raise InputError(
            f"At most {MOST_DRAWN} boxes can be drawn at once. Received {boxes:,}; pick a smaller "
            "part or a coarser level."
        )
    return render_dot(to_dot(graph_of(spec), level, focus), "svg").decode()


def details(spec: ResNeXtSpec, report: Report, part: str | None, *, wide: bool = False) -> None:
    """Facts of a stage, block or layer and its parts, in two columns if ``wide``."""
    row = report.at(part or "")
    left, right = st.columns([2, 3], gap="large") if wide else (st.container(), st.container())
    with left:
        st.markdown(f"**{address.plain(row.name)}** · {address.plain(row.kind)}")
        st.html(_facts(row, report.totals, _border(spec, report, row)))
        if wide:
            selection.link("tables", "Show in the tables", ":material/table:")
    around = row if _inside(report, row) else _around(report, row)
    inside = _inside(report, around)
    if inside:
        picks = selection.rows(f"parts {around.name}", [part.name for part in inside])
        right.dataframe(
            _parts(inside, around),
            hide_index=True,
            height=min(420, 38 + 35 * len(inside)),
            **(picks if wide else {}),
        )


def _border(spec: ResNeXtSpec, report: Report, row: Row) -> Border | None:
    """Which positions see padding; None for what sees the whole image."""
    if not row.receptive_field:
        return None
    return border_at(graph_of(spec), "" if row is report.totals else row.name)


def _facts(row: Row, totals: Row, border: Border | None) -> str:
    facts = {
        "Output": numbers.shape(row.output_shape),
        "Parameters": numbers.full(row.params),
        "MACs": f"{numbers.full(row.macs)} ({numbers.percent(row.macs, totals.macs)})",
        "FLOPs": numbers.full(row.flops),
        "Activations": numbers.full(row.activations),
        "Weights": numbers.size(row.weight_bytes),
        "Feature maps": numbers.size(row.activation_bytes),
        "Receptive field": f"{row.receptive_field} px" if row.receptive_field else "all",
        "Positions that see padding": border.words if border else "–",
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
            "Parameters": [numbers.full(part.params) for part in inside],
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
    """The block, stage or network that contains a row."""
    return report.at(next((n for n in (row.block, row.stage) if n and n != row.name), ""))


FACTS_STYLE = """<style>
.facts {display: grid; grid-template-columns: max-content 1fr; font-size: 0.9rem;
  font-variant-numeric: tabular-nums;}
.facts span {padding: 5px 0; border-bottom: 1px solid #8883;}
.facts span:nth-child(odd) {padding-right: 1.5rem; opacity: 0.75;}
.facts span:nth-child(even) {text-align: right;}
</style>"""
