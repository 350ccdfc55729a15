"""The lesson's commands: ``equivalence`` and ``width``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from explorer.analysis.equal_cost import BUDGET, solve
from explorer.cli.networks import add_network_options, spec_of
from explorer.cli.parsers import add_command, add_format_option

if TYPE_CHECKING:
    from explorer.lesson.equivalence import Equivalence

MINUTES = 20
TABLE_OR_JSON = ("table", "json")

EQUIVALENCE_HELP = """\
Computes a network with the same random weights in all four implementations of its paths,
compares outputs and gradients, and times each implementation. A deep network takes minutes,
one of its stages seconds.

examples:
  python -m explorer equivalence mini_resnext
  python -m explorer equivalence resnext50_32x4d --stage 2
  python -m explorer equivalence mini_resnext --dtype float64 --format json
"""

WIDTH_HELP = """\
Solves C (256 d + 9 d^2 + 256 d) for the width d nearest to the budget.

examples:
  python -m explorer width --cardinality 16
  python -m explorer width --cardinality 32 --budget 140000 --format json
"""


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    words = "check that the four implementations of a block agree"
    equivalence = add_command(commands, "equivalence", words, EQUIVALENCE_HELP, run_equivalence)
    equivalence.add_argument("name", metavar="NAME", help="a network, such as resnext50_32x4d")
    equivalence.add_argument("--stage", type=int, help="only the blocks of this stage, from 1")
    equivalence.add_argument("--dtype", metavar="{float32,float64}", default="float32")
    add_format_option(equivalence, TABLE_OR_JSON)
    add_network_options(equivalence, ("padding",))

    words = "the bottleneck width for a cardinality at equal cost"
    width = add_command(commands, "width", words, WIDTH_HELP, run_width)
    width.add_argument(
        "--cardinality", type=int, required=True, metavar="C", help="number of paths"
    )
    width.add_argument(
        "--budget", type=int, default=BUDGET, help=f"parameters of the block (default {BUDGET})"
    )
    add_format_option(width, TABLE_OR_JSON)


def run_equivalence(arguments: argparse.Namespace) -> int:
    """Measure and print; the figures are this machine's."""
    from explorer.lesson.equivalence import measure  # imports NumPy

    spec = spec_of(arguments.name, arguments)
    found = measure(spec, arguments.stage, dtype=arguments.dtype, seconds=60 * MINUTES)
    if arguments.format == "json":
        print(json.dumps(found.to_json(), indent=2))
    else:
        print(equivalence_table(found))
    return 0


def equivalence_table(found: Equivalence) -> str:
    """The figures as aligned text."""
    part = "" if found.stage is None else f", stage {found.stage}"
    lines = [
        f"{found.name}{part}, {found.dtype}",
        f"{'implementation':<14}{'layers':>8}{'params':>14}{'ms':>10}{'activations':>14}",
    ]
    for form, cost in found.forms.items():
        megabytes = f"{cost.activation_bytes / 1e6:,.1f} MB"
        lines.append(
            f"{form:<14}{cost.layers:>8,}{cost.params:>14,}{cost.ms:>10.1f}{megabytes:>14}"
        )
    lines += [
        f"largest difference of outputs    {found.max_abs_diff:.1e} (largest output "
        f"{found.max_output:.2g})",
        f"largest difference of gradients  {found.max_grad_diff:.1e} (relative)",
    ]
    return "\n".join(lines)


def run_width(arguments: argparse.Namespace) -> int:
    """Solve and print."""
    found = solve(arguments.cardinality, arguments.budget)
    if arguments.format == "json":
        values = {
            "cardinality": found.cardinality,
            "width": found.width,
            "params": found.params,
            "budget": found.budget,
        }
        print(json.dumps(values))
    else:
        print(
            f"{found.cardinality}x{found.width}d: {found.params:,} weights in its convolutions "
            f"({found.excess:+.1%} of {found.budget:,})"
        )
    return 0
