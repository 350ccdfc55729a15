"""``summary``, ``compare`` and ``graph``."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any

from explorer.analysis.conventions import CONVENTIONS
from explorer.analysis.report import LEVELS
from explorer.cli.cost import add_step_options, settings_of
from explorer.cli.errors import UsageError, write_output
from explorer.cli.networks import NAME_HELP, add_network_options, source_of
from explorer.cli.parsers import (
    add_command,
    add_count_option,
    add_format_option,
    add_output_option,
    print_answer,
    print_text,
)
from explorer.graphviz.collapsed_graph import LEVELS as DRAWN

FILES = (".dot", ".svg", ".png", ".pdf", ".json")

SUMMARY = """\
Output shapes, parameters, MACs and FLOPs, activations, memory and receptive fields of a network.

examples:
  python -m explorer summary resnext50_32x4d
  python -m explorer summary resnext50_32x4d --blocks 3,8,36,3 --by block
  python -m explorer summary resnext29_8x64d --format json
  python -m explorer summary resnext50_32x4d --input 320x320x3 --count timm
  python -m explorer summary my_model.keras --by layer --format csv > layers.csv
  python -m explorer summary resnext50_32x4d --memory --train --batch 64 --precision bfloat16

With --memory the peak memory of a step follows: its parts, the layer where it is, and the largest
batch for usual sizes; --format csv then gives the timeline, a row for each layer's turn. JSON has
"memory" with peak_bytes, peak_at (a layer), peak_phase, the parts of the peak (weights_bytes,
optimizer_bytes, gradients_bytes, activations_bytes, working_bytes, overhead_bytes), tensor_bytes,
largest_batch (by GiB), stages (the peak in each) and rule.

MACs are counted as one of:
"""

COMPARE = """\
Compare networks stage by stage. The first is the baseline of all differences.

examples:
  python -m explorer compare resnext50_32x4d resnext101_32x4d resnext152_32x4d
  python -m explorer compare resnet50 resnext50_32x4d my_model.keras --format markdown
  python -m explorer compare resnext29_8x64d resnext29_16x64d --format json
  python -m explorer compare resnext50_32x4d resnext101_32x4d --memory --train --batch 32
"""

GRAPH = """\
The network's graph. Without -o, DOT is printed.

examples:
  python -m explorer graph resnext50_32x4d                             blocks, as DOT
  python -m explorer graph resnext50_32x4d --level model -o stages.svg
  python -m explorer graph resnext50_32x4d --level block --focus stage2/block1 -o block.png
  python -m explorer graph mini_resnext --form split --level full -o layers.json

levels: model (stages), stage (blocks), block (layers), full (layers and paths).
.svg, .png and .pdf need Graphviz; .dot and .json do not.
"""


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    text = SUMMARY + _conventions()
    summary = add_command(commands, "summary", "what a network costs", text, run_summary)
    summary.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_network_options(summary)
    summary.add_argument(
        "--by", choices=LEVELS, default=LEVELS[0], help="one row for each stage, block or layer"
    )
    add_step_options(summary)
    add_count_option(summary)
    add_format_option(summary)

    words = "compare networks stage by stage"
    compare = add_command(commands, "compare", words, COMPARE, run_compare)
    compare.add_argument("names", metavar="NAME", nargs="+", help=NAME_HELP)
    add_network_options(compare, ("input", "classes", "form", "padding"))
    add_step_options(compare)
    add_count_option(compare)
    add_format_option(compare)

    words = "the graph as DOT, SVG, PNG, PDF or JSON"
    graph = add_command(commands, "graph", words, GRAPH, run_graph)
    graph.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_network_options(graph)
    graph.add_argument("--level", choices=DRAWN, default="stage", help="how much detail")
    graph.add_argument("--focus", metavar="PLACE", help="draw one stage or block only")
    add_output_option(graph, f"file to write, ending in {', '.join(FILES)}", required=False)


def run_summary(arguments: argparse.Namespace) -> int:
    """Print the report of one network."""
    from explorer.analysis import tables
    from explorer.analysis.report import analyse, graph_of

    settings = settings_of(arguments, asked=arguments.memory)
    source = graph_of(source_of(arguments.name, arguments))
    report = analyse(source, arguments.count)
    answer = tables.answer(report, arguments.by)
    if arguments.memory:
        from explorer.cost.memory import memory
        from explorer.cost.memory_text import with_memory

        answer = with_memory(report, memory(source, settings), arguments.by)
    print_answer(answer, arguments.format)
    return 0


def run_compare(arguments: argparse.Namespace) -> int:
    """Print a comparison of several networks."""
    from explorer.analysis.compare import compare
    from explorer.analysis.report import graph_of

    settings = settings_of(arguments, asked=arguments.memory)
    sources = [graph_of(source_of(name, arguments)) for name in arguments.names]
    comparison = compare(sources, arguments.count)
    answer = comparison.answer()
    if arguments.memory:
        from explorer.cost.memory import memory
        from explorer.cost.memory_text import compared

        answer = compared(comparison, [memory(source, settings) for source in sources])
    print_answer(answer, arguments.format)
    return 0


def run_graph(arguments: argparse.Namespace) -> int:
    """Print the graph as DOT, or write it to a file."""
    from explorer.analysis.report import graph_of
    from explorer.graphviz.collapsed_graph import draw, levels

    output: Path | None = arguments.output
    kind = ".dot" if output is None else output.suffix.lower()
    if kind not in FILES:
        raise UsageError(
            f"A graph's file must end in one of {', '.join(FILES)}. Received {str(output)!r}."
        )
    graph = graph_of(source_of(arguments.name, arguments))
    if arguments.level not in levels(graph):
        print(
            "Note: this network has no separate paths: full draws the same as block.",
            file=sys.stderr,
        )
    if kind == ".json":
        content = draw(graph, arguments.level, arguments.focus).to_json().encode()
    else:
        from explorer.graphviz.dot import render, to_dot

        dot = to_dot(graph, arguments.level, arguments.focus)
        content = dot.to_string().encode() if kind == ".dot" else render(dot, kind[1:])
    if output is None:
        print_text(content.decode())
    else:
        write_output(output, content)
        print(f"Wrote {output} ({len(content):,} bytes).", file=sys.stderr)
    return 0


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
