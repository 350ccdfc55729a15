"""What the parsers of several commands have in common, and how their answers are printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from explorer.analysis.conventions import CONVENTIONS, DEFAULT
from explorer.analysis.formats import FORMATS, Answer


def add_command(
    commands: Any, name: str, words: str, text: str, handler: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """A command's parser.

    Args:
        commands: The main parser's commands.
        name: Its word.
        words: One line of the list of commands.
        text: Its help, as it is printed.
        handler: Runs it and returns its exit status.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=words,
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(handler=handler)
    return parser


def add_count_option(parser: argparse.ArgumentParser) -> None:
    """The counting convention."""
    parser.add_argument(
        "--count", choices=tuple(CONVENTIONS), default=DEFAULT, help="counting convention"
    )


def add_format_option(parser: argparse.ArgumentParser, formats: Iterable[str] = FORMATS) -> None:
    """The format of what is printed."""
    parser.add_argument("--format", choices=tuple(formats), default="table")


def add_output_option(
    parser: argparse.ArgumentParser, words: str | None = "file to write", *, required: bool = True
) -> None:
    """The file that is written."""
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=required, help=words)


def print_answer(answer: Answer, format: str) -> None:
    """Print an answer in one of `explorer.analysis.formats.FORMATS`."""
    print_text(FORMATS[format].write(answer))


def print_text(text: str) -> None:
    """Print a whole text, with one line break at its end."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
