"""``summary``, ``compare`` and ``graph``."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.cli.errors import UsageError
from explorer.cli.networks import NAME_HELP, add_network_options, source_of
from explorer.conventions import CONVENTIONS, DEFAULT
from explorer.drawing import LEVELS as DRAWN
from explorer.report import LEVELS

FORMATS = ("table", "json", "csv", "markdown")
FILES = (".dot", ".svg", ".png", ".pdf", ".json")

SUMMARY = """\
Output shapes, parameters, MACs and FLOPs, activations, memory and receptive fields of a network.

examples:
  python -m explorer summary resnext50_32x4d
  python -m explorer summary resnext50_32x4d --blocks 3,8,36,3 --by block
  python -m explorer summary resnext29_8x64d --format json
  python -m explorer summary resnext50_32x4d --input 320x320x3 --count timm
  python -m explorer summary my_model.keras --by layer --format csv > layers.csv

MACs are counted as one of:
"""

COMPARE = """\
Networks side by side: stages aligned, differences to the first.

examples:
  python -m explorer compare resnext50_32x4d resnext101_32x4d resnext152_32x4d
  python -m explorer compare resnet50 resnext50_32x4d my_model.keras --format markdown
  python -m explorer compare resnext29_8x64d resnext29_16x64d --format json
"""

GRAPH = """\
The network's graph. Without -o, DOT is printed.

examples:
  python -m explorer graph resnext50_32x4d                             blocks, as DOT
  python -m explorer graph resnext50_32x4d --level model -o stages.svg
  python -m explorer graph resnext50_32x4d --level block --focus stage2/block1 -o block.png
  python -m explorer graph mini_resnext --form split --level full -o layers.json

levels: model (stages), stage (blocks), block (layers), full (layers and paths).
.svg, .png and .pdf need Graphviz; .dot and .json need nothing.
"""


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    summary = _command(commands, "summary", "what a network costs", SUMMARY + _conventions())
    summary.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_network_options(summary)
    summary.add_argument("--by", choices=LEVELS, default=LEVELS[0], help="one row for each")
    _add_output_options(summary, run_summary)

    compare = _command(commands, "compare", "networks side by side", COMPARE)
    compare.add_argument("names", metavar="NAME", nargs="+", help=NAME_HELP)
    add_network_options(compare, ("input", "classes", "form"))
    _add_output_options(compare, run_compare)

    graph = _command(commands, "graph", "the graph as DOT, SVG, PNG, PDF or JSON", GRAPH)
    graph.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_network_options(graph)
    graph.add_argument("--level", choices=DRAWN, default="stage", help="how much detail")
    graph.add_argument("--focus", metavar="PLACE", help="draw one stage or block only")
    graph.add_argument("-o", "--output", metavar="FILE", type=Path, help=", ".join(FILES))
    graph.set_defaults(handler=run_graph)


def run_summary(arguments: argparse.Namespace) -> int:
    """Print the report of one network."""
    from explorer import tables
    from explorer.report import analyse

    report = analyse(source_of(arguments.name, arguments), arguments.count)
    write: dict[str, Callable[..., str]] = {
        "table": tables.to_text,
        "json": tables.to_json,
        "csv": tables.to_csv,
        "markdown": tables.to_markdown,
    }
    _print(write[arguments.format](report, arguments.by))
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print several networks side by side."""
    from explorer.compare import compare

    sources = [source_of(name, arguments) for name in arguments.names]
    found = compare(sources, arguments.count)
    write: dict[str, Callable[[], str]] = {
        "table": found.to_text,
        "json": found.to_json,
        "csv": found.to_csv,
        "markdown": found.to_markdown,
    }
    _print(write[arguments.format]())
    return 0


def run_graph(arguments: argparse.Namespace) -> int:
    """Print the graph as DOT, or write it to a file."""
    from explorer.drawing import draw
    from explorer.report import graph_of

    output: Path | None = arguments.output
    kind = ".dot" if output is None else output.suffix.lower()
    if kind not in FILES:
        raise UsageError(
            f"A graph's file must end in one of {', '.join(FILES)}. Received {str(output)!r}."
        )
    graph = graph_of(source_of(arguments.name, arguments))
    if kind == ".json":
        content = draw(graph, arguments.level, arguments.focus).to_json().encode()
    else:
        from explorer.dot import render, to_dot

        dot = to_dot(graph, arguments.level, arguments.focus)
        content = dot.to_string().encode() if kind == ".dot" else render(dot, kind[1:])
    if output is None:
        _print(content.decode())
    else:
        output.write_bytes(content)
        print(f"Wrote {output} ({len(content):,} bytes).", file=sys.stderr)
    return 0


def _command(commands: Any, name: str, words: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=words,
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_output_options(parser: argparse.ArgumentParser, handler: Any) -> None:
    parser.add_argument(
        "--count", choices=tuple(CONVENTIONS), default=DEFAULT, help="counting convention"
    )
    parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
    parser.set_defaults(handler=handler)


def _conventions() -> str:
    """One line or two for each convention."""
    return "\n".join(
        textwrap.fill(
            rule.description,
            width=98,
            initial_indent=f"  {rule.name:<12} ",
            subsequent_indent=" " * 15,
        )
        for rule in CONVENTIONS.values()
    )


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
