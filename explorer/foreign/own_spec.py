"""The spec of a network of ours that was read from a file, from its layers alone.

A file may have been saved again by plain Keras, or hold a network without a published name; its
layers' places and weights still say what it is.
"""

from __future__ import annotations

import re

from resnext import Graph, Node, ResNeXtSpec, SpecError, Stage, trace
from resnext.attention import ATTENTIONS
from resnext.errors import InputError

# A layer that marks each form; the first that is found decides.
_MARKS = (
    ("aggregated", "stage1/block1/path1/conv3"),
    ("concatenated", "stage1/block1/path1/conv1"),
    ("split", "stage1/block1/path1/conv2"),
)
_BLOCK = re.compile(r"stage(\d+)/block(\d+)/relu")


def spec_of_graph(graph: Graph) -> ResNeXtSpec:
    """The spec whose network this graph is.

    Args:
        graph: As `explorer.foreign.keras_graph` reads it.

    Raises:
        InputError: It is not one of our networks: layers or weights differ from every spec's.
    """
    try:
        spec = _guess(graph)
        stages = spec.stages
    except (LookupError, ValueError) as error:
        reason = str(error) if isinstance(error, SpecError) else ""
        raise _not_ours(graph, reason) from None
    if _weights(trace(spec)) != _weights(graph) or not stages:
        raise _not_ours(graph, f"Its layers are not those of {spec.name}.")
    return spec


def _not_ours(graph: Graph, reason: str) -> InputError:
    return InputError(
        f"The file must hold a network that this program built. Received {graph.name!r}. {reason}"
    )


def _weights(graph: Graph) -> dict[str, list[tuple[int, ...]]]:
    """Shapes of the weights by place."""
    return {node.name: [weight.shape for weight in node.weights] for node in graph if node.weights}


def _guess(graph: Graph) -> ResNeXtSpec:
    """What the spec must be if it is one of ours."""
    form = next((form for form, mark in _MARKS if mark in graph), "grouped")
    blocks: dict[int, int] = {}
    for node in graph:
        if match := _BLOCK.fullmatch(node.name):
            stage, block = int(match[1]), int(match[2])
            blocks[stage] = max(block, blocks.get(stage, 0))
    path = "path1/" if form != "grouped" else ""
    first = graph[f"stage1/block1/{path}conv2"].weights[0].shape
    paths = sum(
        re.fullmatch(r"stage1/block1/path\d+/conv2", node.name) is not None for node in graph
    )
    cardinality = paths or first[3] // first[2]
    stages = tuple(
        Stage(
            blocks[number],
            graph[f"stage{number}/block1/{path}conv2"].output_shape[-1] * max(paths, 1),
            graph[f"stage{number}/block1/relu"].output_shape[-1],
            _strides(graph[f"stage{number}/block1/{path}conv2"]),
            f"stage{number}/block1/shortcut/conv" in graph,
        )
        for number in sorted(blocks)
    )
    stem = graph["stem/conv"].weights[0].shape
    include_top = "classifier/dense" in graph
    shortcuts = [node for node in graph if node.name.endswith("/shortcut/conv")]
    spec = ResNeXtSpec(
        blocks=tuple(stage.blocks for stage in stages),
        cardinality=cardinality,
        width=max(1, stages[0].width // cardinality),
        input_shape=graph.input_shape,  # type: ignore[arg-type]
        classes=graph["classifier/dense"].output_shape[-1] if include_top else 1000,
        stem="imagenet" if stem[0] == 7 else "cifar" if "stem/bn" in graph else "mini",
        form=form,
        shortcut_bias=any(len(node.weights) > 1 for node in shortcuts),
        include_top=include_top,
        head="flatten" if "classifier/flatten" in graph else "average",
        attention=next(
            (name for name in ATTENTIONS if any(f"/block1/{name}/" in node.name for node in graph)),
            "none",
        ),
    )
    spec = spec if spec.stages == stages else spec.replace(groups=stages)
    return spec.replace(padding="symmetric") if _is_symmetric(graph, spec) else spec


def _is_symmetric(graph: Graph, spec: ResNeXtSpec) -> bool:
    """Whether windows are padded otherwise than "same" pads them; in Keras by layers of zeros."""
    return any(node.kind == "ZeroPadding2D" for node in graph) or any(
        graph[node.name].pads != node.pads for node in trace(spec) if node.name in graph
    )


def _strides(node: Node) -> int:
    return node.layer.window[1][0]
