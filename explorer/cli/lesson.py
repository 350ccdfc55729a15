"""The lesson's commands: ``equivalence`` and ``width``."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from explorer.lesson.equivalence import DTYPES, measure
from explorer.lesson.width import BUDGET, solve
from resnext import ResNeXtSpec

if TYPE_CHECKING:
    from explorer.lesson.equivalence import Equivalence

MINUTES = 20

EQUIVALENCE_HELP = """\
Rewrites one set of random weights in all four forms of a block, compares outputs and
gradients, and times each form. The whole of a deep network takes minutes; a stage, seconds.

examples:
  python -m explorer equivalence mini_resnext
  python -m explorer equivalence resnext50_32x4d --stage 2
  python -m explorer equivalence mini_resnext --dtype float64 --format json
"""

WIDTH_HELP = """\
Solves C (256 d + 9 d^2 + 256 d) for the width d that comes nearest to the budget.

examples:
  python -m explorer width --cardinality 16
  python -m explorer width --cardinality 32 --budget 140000 --format json
"""


def add_commands(subparsers: Any) -> None:
    """Add the lesson's commands to the parsers of ``python -m explorer``.

    Each parser's default ``handler`` is a function of the arguments that prints, returns 0,
    and raises `ValueError` or `explorer.lesson.process.ProcessError` with one sentence.
    """
    raw = argparse.RawDescriptionHelpFormatter
    equivalence = subparsers.add_parser(
        "equivalence",
        help="show that the four forms of a block are one function",
        description=EQUIVALENCE_HELP,
        formatter_class=raw,
    )
    equivalence.add_argument("name", metavar="NAME", help="a network, such as resnext50_32x4d")
    equivalence.add_argument("--stage", type=int, help="only the blocks of this stage, from 1")
    equivalence.add_argument("--dtype", choices=DTYPES, default=DTYPES[0])
    equivalence.add_argument("--format", choices=("table", "json"), default="table")
    equivalence.set_defaults(handler=run_equivalence)

    width = subparsers.add_parser(
        "width",
        help="the bottleneck width that a cardinality leaves at one complexity",
        description=WIDTH_HELP,
        formatter_class=raw,
    )
    width.add_argument("--cardinality", type=int, required=True, metavar="C", help="paths")
    width.add_argument(
        "--budget", type=int, default=BUDGET, help=f"parameters of the block (default {BUDGET})"
    )
    width.add_argument("--format", choices=("table", "json"), default="table")
    width.set_defaults(handler=run_width)


def run_equivalence(arguments: argparse.Namespace) -> int:
    """Measure and print; the figures are this machine's."""
    spec = ResNeXtSpec.from_name(arguments.name)
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
        f"{'form':<14}{'layers':>8}{'params':>14}{'ms':>10}{'activations':>14}",
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
            f"{found.cardinality}x{found.width}d: {found.params:,} parameters "
            f"({found.excess:+.1%} of {found.budget:,})"
        )
    return 0
