"""The command ``report``: networks and runs as one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from explorer.cli.errors import UsageError, write_output
from explorer.cli.networks import NAME_HELP, add_network_options, source_of
from explorer.cli.parsers import add_command, add_count_option, add_output_option
from explorer.cli.training import find

HELP = """\
Writes a report of one to eight networks, and of training runs, as one file: HTML that works
offline and prints well (the interactive map is in it), Markdown, or LaTeX with booktabs.

examples:
  python -m explorer report resnext50_32x4d -o report.html
  python -m explorer report resnet50 resnext50_32x4d my_model.keras -o report.html
  python -m explorer report mini_resnext --runs 20260101-120000 -o report.tex
  python -m explorer report resnext29_8x64d --classes 100 -o report.md
"""


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "networks and runs as one HTML, Markdown or LaTeX file"
    parser = add_command(commands, "report", words, HELP, run_report)
    parser.add_argument("names", metavar="NAME", nargs="+", help=NAME_HELP)
    add_network_options(parser)
    add_count_option(parser)
    parser.add_argument(
        "--runs",
        metavar="RUN",
        nargs="+",
        default=[],
        help="training runs whose curves it shows: ids, or parts of them that no other run has "
        "(in the folder $RESNEXT_RUNS, else ./runs)",
    )
    add_output_option(parser, "file to write, ending in .html, .md or .tex")


def run_report(arguments: argparse.Namespace) -> int:
    """Write the file.

    Raises:
        UsageError: The file's ending is not one of these.
    """
    from explorer.cost.measures import step_measures, step_notes
    from explorer.export.report import REPORT_FORMATS, document
    from explorer.training.runs.store import RunStore, default_runs

    output: Path = arguments.output
    format = REPORT_FORMATS.get(output.suffix.lower()[1:])
    if format is None:
        endings = ", ".join(f".{ending}" for ending in REPORT_FORMATS)
        raise UsageError(f"A report's file must end in one of {endings}. Received {str(output)!r}.")
    sources = [source_of(name, arguments) for name in arguments.names]
    store = RunStore(default_runs())
    runs = [store.snapshot(find(store, text)) for text in arguments.runs]
    steps, notes = step_measures(sources), step_notes(sources)
    content = format.write(document(sources, runs, count=arguments.count, steps=steps, notes=notes))
    write_output(output, content)
    print(f"Wrote {output} ({len(content.encode()):,} bytes).", file=sys.stderr)
    return 0
