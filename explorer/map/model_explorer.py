"""Networks in the JSON format of Google's Model Explorer, which opens them with our namespaces.

Format: the dataclasses of its Python package, ``graph_builder.py`` and
``node_data_builder.py`` (Model Explorer 0.1.34).
"""

from __future__ import annotations

from typing import Any

from explorer.analysis.layer_labels import settings
from explorer.analysis.report import Report, Row
from explorer.formatting import numbers
from explorer.map.cards import filled_call, mac_formula
from resnext import Graph, Node
from resnext.errors import InputError

Plain = dict[str, Any]

# Light to dark: readable under black and white text, and by colour-blind people.
_GRADIENT = (("#fee838", "#000000"), ("#a59c74", "#000000"), ("#00224e", "#ffffff"))


def to_model_explorer(graph: Graph, report: Report) -> Plain:
    """A collection of one graph: ``{"label": ..., "graphs": [{"id", "nodes", ...}]}``.

    A layer's place is its namespace, so that stages, blocks and paths fold there as here; its
    costs are attributes, its output shape is on its edges, and what boxes cost are the
    attributes of the groups.
    """
    rows = {row.name: row for row in report.rows}
    return {
        "label": graph.name,
        "graphs": [
            {
                "id": graph.name,
                "nodes": [_node(node, rows.get(node.name), graph) for node in graph],
                "groupNodeAttributes": _groups(report),
            }
        ],
    }


def to_node_data(report: Report, column: str = "params") -> Plain:
    """Values for "Load node data" there: one number a layer, with a scale of colours.

    Args:
        report: The network's.
        column: A column of `explorer.analysis.report.Row`: ``params``, ``macs``, ``activations``,
            ``activation_bytes`` or ``receptive_field``.

    Raises:
        ValueError: The column is not one of these.
    """
    columns = ("params", "macs", "activations", "activation_bytes", "receptive_field")
    if column not in columns:
        raise InputError(f"The column must be one of {', '.join(columns)}. Received {column!r}.")
    values = {row.name: getattr(row, column) for row in report.rows}
    stops = len(_GRADIENT) - 1
    return {
        report.name: {
            "results": {name: {"value": value} for name, value in values.items() if value},
            "gradient": [
                {"stop": i / stops, "bgColor": ground, "textColor": ink}
                for i, (ground, ink) in enumerate(_GRADIENT)
            ],
        }
    }


def _node(node: Node, row: Row | None, graph: Graph) -> Plain:
    namespace, _, label = node.name.rpartition("/")
    return {
        "id": node.name,
        "label": label,
        "namespace": namespace,
        "attrs": [{"key": key, "value": value} for key, value in _attributes(node, row).items()],
        "incomingEdges": [
            {"sourceNodeId": source, "sourceNodeOutputId": "0", "targetNodeInputId": str(i)}
            for i, source in enumerate(node.inputs)
        ],
        "outputsMetadata": [
            {"id": "0", "attrs": [{"key": "shape", "value": _shape(node.output_shape)}]}
        ],
    }


def _attributes(node: Node, row: Row | None) -> dict[str, str]:
    """What its side panel shows of a layer; text, as the format wants it."""
    found: dict[str, Any] = {"kind": node.kind, **settings(node)}
    if row is not None:
        found |= {
            "params": numbers.full(row.params),
            "macs": numbers.full(row.macs),
            "multiply-adds": mac_formula(node),
            "activations": numbers.full(row.activations),
            "receptive field": numbers.full(row.receptive_field),
        }
    found["keras"] = filled_call(node)
    return {key: str(value) for key, value in found.items() if str(value)}


def _groups(report: Report) -> dict[str, dict[str, str]]:
    """Sums by namespace; the empty one is the whole network."""
    rows = {"": report.totals}
    rows |= {row.name: row for row in (*report.stages, *report.blocks)}
    return {
        name: {
            "kind": row.kind,
            "layers": numbers.full(row.layers),
            "params": numbers.full(row.params),
            "macs": numbers.full(row.macs),
        }
        for name, row in rows.items()
    }


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "?"
