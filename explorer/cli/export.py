"""The commands ``code`` and ``export``: a network as source code, and as an ONNX file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from explorer.cli.errors import UsageError, write_output
from explorer.cli.networks import SPEC_OPTIONS, add_network_options, spec_of
from explorer.cli.parsers import add_command, add_output_option
from explorer.export.code import TARGETS

CODE = """\
A network as one file that does not need this package. Without -o it is printed.

examples:
  python -m explorer code resnext50_32x4d --to torch -o resnext50.py
  python -m explorer code mini_resnext --to keras --form aggregated
  python -m explorer code seresnext50_32x4d --to timm

keras, torch: a file with build_model(), in any form. The layers of the Keras file have the names
of our own Keras model; the state dict of the PyTorch file in the grouped form has torchvision's
keys (timm's for squeeze and excitation). Both pad as the network says, so that the same weights
give the same output: class probabilities. For training, the PyTorch model has logits(x), too.

timm, torchvision: the call that makes this network up to its padding; exit status 2 where no call
does. They return logits.
"""

EXPORT = """\
A network with its weights as an ONNX file: opset 17, IR version 8. A name is built in Keras with
new weights of the seed; a .keras file made by this program, built or trained, keeps its own.

examples:
  python -m explorer export resnext50_32x4d -o resnext50.onnx
  python -m explorer export runs/ID/model.keras -o trained.onnx --fold
  python -m explorer export mini_resnext --form aggregated --seed 7 -o paths.onnx

Input "input": float32 images (batch, channels, height, width), channels first; Keras has them last.
Output "output": class probabilities (batch, classes). The batch size is free. Each node has the
name of the layer's place, such as stage2/block1/conv2. The file says what made it and its layouts
(metadata_props); python -m explorer summary FILE.onnx reads its nodes.
"""


def add_commands(commands: Any) -> None:
    """Add the commands to the main parser."""
    words = "the network as code for Keras or PyTorch"
    code = add_command(commands, "code", words, CODE, run_code)
    code.add_argument("name", metavar="NAME", help="a network's name, such as resnext50_32x4d")
    add_network_options(code)
    code.add_argument(
        "--to", choices=tuple(TARGETS), required=True, help="the library that the code is for"
    )
    add_output_option(code, required=False)

    export = add_command(commands, "export", "the network as an ONNX file", EXPORT, run_export)
    export.add_argument(
        "name", metavar="NAME|FILE", help="a network's name, or a .keras file made by this program"
    )
    add_network_options(export)
    add_output_option(export, "file to write, .onnx")
    export.add_argument(
        "--fold", action="store_true", help="fold batch norms into the convolutions"
    )
    export.add_argument(
        "--seed", type=int, metavar="N", help="random seed of a named network's weights (default 0)"
    )


def run_code(arguments: argparse.Namespace) -> int:
    """Print the code, or write it to a file."""
    from explorer.export.code import code

    text = code(spec_of(arguments.name, arguments), arguments.to)
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        write_output(arguments.output, text)
        print(f"Wrote {arguments.output} ({len(text.encode()):,} bytes).", file=sys.stderr)
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """Write the ONNX file.

    Raises:
        UsageError: The file's ending and the other arguments do not go together.
    """
    from explorer.export.job import start_export

    if arguments.output.suffix.lower() != ".onnx":
        raise UsageError(f"The file must end in .onnx. Received {str(arguments.output)!r}.")
    export = start_export(
        _source(arguments),
        form=arguments.form,
        folded=arguments.fold,
        seed=arguments.seed or 0,
    )
    try:
        result = export.wait()
        write_output(arguments.output, result.path.read_bytes())
    finally:
        export.close()
    print(f"Wrote {arguments.output} ({result.size:,} bytes).", file=sys.stderr)
    return 0


def _source(arguments: argparse.Namespace) -> Any:
    """The spec of a name, or the path of a file.

    Raises:
        UsageError: The file is of another kind, or options that change a named network are given
            for a file.
    """
    if not arguments.name.endswith(".keras"):
        if arguments.name.endswith(".onnx") or Path(arguments.name).is_file():
            raise UsageError(f"A file must be a .keras file. Received {arguments.name!r}.")
        return spec_of(arguments.name, arguments)
    changes = [option for option in (*SPEC_OPTIONS, "seed") if option != "form"]
    given = [f"--{o}" for o in changes if getattr(arguments, o, None) is not None]
    if given:
        raise UsageError(f"A .keras file is exported as it is: {given[0]} cannot change it.")
    return Path(arguments.name)
