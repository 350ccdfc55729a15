"""What a report says: the tree of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from explorer.analysis.compare import compare_reports
from explorer.analysis.conventions import DEFAULT, convention
from explorer.analysis.measures import Measure
from explorer.analysis.published import PAPER
from explorer.analysis.report import Report, analyse, graph_of
from explorer.analysis.series import SERIES, about, series_of
from explorer.export.report.comparing import comparison_section, steps_section
from explorer.export.report.networks import (
    Network,
    layers_section,
    network_section,
    published_section,
)
from explorer.export.report.parts import Document, Frame, Items, Paragraph, Section
from explorer.export.report.training import runs_section
from explorer.formatting.numbers import counted
from explorer.jobs.text import printable
from explorer.map.data import MOST_NETWORKS as MOST_ON_MAP
from explorer.map.export import to_html as map_page
from explorer.training.runs.snapshot import RunSnapshot
from resnext import Graph, ResNeXtSpec, __version__
from resnext.errors import InputError

MOST_NETWORKS = 8
MOST_RUNS = 12


def document(
    sources: Sequence[Any],
    runs: Sequence[RunSnapshot] = (),
    *,
    count: str = DEFAULT,
    accuracy: str | None = None,
    speed: str | None = None,
    steps: Sequence[Measure] = (),
    notes: Sequence[str] = (),
) -> Document:
    """The report of some networks and, if there are any, of runs.

    Args:
        sources: One to eight networks, each anything that `explorer.analysis.report.analyse`
            takes. Differences are to the first.
        runs: Training runs whose curves are shown.
        count: Counting convention of the MACs.
        accuracy: Key of `explorer.analysis.series.SERIES` for published accuracies; None chooses
            the series that has most of these networks, "" none.
        speed: Likewise for published speeds.
        steps: What steps of the networks take, such as memory and time; a column each.
        notes: How that was counted or measured.

    Raises:
        ValueError: There are too many or no networks, or too many runs.
    """
    if not 1 <= len(sources) <= MOST_NETWORKS:
        raise InputError(f"A report shows 1 to {MOST_NETWORKS} networks. Received {len(sources)}.")
    if len(runs) > MOST_RUNS:
        raise InputError(f"A report shows at most {MOST_RUNS} runs. Received {len(runs)}.")
    graphs = [graph_of(source) for source in sources]
    comparison = compare_reports([analyse(graph, count) for graph in graphs])
    networks = [
        Network(printable(name, 100), _spec(source), graph, report)
        for name, source, graph, report in zip(
            comparison.names, sources, graphs, comparison.reports
        )
    ]
    names = [report.name for report in comparison.reports]
    if accuracy is None:
        accuracy = next(iter(series_of(names, "top1_accuracy")), "")
    if speed is None:
        speed = next(iter(series_of(names, "images_per_second")), "")
    several = len(networks) > 1
    sections = [
        *([comparison_section(comparison, accuracy, speed)] if several else []),
        *([steps_section(comparison.names, steps)] if steps else []),
        *(network_section(network, several=several) for network in networks),
        _map(sources, graphs, count),
        *([runs_section(runs)] if runs else []),
        *published_section(names),
        _sources(comparison.reports, [accuracy, speed] if several else [], notes),
        *(layers_section(network) for network in networks),
    ]
    shown = [network.name for network in networks]
    return Document(
        title=", ".join(shown) if len(shown) <= 3 else f"{len(shown)} networks",
        subtitle=_subtitle(shown, len(runs)),
        made=f"Made by ResNeXt explorer {__version__}.",
        sections=tuple(sections),
    )


def _spec(source: Any) -> ResNeXtSpec | None:
    if isinstance(source, str) and not source.endswith((".keras", ".onnx")):
        return ResNeXtSpec.from_name(source)
    return source if isinstance(source, ResNeXtSpec) else None


def _subtitle(names: Sequence[str], runs: int) -> str:
    what = "Architecture, cost" if len(names) == 1 else "Architecture, cost, comparison"
    trained = f" and {counted(runs, 'training run')}" if runs else ""
    return f"{what}{trained}" + (f": {', '.join(names)}" if len(names) > 3 else "")


def _map(sources: Sequence[Any], graphs: Sequence[Graph], count: str) -> Section:
    shown = [
        source if isinstance(source, ResNeXtSpec) else graph
        for source, graph in zip(sources, graphs)
    ][:MOST_ON_MAP]
    words = "Click a part to see what it is; search, zoom and open it. It works offline."
    if len(sources) > MOST_ON_MAP:
        words += f" It shows the first {MOST_ON_MAP} networks."
    page = map_page(*shown, count=count)
    title = f"Map of {', '.join(graph.name for graph in graphs[:MOST_ON_MAP])}"
    return Section("Interactive map", (Paragraph(words), Frame(title, page)), screen=True)


def _sources(reports: Sequence[Report], series: Sequence[str], notes: Sequence[str]) -> Section:
    """How figures are counted, what they leave out, and who published the others."""
    rule = convention(reports[0].count)
    texts = [
        f"{rule.unit} as {rule.title} counts: {rule.description}",
        "Parameters are those that training changes; moving statistics of batch norms are not "
        "among them. Weights and feature maps are in float32, for one image.",
        *_uncounted(reports),
        *notes,
        *(f"{SERIES[key].label}: {about(key)}." for key in dict.fromkeys(series) if key),
        f"The architecture: {PAPER}, Aggregated Residual Transformations for Deep Neural Networks.",
    ]
    return Section("How figures are counted, and sources", (Items(tuple(texts)),))


def _uncounted(reports: Sequence[Report]) -> Iterator[str]:
    for report in reports:
        if report.uncounted:
            kinds = ", ".join(dict.fromkeys(printable(r.kind, 40) for r in report.uncounted[:40]))
            yield (
                f"{printable(report.name, 100)}: {len(report.uncounted)} layers of unknown kind "
                f"({kinds}) are not counted; sums that lack them begin with ≥."
            )
