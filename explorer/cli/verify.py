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
  python -m explorer verify --time

With --memory: predicted and measured peak memory of steps in TensorFlow, and which predictions are
within 15 %. With --time: how much longer a ResNeXt takes than the ResNet of its depth, as others
published it, by MACs, and as `time` measured it here.

JSON is a list of rows with figure, network, ours, theirs, convention, source, verdict, reason. With
--memory: network, form, mode, batch, precision, optimizer, predicted_bytes, measured_bytes, ratio,
within_15_percent. With --time: network, divided_by, source, published_ratio, macs_ratio,
measured_ratio (null if one of the two was not timed here), verdict, conditions.
"""


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "our figures next to those of others"
    parser = add_command(commands, "verify", words, HELP, run_verify)
    parser.add_argument("--differing", action="store_true", help="only figures that differ")
    parser.add_argument(
        "--memory", action="store_true", help="peaks of memory, predicted and measured"
    )
    parser.add_argument(
        "--time", action="store_true", help="ratios of times, published and measured here"
    )
    add_format_option(parser)


def run_verify(arguments: argparse.Namespace) -> int:
    """Print the figures, the peaks of memory, or the ratios of times.

    Raises:
        UsageError: Two of them were asked for.
    """
    from explorer.analysis import verify
    from explorer.cost import measured, measured_ratios
    from explorer.cost.timings import timings_here

    if arguments.memory and arguments.time:
        raise UsageError("Ask for --memory or for --time; each is a separate table.")
    if arguments.memory and arguments.differing:
        raise UsageError("--differing is for figures of others; --memory shows every step.")
    if arguments.time and arguments.differing:
        raise UsageError("--differing is for figures of others; --time shows every ratio.")
    if arguments.memory:
        answer = measured.answer(measured.measured_steps())
    elif arguments.time:
        answer = measured_ratios.answer(timings_here())
    else:
        checks = verify.verify()
        if arguments.differing:
            checks = [check for check in checks if check.verdict == verify.DIFFERS]
        answer = verify.answer(checks)
    print_answer(answer, arguments.format)
    return 0
