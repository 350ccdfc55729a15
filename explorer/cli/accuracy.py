"""``accuracy``: what the networks of the family reach, by recipe, and what cardinality gains."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from explorer.analysis.series import groups
from explorer.cli.parsers import add_command, add_format_option, print_answer

HELP = f"""\
Published accuracies on ImageNet-1K of ResNet, ResNeXt and their descendants, each with its recipe,
source and costs, and what cardinality gains under each recipe. Accuracies of different recipes are
not comparable. Costs are counted here if this program can build the network; otherwise the source's
figure is shown.

examples:
  python -m explorer accuracy
  python -m explorer accuracy --recipe paper torchvision-v1 timm-a1
  python -m explorer accuracy --format csv > accuracies.csv

JSON is a list of rows with network, name (null if it cannot be made here), family, relation,
recipe, recipe_label, training, top1, resolution, crop, params, macs, counted_here, ms (of inference
on one image; null if it was not measured on this machine), source, checked (the day on which it was
looked up, or null) and ms_conditions (how the time was measured, or null).

recipes:
{textwrap.fill(", ".join(keys[0] for keys in groups().values()), 98, initial_indent="  ",
               subsequent_indent="  ", break_on_hyphens=False)}
"""  # fmt: skip


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "published accuracies by recipe, and what cardinality gains"
    parser = add_command(commands, "accuracy", words, HELP, run_accuracy)
    parser.add_argument(
        "--recipe", nargs="+", default=[], metavar="NAME", help="show only these recipes"
    )
    add_format_option(parser)


def run_accuracy(arguments: argparse.Namespace) -> int:
    """Print the rows."""
    from explorer.cost.accuracy import answer, points, time_conditions

    found = points(arguments.recipe)
    print_answer(answer(found, time_conditions(found)), arguments.format)
    return 0
