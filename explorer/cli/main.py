"""The parser of all commands, and their exit status."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from explorer.cli import (
    accuracy,
    analysis,
    build,
    cost,
    export,
    lesson,
    map,
    report,
    sweep,
    time,
    training,
    verify,
)
from explorer.cli.errors import report_bug, sentence
from explorer.cli.signals import exit_status, signals_interrupt
from resnext import __version__

# In the order of the help.
COMMANDS = (analysis, accuracy, verify, report, build, cost, time, training, sweep, map, export,
            lesson)  # fmt: skip
BUG = 70  # EX_SOFTWARE of sysexits.h
HELP = """\
See, compare and train ResNeXt networks.

examples:
  python -m explorer summary resnext50_32x4d                 parameters and MACs by stage
  python -m explorer summary my_model.keras --by layer       any functional Keras model
  python -m explorer compare resnext50_32x4d resnext101_32x4d
  python -m explorer accuracy                                published accuracies by recipe
  python -m explorer verify                                  our figures next to those of others
  python -m explorer report resnext50_32x4d -o report.html   one file: tables, map, sources
  python -m explorer search --macs 4.3G                      the largest networks in a budget
  python -m explorer time resnext50_32x4d                    milliseconds on this machine
  python -m explorer graph resnext50_32x4d -o network.svg
  python -m explorer map resnext50_32x4d -o resnext50.html   an interactive HTML page
  python -m explorer build resnext50_32x4d -o net.keras      a file that opens in any Keras 3
  python -m explorer code resnext50_32x4d --to torch         a self-contained PyTorch file
  python -m explorer export resnext50_32x4d -o resnext50.onnx
  python -m explorer train mini_resnext --data synthetic --epochs 2
  python -m explorer runs list
  python -m explorer sweep --grid cardinality=1,8,32 --at equal-macs --depth 29 --dry-run

Networks are named as in torchvision and timm: resnext{depth}_{C}x{d}d, such as resnext50_32x4d
or, for CIFAR, resnext29_8x64d; resnet50, mini_resnext, zoo50. For help on one command:
python -m explorer COMMAND --help.
"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in two lines, without the whole usage."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.split())[:400]
        self.exit(2, f"{self.prog}: {line}\nTry: {self.prog} --help\n")


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser; each command sets ``handler``, a function of the arguments.

    Args:
        command: That is going to be run, if it is known: those after it are left out, as making
            all of them takes longer than many a command.
    """
    parser = _Parser(
        prog="python -m explorer",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    for module in COMMANDS:
        module.add_commands(commands)
        if command in commands.choices:
            break
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Its exit status: 0; 1 if a run failed, or the output cannot be written; 2 for wrong input,
        with a line or two on stderr; 70 for a bug of ours, with the name of the file that holds
        its traceback; 130 after Ctrl-C, 143 and 129 after SIGTERM and SIGHUP.
    """
    _open_streams()
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = build_parser(*arguments[:1])
    try:
        with signals_interrupt():
            return _run(parser, arguments)
    except KeyboardInterrupt as interrupt:
        return exit_status(interrupt)
    except Exception as error:
        reason = _drop_output()
        if isinstance(error, BrokenPipeError):  # as after `| head`
            return 1
        if reason:
            print(f"{parser.prog}: the output cannot be written: {reason}.", file=sys.stderr)
            return 1
        words = sentence(error)
        print(f"{parser.prog}: {words or report_bug(error)}", file=sys.stderr)
        return 2 if words else BUG


def _run(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    try:
        parsed = parser.parse_args(arguments)
        if not hasattr(parsed, "handler"):
            parser.print_help()
            return 0
        return int(parsed.handler(parsed))
    finally:
        sys.stdout.flush()


def _open_streams() -> None:
    """Reopen standard streams that were closed at the start; writing to such a stdout fails."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # takes this number, so that no other file gets it later
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may lack a sign such as ×


def _drop_output() -> str:
    """Discard the rest of the output if it cannot be written; return why, or ""."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return str(getattr(error, "strerror", None) or error)
    return ""
