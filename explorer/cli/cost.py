"""``search``, and the options that ask for the memory of a step."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from explorer.cli.errors import UsageError
from explorer.cli.parsers import add_command, add_count_option, add_format_option, print_answer
from explorer.cost.budget import Budget, read_bytes, read_ms, read_number
from explorer.cost.grid import CHOICES, FORMAT, Grid
from explorer.cost.settings import OPTIMIZERS, PRECISIONS, Settings
from resnext import FORMS
from resnext.errors import InputError
from resnext.spec import CHOICES as SPEC_CHOICES

SEARCH = f"""\
The networks of a grid that keep within a budget, the largest first. Each limit is an upper limit,
and a network may reach it. Rows are sorted by the first limit given of --macs, --params, --memory
and --ms; without a limit by MACs.

examples:
  python -m explorer search --macs 4.3G
  python -m explorer search --macs 4.3G --grid depth=26,50,101 cardinality=1,2,4,8,16,32 \
width=4,8,16,32,64
  python -m explorer search --params 30M --memory 6GiB --train --batch 64 --format json
  python -m explorer search --memory 500MiB --grid {FORMAT}

Every combination of the grid is a network; choices that are left out have their usual values:
{", ".join(f"{name} {','.join(map(str, values))}" for name, values in CHOICES.items() if values)},
and the network's own resolution (224, or 32 for CIFAR). Memory is that of inference on one image,
or of the step that --batch, --train, --precision and --optimizer describe. --ms is a limit of
inference on one image in every case. It is for networks that were timed on this machine; others are
not measured and left out.

JSON is a list of rows with name, depth, cardinality, width, resolution, params, macs, activations,
memory_bytes, ms (null if not measured), memory_step and ms_conditions: the step of the memory, and
how the times were measured (null without a time).
"""
STEP = ("batch", "train", "precision", "optimizer")


def add_step_options(parser: argparse.ArgumentParser, *, memory: bool = True) -> None:
    """Options of the step whose memory is asked for; ``memory`` adds the one that asks."""
    group = parser.add_argument_group("memory of a step")
    if memory:
        group.add_argument(
            "--memory", action="store_true", help="peak memory of inference or training"
        )
    group.add_argument("--batch", type=int, metavar="N", help="images in a step (default 1)")
    group.add_argument("--train", action="store_true", default=None, help="a training step")
    group.add_argument(
        "--precision",
        choices=tuple(PRECISIONS),
        help="of feature maps; weights stay float32 (default float32)",
    )
    group.add_argument(
        "--optimizer", choices=tuple(OPTIMIZERS), help="sgd has momentum (default sgd)"
    )


def settings_of(arguments: argparse.Namespace, *, asked: bool = True) -> Settings:
    """The step that was asked for.

    Raises:
        UsageError: Options of a step are given without the option that asks for memory, or an
            optimizer without a training step.
        InputError: A rule of the step is broken.
    """
    given = {name: value for name in STEP if (value := getattr(arguments, name)) is not None}
    if given and not asked:
        raise UsageError(f"--{next(iter(given))} describes a step: it needs --memory.")
    if "optimizer" in given and not given.get("train"):
        raise UsageError("--optimizer describes a training step: it needs --train.")
    return Settings(**given)


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "the largest networks within a budget"
    parser = add_command(commands, "search", words, SEARCH, run_search)
    limits = parser.add_argument_group("upper limits")
    limits.add_argument("--macs", type=_reader(read_number), metavar="4.3G")
    limits.add_argument("--params", type=_reader(read_number), metavar="30M")
    limits.add_argument("--memory", type=_reader(read_bytes), metavar="2GiB", help="peak of a step")
    limits.add_argument(
        "--ms", type=_reader(read_ms), help="milliseconds of inference on one image"
    )
    parser.add_argument(
        "--grid", nargs="+", default=[], metavar="depth=26,50", help="choices to combine"
    )
    parser.add_argument("--form", choices=FORMS, help="implementation of the paths")
    parser.add_argument("--attention", choices=SPEC_CHOICES["attention"], help="in the blocks")
    add_step_options(parser, memory=False)
    add_count_option(parser)
    add_format_option(parser)


def run_search(arguments: argparse.Namespace) -> int:
    """Print the networks."""
    from explorer.cost.search import search
    from explorer.cost.search_text import answer

    changes = {
        name: value
        for name in ("form", "attention")
        if (value := getattr(arguments, name)) is not None
    }
    found = search(
        Grid.read(arguments.grid, changes),
        Budget(arguments.macs, arguments.params, arguments.memory, arguments.ms),
        settings_of(arguments),
        count=arguments.count,
        progress=_bar if sys.stderr.isatty() else None,
    )
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if arguments.format != "table":  # which has it itself
        print(found.summary, file=sys.stderr)
    print_answer(answer(found), arguments.format)
    return 0


def _bar(done: int, total: int) -> None:
    filled = 30 * done // total
    bar = "█" * filled + "░" * (30 - filled)
    print(f"\r{bar} {done:,} of {total:,} networks", end="", file=sys.stderr, flush=True)


def _reader(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A type of argparse whose errors are the reader's own."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert
