"""Architecture: headline figures, the graph at four levels, what is picked, and the build."""

from __future__ import annotations

import base64
import re

import streamlit as st

from explorer import numbers
from explorer.dot import GraphvizFailed, GraphvizMissing, to_dot
from explorer.dot import render as render_dot
from explorer.drawing import LEVELS
from explorer.report import Report, Row
from explorer.views.build import build_section
from explorer.views.state import current_spec, graph_of, report_of
from resnext import ResNeXtSpec

LEVEL_LABELS = {
    "model": "Model: stages",
    "stage": "Stages: blocks",
    "block": "Block: layers",
    "full": "Full: every layer and path",
}
MOST_DRAWN = 700  # layers; Graphviz takes seconds beyond


def render() -> None:
    """The page."""
    spec = current_spec()
    report = report_of(spec)
    st.title(spec.name, anchor=False)
    st.caption(subtitle(spec))
    headline(report)
    st.subheader("The network", anchor=False)
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
    """The graph at a level, and details of the stage or block that is picked."""
    level = st.segmented_control(
        "Level",
        LEVELS,
        default="stage",
        format_func=LEVEL_LABELS.__getitem__,
        key="level",
        required=True,
    )
    stages = [row.name for row in report.stages]
    blocks = [row.name for row in report.blocks if row.block]
    whole = "the whole network"
    focus: str | None = None
    if level in ("block", "full"):
        focus = st.selectbox("Block or stage", [*blocks, *stages], key="focus_block")
    elif level == "stage":
        choice = st.selectbox("Stage", [whole, *stages], key="focus_stage")
        focus = None if choice == whole else choice
    left, right = st.columns([3, 2], gap="large")
    with left:
        graph_picture(spec, level, focus)
    with right:
        details(report, focus)


def graph_picture(spec: ResNeXtSpec, level: str, focus: str | None) -> None:
    """The graph as SVG in a frame that scrolls, or the sentence why not."""
    try:
        svg = svg_of(spec, level, focus)
    except (GraphvizMissing, GraphvizFailed, ValueError) as error:
        st.info(str(error), icon=":material/account_tree:")
        return
    width = re.search(r'<svg width="(\d+)', svg)
    address = base64.b64encode(svg.encode()).decode()
    natural = f"{round(int(width[1]) * 4 / 3)}px" if width else "100%"
    st.html(
        '<div style="overflow:auto;max-height:640px;border:1px solid #8884;border-radius:12px;'
        'padding:12px" tabindex="0" role="img" aria-label="Graph of the network">'
        f'<img alt="Graph of the network" style="max-width:none;width:{natural}" '
        f'src="data:image/svg+xml;base64,{address}"></div>'
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
    """The drawing as SVG text."""
    return render_dot(to_dot(graph_of(spec), level, focus), "svg").decode()


def details(report: Report, focus: str | None) -> None:
    """Facts of a stage or block, and the layers or blocks in it."""
    import pandas as pd

    rows = {row.name: row for row in (*report.stages, *report.blocks)}
    row = rows.get(focus or "", report.totals)
    st.markdown(f"**{row.name}** · {row.kind}")
    facts = {
        "Output": numbers.shape(row.output_shape),
        "Parameters": numbers.full(row.trainable_params),
        "Moving statistics": numbers.full(row.non_trainable_params),
        "MACs": numbers.full(row.macs),
        "Share of MACs": numbers.percent(row.macs, report.totals.macs),
        "Activations": numbers.full(row.activations),
        "Feature maps": numbers.size(row.activation_bytes),
        "Receptive field": f"{row.receptive_field} px" if row.receptive_field else "all",
        "Stride": f"{row.stride} px" if row.stride else "–",
    }
    st.table(pd.Series(facts, name="").rename_axis("").to_frame(), border="horizontal")
    inside = _inside(report, row)
    if inside:
        st.dataframe(
            pd.DataFrame(
                {
                    "Part": [part.name.removeprefix(f"{row.name}/") for part in inside],
                    "Kind": [part.kind for part in inside],
                    "Output": [numbers.shape(part.output_shape) for part in inside],
                    "Parameters": [numbers.full(part.trainable_params) for part in inside],
                    "MACs": [numbers.short(part.macs) for part in inside],
                }
            ),
            hide_index=True,
            height=min(420, 38 + 35 * len(inside)),
        )


def _inside(report: Report, row: Row) -> list[Row]:
    """The parts of a row: stages of the network, blocks of a stage, layers of a block."""
    if row.name == report.totals.name:
        return list(report.stages)
    parts = [part for part in report.blocks if part.block and part.stage == row.name]
    if parts:
        return parts
    return [part for part in report.rows if row.name in (part.block, part.stage)]
