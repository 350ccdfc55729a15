"""``verify``: our figures next to those of others."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from explorer.cli.errors import UsageError

HELP = """\
Every figure that others published or counted and that can be computed here: ours, theirs, the
difference, the counting convention, the source, whether they agree, and the reason where they do
not.

examples:
  python -m explorer verify
  python -m explorer verify --differing
  python -m explorer verify --format json > figures.json
  python -m explorer verify --memory

With --memory: our peaks of memory and those of real steps of TensorFlow.

JSON is a list of rows with figure, network, ours, theirs, convention, source, verdict, reason.
"""
FORMATS = ("table", "json", "csv", "markdown")


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    parser = commands.add_parser(
        "verify",
        help="our figures next to those of others",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--differing", action="store_true", help="only figures that differ")
    parser.add_argument(
        "--memory", action="store_true", help="peaks of memory, predicted and measured"
    )
    parser.add_argument("--format", choices=FORMATS, default="table")
    parser.set_defaults(handler=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """Print the figures, or the peaks of memory.

    Raises:
        UsageError: Both were asked for.
    """
    from explorer.analysis.verify import DIFFERS, WRITERS, verify
    from explorer.cost import measured

    if arguments.memory and arguments.differing:
        raise UsageError("--differing is for figures of others; --memory shows every step.")
    if arguments.memory:
        text = measured.WRITERS[arguments.format](measured.measured_steps())
    else:
        checks = verify()
        if arguments.differing:
            checks = [check for check in checks if check.verdict == DIFFERS]
        text = WRITERS[arguments.format](checks)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    return 0
