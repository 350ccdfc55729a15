"""A network as source code: a Keras file, a PyTorch file, or one call of timm or torchvision."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from explorer.analysis.report import analyse
from explorer.export.calls import timm_call, torchvision_call
from explorer.formatting import numbers
from resnext import Graph, ResNeXtSpec, Shape, __version__, trace
from resnext.checks import one_of
from resnext.errors import InputError

LINE = 88  # the default of Black and ruff

_FORMS = {
    "grouped": "its paths as one grouped convolution",
    "split": "its paths as slices of the channels",
    "concatenated": "its paths separate up to their concatenation",
    "aggregated": "its paths separate up to their sum",
}
_BLOCKS = {
    "grouped": "Split, transform, merge, as one grouped convolution (figure 3c).",
    "split": "Split the channels, convolve each part, concatenate, merge.",
    "concatenated": "Paths that are concatenated before the last convolution (figure 3b).",
    "aggregated": "Separate paths, whose sum is normalised and added (figure 3a).",
}
_BOTTLENECK = "Transform and add the shortcut: a bottleneck, which is a single path."
_PADDING = {
    "same": 'Windows are padded as TensorFlow\'s "same" does.',
    "symmetric": "Windows are padded with equal zeros on both sides, as in torchvision.",
}


def keras_code(spec: ResNeXtSpec) -> str:
    """A Keras file whose ``build_model()`` makes the network.

    Its layers have the names of our own Keras model.
    """
    return _render("keras.py.jinja", spec, "Keras 3", "")


def torch_code(spec: ResNeXtSpec) -> str:
    """A PyTorch file whose ``build_model()`` makes the network.

    Keys of its state dict are those of `explorer.export.torch_weights.torch_keys`: in the grouped
    form torchvision's, with timm's for squeeze and excitation.
    """
    keys = ""
    if _form(spec) == "grouped":
        keys = f"The state dict has {'timm' if spec.attention == 'se' else 'torchvision'}'s keys."
    return _render("torch.py.jinja", spec, "PyTorch", keys)


# What code can be written for: the name of the choice, and who writes it.
TARGETS: Mapping[str, Callable[[ResNeXtSpec], str]] = MappingProxyType(
    {
        "keras": keras_code,
        "torch": torch_code,
        "timm": timm_call,
        "torchvision": torchvision_call,
    }
)
# The attentions that the templates know; see `resnext.attention`.
WRITTEN = ("none", "se")
TITLES = {"keras": "Keras", "torch": "PyTorch", "timm": "timm", "torchvision": "torchvision"}


def code(spec: ResNeXtSpec, target: str) -> str:
    """The network as source code, which ends with a line break.

    Args:
        spec: The network.
        target: One of `TARGETS`.

    Raises:
        InputError: There is no such target, or no call of the library makes this network, or its
            attention cannot be written.
    """
    one_of(target, "target", tuple(TARGETS), InputError)
    return TARGETS[target](spec)


def _form(spec: ResNeXtSpec) -> str:
    """The form in which it is written: with one path there is only one."""
    return "grouped" if spec.cardinality == 1 else spec.form


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("explorer.export"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Python, not HTML
    )
    environment.filters["noted"] = _noted
    return environment


def _noted(line: str, comment: str) -> str:
    """A line with a comment, if both fit."""
    whole = f"{line}  # {comment}"
    return whole if len(whole) <= LINE else line


def _render(template: str, spec: ResNeXtSpec, framework: str, note: str) -> str:
    one_of(spec.attention, "attention of a network that is written as code", WRITTEN, InputError)
    return _environment().get_template(template).render(_values(spec, framework, note))


def _values(spec: ResNeXtSpec, framework: str, note: str) -> dict[str, Any]:
    """What the templates read."""
    graph = trace(spec)
    stem = [node.output_shape for node in graph if node.name in ("stem/relu", "stem/pool")]
    form = _form(spec)
    outputs = [graph[f"stage{i}/block{s.blocks}/relu"] for i, s in enumerate(spec.stages, 1)]
    last = outputs[-1].output_shape
    strided = any(max(node.layer.window[0]) > 1 and max(node.layer.window[1]) > 1 for node in graph)
    symmetric = spec.padding == "symmetric"
    return {
        "docstring": _docstring(spec, graph, framework, note),
        "name": spec.name.replace(":", "-"),  # TensorFlow takes no colon in a name
        "form": form,
        "stem": spec.stem,
        "head": spec.head,
        "attention": spec.attention,
        "shortcut_bias": spec.shortcut_bias,
        "biased": spec.shortcut_bias or spec.stem == "mini" or spec.attention == "se",
        "include_top": spec.include_top,
        "input_shape": spec.input_shape,
        "channels": spec.input_shape[2],
        "classes": spec.classes,
        "cardinality": spec.cardinality,
        # Where the framework's own layers do not pad as the spec says.
        "pads": strided and symmetric == framework.startswith("Keras"),
        "unprojected": not all(stage.projection for stage in spec.stages),
        "block_line": _BLOCKS[form] if spec.cardinality > 1 else _BOTTLENECK,
        "stem_shapes": [_plain(shape) for shape in stem],
        "torch_stem_shapes": [_channels_first(shape) for shape in stem],
        "torch_shapes": [_channels_first(node.output_shape) for node in outputs],
        "stages": _stages(spec, [node.output_shape for node in outputs], stem[-1][-1]),
        "features": last[-1] if spec.head == "average" else last[0] * last[1] * last[2],
    }


def _stages(spec: ResNeXtSpec, shapes: list[Shape], channels: int) -> list[dict[str, str]]:
    """For each stage the line that makes it, and the shape of its output."""
    lines = []
    for number, (stage, shape) in enumerate(zip(spec.stages, shapes), start=1):
        more = f", strides={stage.strides}" if stage.strides != 1 else ""
        more += "" if stage.projection else ", projects=False"
        blocks = f"blocks={stage.blocks}"
        keras = f"{blocks}, width={stage.width}, filters={stage.filters}{more}"
        torch = f"{channels}, {stage.width}, {stage.filters}, {blocks}{more}"
        lines.append(
            {
                "keras": f'    x = stage(x, "stage{number}", {keras})',
                "torch": f"self.layer{number} = stage({torch})",
                "shape": _plain(shape),
                "torch_shape": _channels_first(shape),
            }
        )
        channels = stage.filters
    return lines


def _plain(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _channels_first(shape: Shape) -> str:
    height, width, channels = shape
    return f"(n, {channels}, {height}, {width})"


def _blocks_of(spec: ResNeXtSpec) -> str:
    """Which papers describe the blocks."""
    paper = '"Aggregated Residual Transformations for Deep Neural Networks", arXiv 1611.05431'
    if spec.cardinality == 1:
        paper = '"Deep Residual Learning for Image Recognition", arXiv 1512.03385'
    gates = ', with the gates of "Squeeze-and-Excitation Networks", arXiv 1709.01507'
    return f"Its blocks are those of {paper}{gates if spec.attention == 'se' else ''}."


def _docstring(spec: ResNeXtSpec, graph: Graph, framework: str, note: str) -> str:
    totals = analyse(graph).totals
    image = _plain(spec.input_shape)
    how = f", {_FORMS[_form(spec)]}" if spec.cardinality > 1 else ""
    paragraphs = (
        f"{spec.name} in {framework}{how}.",
        f"{_blocks_of(spec)} {numbers.full(totals.params)} trainable parameters; "
        f"{numbers.full(totals.macs)} multiply-adds for an image of {image}. "
        f"{_PADDING[spec.padding]} {note}",
        f"Written by ResNeXt explorer {__version__}.",
    )
    wrapped = (textwrap.fill(text.strip(), LINE - 4, break_on_hyphens=False) for text in paragraphs)
    return "\n\n".join(wrapped)
