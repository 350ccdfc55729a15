"""One network in a report: its spec, headline, outline and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

from explorer.analysis import tables
from explorer.analysis.conventions import convention
from explorer.analysis.gains import all_gains, by_depth, by_recipe
from explorer.analysis.layer_labels import describe
from explorer.analysis.published import CIFAR10, CIFAR_NOTE, PAPER, figures
from explorer.analysis.report import Report
from explorer.analysis.report import Row as Counted
from explorer.analysis.series import SERIES
from explorer.export.report.parts import (
    Box,
    Cell,
    Fact,
    Facts,
    Outline,
    Paragraph,
    Part,
    Row,
    Section,
    Table,
    cells,
)
from explorer.formatting import numbers
from explorer.jobs.text import printable
from resnext import Graph, ResNeXtSpec

MOST_LAYERS = 1200  # rows of the appendix, about 25 printed pages
MOST_STAGES = 24  # of the outline
MOST_BOXES = 6  # of one stage in the outline
MOST_SIGNS = 60  # of a name or kind that others chose

QUANTITIES = {
    "top1_accuracy": ("Top-1 accuracy", "{:g} %".format),
    "top5_accuracy": ("Top-5 accuracy", "{:g} %".format),
    "params": ("Parameters", "{:,.0f}".format),
    "macs": ("MACs", "{:,.0f}".format),
    "images_per_second": ("Images per second", numbers.rate),
}


@dataclass(frozen=True)
class Network:
    """A network of the report; ``spec`` is None for one that was read from a file."""

    name: str
    spec: ResNeXtSpec | None
    graph: Graph
    report: Report


def network_section(network: Network, several: bool) -> Section:
    """What the network is and what it costs."""
    report, spec = network.report, network.spec
    parts: list[Part] = [
        headline(report),
        outline(report, network.graph),
        stage_table(report),
        *([spec_facts(spec)] if spec else []),
    ]
    title = network.name if several else "Architecture and cost"
    return Section(title, tuple(parts), new_page=several)


def headline(report: Report) -> Facts:
    """The main figures."""
    total, rule = report.totals, convention(report.count)
    field = f"{numbers.full(total.receptive_field)} px"
    costs = [
        Fact("MACs", numbers.short(total.macs), _counted(total.macs, report)),
        Fact("FLOPs", numbers.short(total.flops), _counted(total.flops, report)),
    ]
    return Facts(
        (
            Fact("Parameters", numbers.short(total.params), numbers.full(total.params)),
            *(costs if rule.unit == "MACs" else costs[1:]),
            Fact("Activations", numbers.short(total.activations), numbers.full(total.activations)),
            Fact("Weights", numbers.size(total.weight_bytes), "float32"),
            Fact("Feature maps", numbers.size(total.activation_bytes), "of one image"),
            Fact("Receptive field", field, "of the last feature map"),
        ),
        main=True,
    )


def _counted(value: int | None, report: Report) -> str:
    return f"{tables.at_least(value, report.totals.counted)}, {convention(report.count).title}"


def spec_facts(spec: ResNeXtSpec) -> Facts:
    """All fields of the spec, from which the same network can be made again."""
    own = {field.name: getattr(spec, field.name) for field in fields(spec)}
    plain = {"name": spec.name, **own, **spec.to_dict()}  # which leaves some defaults out
    facts = tuple(Fact(_label(key), _value(key, value)) for key, value in plain.items())
    return Facts(facts, title="Specification")


def _label(key: str) -> str:
    return {"classes": "Classes", "input_shape": "Input"}.get(
        key, key.replace("_", " ").capitalize()
    )


def _value(key: str, value: Any) -> str:
    if key == "input_shape":
        return numbers.shape(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(name, inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        apart = "; " if any(isinstance(inner, dict) for inner in value) else "-"
        return apart.join(_value(key, inner) for inner in value) or "the paper's"
    return f"{value:,}" if isinstance(value, int) else str(value)


def outline(report: Report, graph: Graph) -> Outline:
    """The network as rows of boxes, with each stage's shares."""
    total = report.totals
    rows = [
        Row(
            printable(stage.name, 24),
            numbers.shape(stage.output_shape),
            tuple(_boxes(report, graph, stage)),
            tuple(
                (part or 0) / whole if whole else 0.0
                for part, whole in (
                    (stage.params, total.params),
                    (stage.macs, total.macs),
                    (stage.activation_bytes, total.activation_bytes),
                )
            ),
        )
        for stage in report.stages[:MOST_STAGES]
    ]
    unit = convention(report.count).unit
    alt = f"{printable(report.name, 100)} from input to output, a row for each stage."
    rest = max(0, len(report.stages) - MOST_STAGES)
    return Outline(alt, ("parameters", unit, "feature maps"), tuple(rows), rest)


def _boxes(report: Report, graph: Graph, stage: Counted) -> Iterator[Box]:
    blocks = [row for row in report.blocks if row.block and row.stage == stage.name]
    if blocks:
        for kind, group in groupby(blocks, lambda row: row.kind):
            alike = list(group)
            times = f" ×{len(alike)}" if len(alike) > 1 else ""
            params = sum(row.params or 0 for row in alike)
            yield Box(kind, f"{kind}{times}", f"{numbers.short(params)} parameters")
        return
    layers = [row for row in report.rows if row.stage == stage.name]
    for row in layers[:MOST_BOXES]:
        yield Box(row.kind, printable(describe(graph[row.name]), 32))
    if len(layers) > MOST_BOXES:
        yield Box("other", f"{len(layers) - MOST_BOXES} more layers")


def stage_table(report: Report) -> Table:
    """Main columns by stage, with the totals."""
    unit = convention(report.count).unit
    header = (
        *cells("Stage", "Output", "Parameters", unit, "Activations"),
        Cell("Weights"),
        Cell("Feature maps"),
        Cell("Receptive field", "px"),
    )
    rows = [_stage_cells(row, row.name) for row in report.stages]
    rows.append(_stage_cells(report.totals, "Total"))
    return Table("Cost by stage", header, tuple(rows), words=2, total=True)


def _stage_cells(row: Counted, name: str) -> tuple[Cell, ...]:
    params, macs, activations = (
        tables.at_least(value, row.counted) for value in (row.params, row.macs, row.activations)
    )
    return cells(
        printable(name, MOST_SIGNS),
        numbers.shape(row.output_shape),
        params,
        macs,
        activations,
        numbers.size(row.weight_bytes),
        numbers.size(row.activation_bytes),
        numbers.full(row.receptive_field),
    )


def published_section(names: Sequence[str]) -> list[Section]:
    """What others published about these networks, if they did."""
    rows = []
    for figure in sorted(figures(), key=lambda figure: figure.name):
        if figure.name not in names:
            continue
        words, write = QUANTITIES[figure.quantity]
        label = SERIES[figure.series].label if figure.series else ""
        what = ", ".join(filter(None, (words, figure.data, label)))
        value = Cell(write(figure.value), figure.stated)
        rows.append((*cells(figure.name, what, figure.source), value))
    header = cells("Network", "Figure", "Source", "Value")
    table = Table("What others published about these networks", header, tuple(rows), words=3)
    parts: list[Part] = [table, *gains_table(names)]
    if any(f.name in names and f.data == CIFAR10 and f.source.startswith(PAPER) for f in figures()):
        parts.append(Paragraph(CIFAR_NOTE))
    return [Section("Published figures", tuple(parts))] if rows else []


def gains_table(names: Sequence[str]) -> list[Part]:
    """What cardinality gains, where a ResNet and the ResNeXt of its depth are shown."""
    rows = [
        cells(
            gain.grouped.spec,
            gain.plain.spec,
            label if gain.one_training else f"{label}, not trained alike",
            f"{gain.grouped.accuracy:g} %",
            f"{gain.plain.accuracy:g} %",
            gain.text,
        )
        for label, gains in all_gains().items()
        for gain in gains
        if {gain.grouped.spec, gain.plain.spec} <= set(names)
    ]
    if not rows:
        return []
    header = (*cells("ResNeXt", "ResNet", "Recipe", "Top-1 accuracy", "of ResNet"),
              Cell("Gain", "points"))  # fmt: skip
    table = Table("What cardinality gains, by recipe", header, tuple(rows), words=3)
    return [table, Paragraph(f"{by_recipe()} {by_depth()}")]


def layers_section(network: Network) -> Section:
    """The appendix: every layer, or every block where there are too many."""
    report = network.report
    rows: Sequence[Counted] = report.rows
    parts: list[Part] = []
    if len(rows) > MOST_LAYERS:
        parts.append(
            Paragraph(f"The network has {len(rows):,} layers; these are its blocks and stages.")
        )
        rows = report.blocks[:MOST_LAYERS]
    unit = convention(report.count).unit
    header = (*cells("Layer", "Kind", "Output", "Parameters", unit), Cell("Field", "px"))
    body = [_layer_cells(row, network.graph) for row in rows]
    total = report.totals
    sums = tables.at_least(total.params, total.counted), tables.at_least(total.macs, total.counted)
    body.append(cells("Total", f"{total.layers} layers", "", *sums, ""))
    words = "Layers" if rows is report.rows else "Blocks"
    parts.append(Table(f"{words} of {network.name}", header, tuple(body), words=3, total=True))
    return Section(f"Appendix: {words.lower()} of {network.name}", tuple(parts), new_page=True)


def _layer_cells(row: Counted, graph: Graph) -> tuple[Cell, ...]:
    kind = describe(graph[row.name]) if row.layers == 1 and row.name in graph else row.kind
    return cells(
        printable(row.name, MOST_SIGNS),
        printable(kind, MOST_SIGNS),
        numbers.shape(row.output_shape),
        numbers.full(row.params),
        numbers.full(row.macs),
        numbers.full(row.receptive_field),
    )
