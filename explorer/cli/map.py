"""The command ``map``: networks as a page to walk through, or for Model Explorer."""

from __future__ import annotations

import argparse
import json
from typing import Any

from explorer.cli.errors import UsageError, write_output
from explorer.cli.networks import NAME_HELP, add_network_options, source_of
from explorer.cli.parsers import add_command, add_count_option, add_output_option

HELP = """\
Writes one to four networks as one interactive HTML page that works without a server, or one
network as JSON for Google's Model Explorer, or its per-node data (--values).

examples:
  python -m explorer map resnext50_32x4d -o resnext50.html
  python -m explorer map resnet50 resnext50_32x4d my_model.keras -o three.html
  python -m explorer map resnext50_32x4d --form aggregated -o resnext50.json
  python -m explorer map resnext50_32x4d --values macs -o macs.json
"""

VALUES = ("params", "macs", "activations", "activation_bytes", "receptive_field")


def add_commands(commands: Any) -> None:
    """Add ``map`` to the parsers of ``python -m explorer``."""
    words = "an interactive HTML page, or JSON for Model Explorer"
    parser = add_command(commands, "map", words, HELP, run_map)
    parser.add_argument("names", metavar="NAME", nargs="+", help=NAME_HELP)
    add_network_options(parser)
    add_count_option(parser)
    parser.add_argument("--values", choices=VALUES, help="per-node data for Model Explorer")
    add_output_option(parser, "file to write, ending in .html or .json")


def run_map(arguments: argparse.Namespace) -> int:
    """Write the file.

    Raises:
        UsageError: The file's ending and the other arguments do not go together.
    """
    sources = [source_of(name, arguments) for name in arguments.names]
    suffix = arguments.output.suffix.lower()
    if suffix not in (".html", ".json"):
        raise UsageError(
            f"A map's file must end in .html or .json. Received {str(arguments.output)!r}."
        )
    if suffix == ".json" and len(sources) > 1:
        raise UsageError(f"A .json file holds one network. Received {len(sources)}.")
    if suffix == ".html" and arguments.values:
        raise UsageError("--values writes a .json file. Received an .html file.")
    text = _html(sources, arguments) if suffix == ".html" else _json(sources[0], arguments)
    write_output(arguments.output, text)
    print(arguments.output)
    return 0


def _html(sources: list[Any], arguments: argparse.Namespace) -> str:
    from explorer.map.export import to_html

    return to_html(*sources, count=arguments.count)


def _json(source: Any, arguments: argparse.Namespace) -> str:
    from explorer.analysis.report import analyse, graph_of
    from explorer.map.model_explorer import to_model_explorer, to_node_data

    graph = graph_of(source)
    report = analyse(graph, arguments.count)
    values = arguments.values
    plain = to_node_data(report, values) if values else to_model_explorer(graph, report)
    return json.dumps(plain, ensure_ascii=False)
