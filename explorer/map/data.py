"""Networks as the plain data that the map draws: small, JSON types only, without TensorFlow.

    {"count": {"name", "unit"},                          the counting convention
     "palette": {"families": {name: [fill, border, text]}, "kinds": {kind: family}},
     "networks": [{"name", "form",                       the form to begin with
                   "forms": {form: {"templates": [...],  descriptions, children first
                                    "root": number,      of the whole network's description
                                    "layers": count, "totals": {column: sum}}}}]}

What a description holds is told in `explorer.map.templates`. A network that is not made of a
spec has one form, named "".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from explorer.conventions import DEFAULT, convention
from explorer.map.places import boxes_of
from explorer.map.templates import Describer
from explorer.palette import FAMILIES, family
from explorer.report import Report, analyse, graph_of
from resnext import FORMS, Graph, ResNeXtSpec, SpecError

MOST_NETWORKS = 4
_SUMS = ("trainable_params", "macs", "activations", "activation_bytes")


def map_data(
    sources: Sequence[Any], *, count: str = DEFAULT, forms: Collection[str] = FORMS
) -> dict[str, Any]:
    """Everything that the map needs to draw one to four networks side by side.

    Args:
        sources: Specs, graphs, or Keras models and files (see `explorer.report.analyse`).
        count: Counting convention of the MACs.
        forms: Forms of the split in which each spec is described beside its own. All that it
            can be written in are named, so that the map can offer them and ask for their data.

    Raises:
        ValueError: There are no networks, or more than four.
    """
    if not 1 <= len(sources) <= MOST_NETWORKS:
        raise ValueError(f"The map shows 1 to {MOST_NETWORKS} networks. Received {len(sources)}.")
    rule = convention(count)
    networks = [_network(source, count, forms) for source in sources]
    return {
        "count": {"name": rule.title, "unit": rule.unit},
        "palette": _palette(networks),
        "networks": networks,
    }


def _palette(networks: list[dict[str, Any]]) -> dict[str, Any]:
    """The colours of the kinds of layers that these networks have."""
    kinds = {
        template["kind"]
        for network in networks
        for form in network["forms"].values()
        for template in form["templates"]
        if "kind" in template
    }
    return {
        "families": {name: list(colour) for name, colour in FAMILIES.items()},
        "kinds": {kind: family(kind) for kind in sorted(kinds)},
    }


def _network(source: Any, count: str, forms: Collection[str]) -> dict[str, Any]:
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
    graphs = {name: graph_of(spec) for name, spec in specs.items()}
    return {
        "name": graphs[form].name,
        "form": form,
        "choices": choices,
        "forms": {name: form_data(graph, analyse(graph, count)) for name, graph in graphs.items()},
    }


def _in_form(spec: ResNeXtSpec, form: str) -> ResNeXtSpec | None:
    """The spec in another form; None where that has too many paths to be written out."""
    try:
        return spec.replace(form=form)
    except SpecError:
        return None


def form_data(graph: Graph, report: Report) -> dict[str, Any]:
    """One graph: descriptions, the number of the root's, and totals.

    See `explorer.map.templates` for the descriptions.
    """
    describer = Describer(graph, report)
    root = describer.describe(boxes_of(graph))
    return {
        "templates": describer.templates,
        "root": root,
        "layers": len(graph),
        "totals": {name: getattr(report.totals, name) for name in _SUMS},
    }
