"""``verify``: our figures next to those of others."""

from __future__ import annotations

import argparse
from typing import Any

from explorer.cli.errors import UsageError
from explorer.cli.parsers import add_command, add_format_option, print_answer

HELP = """\
Every figure that others published or counted and that can be computed here: ours, theirs, the
difference, the counting convention, the source, whether they agree, and the reason where they do
not.

examples:
  python -m explorer verify
  python -m explorer verify --differing
  python -m explorer verify --format json > figures.json
  python -m explorer verify --memory

With --memory: predicted and measured peak memory of steps in TensorFlow, and which predictions are
within 15 %.

JSON is a list of rows with figure, network, ours, theirs, convention, source, verdict, reason.
"""


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "our figures next to those of others"
    parser = add_command(commands, "verify", words, HELP, run_verify)
    parser.add_argument("--differing", action="store_true", help="only figures that differ")
    parser.add_argument(
        "--memory", action="store_true", help="peaks of memory, predicted and measured"
    )
    add_format_option(parser)


def run_verify(arguments: argparse.Namespace) -> int:
    """Print the figures, or the peaks of memory.

    Raises:
        UsageError: Both were asked for.
    """
    from explorer.analysis import verify
    from explorer.cost import measured

    if arguments.memory and arguments.differing:
        raise UsageError("--differing is for figures of others; --memory shows every step.")
    if arguments.memory:
        answer = measured.answer(measured.measured_steps())
    else:
        checks = verify.verify()
        if arguments.differing:
            checks = [check for check in checks if check.verdict == verify.DIFFERS]
        answer = verify.answer(checks)
    print_answer(answer, arguments.format)
    return 0
