"""From the arguments of a command to a network."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.analysis.report import graph_of
from explorer.cli.errors import UsageError
from resnext import FORMS, ResNeXtSpec, SpecError
from resnext.layer import PADDINGS
from resnext.names import blocks_of_depth

NAME_HELP = "a network's name, such as resnext50_32x4d, or a .keras or .onnx file"
FILES = (".keras", ".onnx")
SPEC_OPTIONS = ("blocks", "cardinality", "width", "input", "classes", "form", "padding")


def add_network_options(
    parser: argparse.ArgumentParser, only: tuple[str, ...] = SPEC_OPTIONS
) -> None:
    """Options that change a named network."""
    options: dict[str, dict[str, Any]] = {
        "blocks": {
            "type": _whole_numbers(",", "3,4,6,3"),
            "metavar": "3,4,6,3",
            "help": "blocks per stage",
        },
        "cardinality": {
            "type": _whole_number,
            "metavar": "C",
            "help": "number of paths in a block",
        },
        "width": {
            "type": _whole_number,
            "metavar": "D",
            "help": "channels of one path in the first stage",
        },
        "input": {
            "type": _whole_numbers("x", "224x224x3"),
            "metavar": "224x224x3",
            "help": "height x width x channels",
        },
        "classes": {"type": _whole_number, "metavar": "N", "help": "number of classes"},
        "form": {"choices": FORMS, "help": "implementation of the paths"},
        "padding": {
            "choices": PADDINGS,
            "help": "same, as Keras pads (the default), or symmetric, as torchvision does",
        },
    }
    group = parser.add_argument_group("changes to the network")
    for name in only:
        group.add_argument(f"--{name}", **options[name])


def spec_of(name: str, arguments: argparse.Namespace) -> ResNeXtSpec:
    """The named network with the changes that were asked for.

    Raises:
        SpecError: No network has this name, or a rule is broken.
        UsageError: An option cannot change this network.
    """
    given = {
        option: value
        for option in SPEC_OPTIONS
        if (value := getattr(arguments, option, None)) is not None
    }
    changes: dict[str, Any] = {("input_shape" if k == "input" else k): v for k, v in given.items()}
    if "input_shape" in changes and len(changes["input_shape"]) == 2:
        changes["input_shape"] = (*changes["input_shape"], 3)
    spec = ResNeXtSpec.from_name(name, **changes)
    for option in ("blocks", "width"):
        if option in changes and getattr(spec, option) != changes[option]:
            raise UsageError(f"{name} has fixed stages: --{option} cannot change them.")
    if len(changes.get("blocks", ())) == 1 and (depth := blocks_of_depth(spec.blocks[0])):
        print(
            f"Note: --blocks {spec.blocks[0]} is one stage of {spec.blocks[0]} blocks. A depth of "
            f"{spec.blocks[0]} layers is --blocks {','.join(map(str, depth))}.",
            file=sys.stderr,
        )
    return spec


def source_of(name: str, arguments: argparse.Namespace) -> Any:
    """What `explorer.analysis.report.analyse` takes: a spec, or a file's graph.

    Raises:
        UsageError: Options that change a network are given for a file, or an existing file is
            not one of `FILES`.
    """
    if not name.endswith(FILES):
        try:
            return spec_of(name, arguments)
        except SpecError:
            if Path(name).is_file():
                raise UsageError(
                    f"A file must be a .keras or .onnx file. Received {name!r}."
                ) from None
            raise
    given = [f"--{option}" for option in SPEC_OPTIONS if getattr(arguments, option, None)]
    if given:
        ending = Path(name).suffix
        raise UsageError(f"A {ending} file is read as it is: {given[0]} cannot change it.")
    return graph_of(name)


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,100}", text):
        raise argparse.ArgumentTypeError(
            f"must be a whole number of at most 100 digits. Received {text[:80]!r}"
        )
    return int(text)


def _whole_numbers(sign: str, example: str) -> Callable[[str], tuple[int, ...]]:
    def numbers(text: str) -> tuple[int, ...]:
        if not re.fullmatch(rf"[0-9]{{1,100}}({sign}[0-9]{{1,100}}){{0,99}}", text):
            raise argparse.ArgumentTypeError(
                f"must be whole numbers such as {example}. Received {text[:80]!r}"
            )
        return tuple(int(part) for part in text.split(sign))

    return numbers
