"""Compare: networks side by side for a choice between them, with published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from explorer.analysis.compare import Comparison, compare_reports
from explorer.analysis.conventions import DEFAULT as CONVENTION
from explorer.analysis.measures import Measure, measures
from explorer.analysis.series import SERIES, about, in_series, series_of
from explorer.app.components.charts import shared_chart
from explorer.app.components.map_component import network_map, view_of_address, write_view
from explorer.app.components.measures_table import measures_table
from explorer.app.components.report_menu import report_menu
from explorer.app.components.widgets import downloads, page_title, segments, select, switch
from explorer.app.state import selection
from explorer.app.state.address import chosen, follow, plain, restore
from explorer.app.state.network import SIDEBAR, current_spec, graph_of, network_colours, report_of
from explorer.app.state.timings import kept_timings
from explorer.app.state.url_params import check_size
from explorer.app.views.cost.memory import peaks_of
from explorer.app.views.tables import count_picker
from explorer.charts.analysis_charts import METRICS
from explorer.charts.comparison_charts import (
    accuracy_scatter,
    cost_bars,
    cost_scatter,
    throughput_bars,
)
from explorer.cost.settings import Settings
from explorer.formatting import numbers
from explorer.map.data import MOST_NETWORKS
from resnext import PRESETS, ResNeXtSpec, SpecError

DEFAULT = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")
HERE = "sidebar"
SIDE = "side"
MOST = 8
STEPS = {
    "train-32": Settings(32, train=True),
    "train-32-bfloat16": Settings(32, train=True, precision="bfloat16"),
    "train-32-adam": Settings(32, train=True, optimizer="adam"),
    "inference-1": Settings(),
    "inference-32": Settings(32),
}
COLUMNS = {
    **METRICS,
    "total_params": "Parameters and moving statistics",
    "weight_bytes": "Weights, bytes",
}


def render() -> None:
    """The page."""
    page_title("Compare")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        specs = specs_of(chosen_names())
    if not specs:
        st.info("Choose at least one network, such as resnext50_32x4d.")
        return
    names = [spec.name for spec in specs]
    with right.popover("Sources", icon=":material/tune:", width="stretch"):
        accuracy = series_picker("Accuracy from", names, "top1_accuracy", "accuracy")
        speed = series_picker("Speed from", names, "images_per_second", "speed")
        step = step_picker()
        count = count_picker()
    comparison = compare_reports([report_of(spec, count) for spec in specs])
    by_name = network_colours(names)
    colours = {name: by_name[spec.name] for name, spec in zip(comparison.names, specs)}
    here, conditions = speed_here(specs)
    columns = [
        *measures(comparison, accuracy, speed),
        *here,
        peak_memory(specs, STEPS[step]),
    ]
    st.html(measures_table(comparison.names, columns, colours))
    if conditions:
        st.caption(plain(conditions))
    key = (*specs, count, *colours.items())
    if accuracy:
        data = (comparison, accuracy, colours)
        chart = shared_chart(accuracy_scatter, *data, key=(accuracy, key))
    else:
        st.caption("No published ImageNet accuracy found for these networks.")
        chart = shared_chart(cost_scatter, comparison, colours, key=key)
    st.plotly_chart(chart, key="decision")
    report_menu(specs, key="compare-report", count=count, accuracy=accuracy, speed=speed)
    by_stage(comparison, (*specs, count))
    on_the_map(specs)
    if speed:
        throughput(comparison, names, speed, by_name, key)


def series_picker(label: str, names: list[str], quantity: str, key: str) -> str:
    """Picker of a published series, that with most of these networks first; "" if none has any."""
    offered = series_of(names, quantity)
    if not offered:
        return ""
    labels = {
        one: f"{SERIES[one].label}: {len(set(names) & in_series(one, quantity).keys())} of "
        f"{len(set(names))} networks"
        for one in offered
    }
    follow(key, offered[0])
    series = select(st, label, labels, offered[0], key)
    st.caption(f"{about(series)}.")
    return series


def step_picker() -> str:
    """Picker of the step whose memory is shown; a key of `STEPS`."""
    return select(st, "Memory of", {k: s.text for k, s in STEPS.items()}, "train-32", "memory_of")


def peak_memory(specs: list[ResNeXtSpec], step: Settings) -> Measure:
    """The column of peak memory."""
    return Measure(
        "Peak memory",
        step.text,
        tuple(peaks_of(specs, step)),
        lambda value: numbers.size(int(value)),
        ("more", "less"),
    )


def speed_here(specs: list[ResNeXtSpec]) -> tuple[list[Measure], str]:
    """The column of speeds that were measured on this machine, and how they were.

    None if no network was timed. All are of one kind of step: that which most of the networks were
    timed in.
    """
    found = kept_timings()
    steps = Counter(t.settings for t in found.all() if t.spec in specs and not t.settings.train)
    if not steps:
        return [], ""
    step = min(steps, key=lambda one: (-steps[one], one.batch))
    timed = [found.alike(spec, step) for spec in specs]
    column = Measure(
        "Images per second here",
        f"measured; {step.text}",
        tuple(1000 * step.batch / one.steady_ms if one else None for one in timed),
        numbers.rate,
        ("faster", "slower"),
        missing="not measured",
    )
    return [column], found.conditions(specs, step)


def on_the_map(specs: list[ResNeXtSpec]) -> None:
    """The first two to four networks side by side on the map, drawn when asked for."""
    if len(specs) < 2:
        return
    st.subheader("Side by side on the map", anchor=False)
    words = f"Up to {MOST_NETWORKS} networks, stages aligned, differences marked."
    if switch(st, "Show them on the map", False, SIDE, help=words):
        shared_map(specs[:MOST_NETWORKS])


def shared_map(specs: list[ResNeXtSpec]) -> None:
    """The map, with what is open and selected in the address."""
    wanted = view_of_address()
    if "selected" in wanted:
        place = selection.known_place(graph_of(specs[0]), wanted["selected"])
        wanted |= {"selected": place, "network": 0}
    write_view(network_map(specs, key="compare-map", wanted=wanted, height=800))


def chosen_names() -> list[str]:
    """The names from the address or the picker; updates both."""
    restore("with", list(DEFAULT), read_names, f"1 to {MOST} names joined by commas")
    options = list(dict.fromkeys([HERE, *PRESETS, *st.session_state["with"]]))
    st.multiselect(
        "Networks to compare (the first is the baseline)",
        options,
        default=st.session_state["with"],  # also what a browser begins it with, as in `widgets`
        key="with",
        format_func=lambda name: SIDEBAR if name == HERE else name,
        accept_new_options=True,
        max_selections=MOST,
        help="Choose from the list, or type a name such as `resnext50_8x14d`.",
    )
    return list(chosen("with", list(DEFAULT), ",".join))


def read_names(text: str) -> list[str] | None:
    """The names in an address, None if too many; `specs_of` says which are no names."""
    names = list(dict.fromkeys(name[:60] for name in text.split(",") if name))
    return names if len(names) <= MOST else None


def specs_of(names: list[str]) -> list[ResNeXtSpec]:
    """The networks of the valid names; an error message for each other one."""
    specs: list[ResNeXtSpec] = []
    for name in names:
        try:
            specs.append(
                current_spec() if name == HERE else check_size(ResNeXtSpec.from_name(name))
            )
        except SpecError as error:
            st.error(plain(error))
    return specs


def by_stage(comparison: Comparison, key: Hashable) -> None:
    """A row for each stage, a column for each network, each with its difference to the first."""
    st.subheader("Stage by stage", anchor=False)
    metric = segments(st, "Measure", COLUMNS, "macs", "measure")
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
        chart = shared_chart(cost_bars, comparison, metric, key=(key, metric))
        st.plotly_chart(chart, key="cost_bars")
    with st.container(horizontal=True):
        downloads(comparison.answer(), file_name(comparison), "compare")


def file_name(comparison: Comparison) -> str:
    """The networks, and the counting convention if it is not the default."""
    names = [*comparison.names[:3]]
    if more := len(comparison.names) - len(names):
        names.append(f"{more}-more")
    count = "" if comparison.count == CONVENTION else f"-{comparison.count}"
    return f"{'-'.join(names)}{count}"


def throughput(
    comparison: Comparison,
    names: list[str],
    speed: str,
    colours: Mapping[str, str],
    key: Hashable,
) -> None:
    """Published images per second."""
    macs = [report.totals.macs or 0 for report in comparison.reports]
    equal = len(macs) > 1 and max(macs) <= 1.1 * min(macs)
    st.subheader("Same MACs, different speed" if equal else "Published speed", anchor=False)
    st.caption(
        "A grouped convolution does fewer multiply-adds on the same data, so moving the data "
        "takes a larger part of the time."
    )
    chart = shared_chart(throughput_bars, names, speed, colours, key=(speed, key))
    st.plotly_chart(chart, key="throughput")
