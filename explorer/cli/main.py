"""The parser of all commands, and how a command ends."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from explorer.cli import analysis, training
from explorer.cli.errors import UsageError
from resnext import __version__

HELP = """\
See, compare and train ResNeXt networks.

examples:
  python -m explorer summary resnext50_32x4d                 parameters and MACs by stage
  python -m explorer summary my_model.keras --by layer       any functional Keras model
  python -m explorer compare resnext50_32x4d resnext101_32x4d
  python -m explorer graph resnext50_32x4d -o network.svg
  python -m explorer map resnext50_32x4d -o resnext50.html   a page to walk through
  python -m explorer train mini_resnext --data synthetic --epochs 2
  python -m explorer runs list

Networks are named as in torchvision and timm: resnext{depth}_{C}x{d}d, such as resnext50_32x4d
or, for CIFAR, resnext29_8x64d; resnet50, mini_resnext, zoo50. Each command explains itself:
python -m explorer COMMAND --help.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in two lines, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.split())[:400]
        self.exit(2, f"{self.prog}: {line}\nTry: {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser; each command sets ``handler``, a function of the arguments."""
    from explorer.lesson.cli import add_commands as add_lesson
    from explorer.map.cli import add_commands as add_map

    parser = _Parser(
        prog="python -m explorer",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    analysis.add_commands(commands)
    training.add_commands(commands)
    add_map(commands)
    add_lesson(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Its exit status: 0; 1 if a run failed; 2 for wrong input, told on stderr in a line or
        two; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may lack a sign such as ×
    parser = build_parser()
    parsed = parser.parse_args(arguments)
    if not hasattr(parsed, "handler"):
        parser.print_help()
        return 0
    try:
        status = int(parsed.handler(parsed))
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
        return 1
    except KeyboardInterrupt:
        return 130
    except _wrong_input() as error:
        print(f"{parser.prog}: {_sentence(error)}", file=sys.stderr)
        return 2
    return status


def _wrong_input() -> tuple[type[BaseException], ...]:
    """What stands for a mistake in the input, or a part of the machine that is missing."""
    from explorer.dot import GraphvizFailed, GraphvizMissing
    from explorer.lesson.process import ProcessError
    from explorer.training import TrainingError

    return (
        UsageError,
        ValueError,  # SpecError, KerasConfigError, RecipeError
        OSError,
        GraphvizMissing,
        GraphvizFailed,
        ProcessError,
        TrainingError,
    )


def _sentence(error: BaseException) -> str:
    """The error in one line."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.strerror}: {str(error.filename)[:200]}"
    return " ".join(str(error).split())[:600] or type(error).__name__


def _close_stdout() -> None:
    """Whoever read the output is gone: end without the interpreter's complaint."""
    with contextlib.suppress(OSError, ValueError):
        devnull: Any = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
