"""Networks as the plain data that the map draws: small, JSON types only, without TensorFlow.

    {"count": {"name", "unit"},                          the counting convention
     "palette": {"families": {name: [fill, border, text]}, "kinds": {kind: family},
                 "labels": {family: words},           in the order of the legend
                 "inks": {"light", "dark"}, "heat": [colour]},
     "vocabulary": {"keys", "synonyms", "examples",     see `explorer.map.vocabulary`
                    "metrics", "choices", "forms"},
     "networks": [{"name", "form",                       the form to begin with
                   "forms": {form: {"templates": [...],  descriptions, children first
                                    "root": number,      of the whole network's description
                                    "layers": count}}}]}

`explorer.map.deduplication` says what a description holds. A network that is not made of a
spec has one form, named "".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from explorer.analysis.conventions import DEFAULT, convention
from explorer.analysis.palette import FAMILIES, HEAT, INKS, LABELS, family
from explorer.analysis.report import Report, analyse, graph_of
from explorer.map.deduplication import Describer
from explorer.map.hierarchy import boxes_of
from explorer.map.vocabulary import vocabulary
from resnext import FORMS, Graph, ResNeXtSpec, SpecError
from resnext.errors import InputError

MOST_NETWORKS = 4


def map_data(
    sources: Sequence[Any],
    *,
    count: str = DEFAULT,
    forms: Collection[str] = FORMS,
    read: Callable[[Any, str], tuple[Graph, Report]] | None = None,
    times: Callable[[Any], Mapping[str, float]] = lambda source: {},
) -> dict[str, Any]:
    """Everything that the map needs to draw one to four networks side by side.

    Args:
        sources: Specs, graphs, or Keras models and files (see `explorer.analysis.report.analyse`).
        count: Counting convention of the MACs.
        forms: Forms of the split in which each spec is described besides its own. All that it
            can be written in are named, so that the map can offer them and ask for their data.

        read: Gives graph and report of a source under a convention, where these are kept.
        times: Gives the measured milliseconds of a source's layers by place, where these are kept:
            of inference on one image, each layer alone. Empty if it was not measured.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    if not 1 <= len(sources) <= MOST_NETWORKS:
        raise InputError(f"The map shows 1 to {MOST_NETWORKS} networks. Received {len(sources)}.")
    rule = convention(count)
    networks = [_network(source, count, forms, read or _read, times) for source in sources]
    templates = [
        template
        for network in networks
        for form in network["forms"].values()
        for template in form["templates"]
    ]
    return {
        "count": {"name": rule.title, "unit": rule.unit},
        "palette": _palette(templates),
        "vocabulary": vocabulary(templates, rule.unit),
        "networks": networks,
    }


def _palette(templates: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Colours, and the family of each kind of layer and box that these networks have."""
    kinds = {template.get("kind") or template["role"] for template in templates}
    return {
        "families": {name: list(colour) for name, colour in FAMILIES.items()},
        "kinds": {kind: family(kind) for kind in sorted(kinds)},
        "labels": dict(LABELS),
        "inks": INKS,
        "heat": HEAT,
    }


def _read(source: Any, count: str) -> tuple[Graph, Report]:
    graph = graph_of(source)
    return graph, analyse(graph, count)


def _network(
    source: Any,
    count: str,
    forms: Collection[str],
    read: Callable[[Any, str], tuple[Graph, Report]],
    times: Callable[[Any], Mapping[str, float]],
) -> dict[str, Any]:
    """One network: its name, the forms that it can have and, by form, its descriptions."""
    specs = {"": source}
    form = ""
    if isinstance(source, ResNeXtSpec):
        form = source.form
        specs = {form: source}
        if source.cardinality > 1:
            specs = {name: spec for name in FORMS if (spec := _in_form(source, name))}
    choices = list(specs)
    specs = {name: spec for name, spec in specs.items() if name == form or name in forms}
    known = {name: read(spec, count) for name, spec in specs.items()}
    return {
        "name": known[form][0].name,
        "form": form,
        "choices": choices,
        "forms": {name: form_data(*known[name], times(specs[name])) for name in known},
    }


def _in_form(spec: ResNeXtSpec, form: str) -> ResNeXtSpec | None:
    """The spec in another form; None where that has too many paths to be written out."""
    try:
        return spec.replace(form=form)
    except SpecError:
        return None


def form_data(
    graph: Graph, report: Report, times: Mapping[str, float] = MappingProxyType({})
) -> dict[str, Any]:
    """One graph: descriptions, the number of the root's, and how many layers it has.

    See `explorer.map.deduplication` for the descriptions.
    """
    describer = Describer(graph, report, times)
    root = describer.describe(boxes_of(graph))
    return {
        "templates": describer.templates,
        "root": root,
        "layers": len(graph),
    }
