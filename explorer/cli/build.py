"""``build``: a network as a ``.keras`` file that opens in any Keras 3."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from explorer.cli.errors import UsageError
from explorer.cli.networks import add_network_options, spec_of
from explorer.cli.parsers import add_command, add_output_option

MINUTES = 20

HELP = """\
Builds the Keras model of a network, with fresh weights, and writes it to a file. The file holds
Keras's own layers only: keras.saving.load_model opens it without this package, predicts and trains.
resnext.load_model opens it, too, and makes training on a CPU faster.

examples:
  python -m explorer build mini_resnext -o mini.keras
  python -m explorer build resnext50_32x4d --input 64x64 --classes 10 -o small.keras --seed 7
  python -m explorer build resnext29_8x64d --form split -o split.keras
  python -m explorer build resnext50_32x4d --padding symmetric -o torchvision.keras

The same seed gives the same weights.
"""


def add_commands(commands: Any) -> None:
    """Add the command to the main parser."""
    words = "a .keras file that opens in any Keras 3"
    parser = add_command(commands, "build", words, HELP, run_build)
    parser.add_argument("name", metavar="NAME", help="a network, such as resnext50_32x4d")
    add_output_option(parser, "file to write, ending in .keras")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="random seed of the weights (default 0)"
    )
    add_network_options(parser)


def run_build(arguments: argparse.Namespace) -> int:
    """Build in a separate process and move the file to where it is wanted.

    Raises:
        UsageError: The file has another ending, or cannot be written.
    """
    from explorer.building.job import start_build

    output: Path = arguments.output
    if output.suffix.lower() != ".keras":
        raise UsageError(f"A Keras model's file must end in .keras. Received {str(output)!r}.")
    if not output.parent.is_dir():
        raise UsageError(f"The folder of {str(output)[:200]!r} does not exist.")
    spec = spec_of(arguments.name, arguments)
    build = start_build(spec, seconds=60 * MINUTES, seed=arguments.seed)
    try:
        result = build.wait()
        assert result.agrees
        assert result.model_path is not None
        _copy(result.model_path, output)
    finally:
        build.close()
    print(
        f"Wrote {output}: {spec.name}, form {spec.form}, padding {spec.padding}, seed "
        f"{arguments.seed}; {len(result.rows):,} layers, {result.total_params:,} parameters "
        "with moving statistics.",
        file=sys.stderr,
    )
    return 0


def _copy(made: Path, output: Path) -> None:
    """Put the file in its place, complete or not at all."""
    draft = output.with_name(f"part-{output.name}")
    try:
        shutil.copyfile(made, draft)
        draft.replace(output)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{str(output)[:200]} cannot be written: {error.strerror}.") from error
