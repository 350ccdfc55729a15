"""The kinds of questions. Each takes its answer from the solver, the layers or the graph."""

from __future__ import annotations

import random

from explorer.lesson.questions import Maker, Question, latex_number
from explorer.lesson.receptive import field_of, stage_ends
from explorer.lesson.width import BUDGET, block_params, solve
from resnext import ResNeXtSpec, network, trace
from resnext.graph import GraphTracer, Weight
from resnext.layers import BatchNormalization, Conv2D, Dense, Input

POINTS = ((1, 64), (2, 40), (4, 24), (8, 14), (16, 8), (32, 4), (64, 2))
PRESETS = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")


def _product(*factors: int) -> str:
    return r" \cdot ".join(latex_number(factor) for factor in factors)


def _kernel(layer: Conv2D | Dense, *shape: int) -> Weight:
    return layer.weights((shape,))[0]


def width_for_cardinality(rng: random.Random) -> Question:
    """Which width a cardinality leaves at the paper's complexity."""
    cardinality = rng.choice((1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64))
    found = solve(cardinality)
    near = [
        rf"d = {d}:\quad {cardinality}\,(256 \cdot {d} + 9 \cdot {d}^2 + 256 \cdot {d})"
        rf" = {latex_number(params)},\quad {latex_number(abs(params - BUDGET))}\ \text{{away}}"
        for d in range(max(1, found.width - 1), found.width + 2)
        for params in [block_params(cardinality, d)]
    ]
    return Question(
        "Width at a cardinality",
        f"A block on 256 channels has **C = {cardinality}** paths. Which width **d** brings its "
        f"weights nearest to {BUDGET:,}?",
        found.width,
        "channels a path",
        (*near, rf"d = {found.width}"),
        "Section 3.4, table 2",
        {"cardinality": cardinality},
    )


def weights_of_a_block(rng: random.Random) -> Question:
    """Weights of a block's three convolutions."""
    cardinality, width = rng.choice(POINTS)
    answer = block_params(cardinality, width)
    return Question(
        "Weights of a block",
        f"How many weights have the convolutions of a **{cardinality}x{width}d** block on 256 "
        "channels, in and out?",
        answer,
        "weights",
        (
            r"C\,(256\,d + 3 \cdot 3 \cdot d \cdot d + d \cdot 256)",
            rf"= {cardinality}\,(256 \cdot {width} + 9 \cdot {width}^2 + 256 \cdot {width})"
            rf" = {latex_number(answer)}",
        ),
        "Section 3.4",
        {"cardinality": cardinality, "width": width},
    )


def grouped_kernel(rng: random.Random) -> Question:
    """Weights of one grouped kernel."""
    groups, width = rng.choice(POINTS[1:])
    channels = groups * width * rng.choice((1, 2, 4, 8))
    kernel = _kernel(Conv2D("conv", channels, 3, groups=groups), 1, 1, channels)
    return Question(
        "Weights of a grouped kernel",
        f"A grouped 3x3 convolution takes **{channels}** channels to **{channels}**, in "
        f"**{groups}** groups. How many weights has its kernel?",
        kernel.size,
        "weights",
        (
            r"k \cdot k \cdot \tfrac{\text{channels in}}{\text{groups}} \cdot \text{channels out}",
            rf"= {_product(*kernel.shape)} = {latex_number(kernel.size)}",
        ),
        "Section 3.3, figure 3c",
        {"groups": groups, "channels": channels},
    )


def times_fewer(rng: random.Random) -> Question:
    """How many times fewer weights the block-diagonal kernel has."""
    groups = rng.choice((2, 4, 8, 16, 32))
    channels = groups * rng.choice((4, 8, 16))
    dense = _kernel(Conv2D("conv", channels, 3), 1, 1, channels).size
    grouped = _kernel(Conv2D("conv", channels, 3, groups=groups), 1, 1, channels).size
    return Question(
        "What sparsity saves",
        f"Seen as one matrix, a 3x3 convolution of {channels} channels in **{groups}** groups is "
        "block-diagonal. How many times fewer weights has it than the dense one?",
        dense // grouped,
        "times fewer",
        (
            rf"\frac{{{_product(3, 3, channels, channels)}}}"
            rf"{{{_product(3, 3, channels // groups, channels)}}}"
            rf" = \frac{{{latex_number(dense)}}}{{{latex_number(grouped)}}} = {dense // grouped}",
        ),
        "Step 3 of this page; figure 3c",
        {"groups": groups, "channels": channels},
    )


def stage_width(rng: random.Random) -> Question:
    """Channels of the grouped convolution in a later stage."""
    cardinality, width = rng.choice(((8, 64), (16, 64), (32, 4), (4, 24), (2, 40), (64, 4)))
    number = rng.randint(2, 3)
    spec = ResNeXtSpec(cardinality=cardinality, width=width)
    answer = spec.stages[number - 1].width
    return Question(
        "Width of a later stage",
        f"A ResNeXt is **{cardinality}x{width}d**. How many channels has the grouped convolution "
        f"in its stage **{number}** (the stage after the stem is 1)?",
        answer,
        "channels",
        (
            r"C \cdot d \cdot 2^{\,\text{stage} - 1}",
            rf"= {cardinality} \cdot {width} \cdot {2 ** (number - 1)} = {latex_number(answer)}",
        ),
        "Section 3.1, rule 2; table 1",
        {"cardinality": cardinality, "width": width, "stage": number},
    )


def feature_map(rng: random.Random) -> Question:
    """Rows of a stage's output."""
    side, number = rng.choice((160, 192, 224, 256, 288, 320)), rng.randint(1, 4)
    graph = trace(ResNeXtSpec(input_shape=(side, side, 3)))
    end = stage_ends(graph)[number]
    answer = graph[end].output_shape[0]
    strides = 4 * 2 ** (number - 1)
    return Question(
        "Size of a feature map",
        f"ResNeXt-50 gets an image of **{side}x{side}** pixels. How many rows has the output of "
        f"its stage **{number}**?",
        answer,
        "rows",
        (
            r"\text{stem: } 2 \cdot 2,\quad \text{each stage after the first: } 2",
            rf"{side} / {strides} = {answer}",
        ),
        "Table 1",
        {"side": side, "stage": number},
    )


def normalisation(rng: random.Random) -> Question:
    """Values that a batch normalisation keeps."""
    channels = rng.choice((64, 128, 256, 512, 1024, 2048))
    weights = BatchNormalization("bn").weights(((1, 1, channels),))
    answer = sum(weight.size for weight in weights)
    return Question(
        "Values of a normalisation",
        f"How many values does a batch normalisation of **{channels}** channels keep, moving "
        "statistics included?",
        answer,
        "values",
        (
            r"\gamma,\ \beta \text{ are trained; a mean and a variance are kept: four a channel}",
            rf"4 \cdot {latex_number(channels)} = {latex_number(answer)}",
        ),
        "Section 4",
        {"channels": channels},
    )


def depth_of(rng: random.Random) -> Question:
    """The depth in a network's name."""
    blocks = rng.choice(((2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3), (3, 24, 36, 3)))
    spec = ResNeXtSpec(blocks=blocks)
    return Question(
        "Depth from blocks",
        f"The stages have **{', '.join(map(str, blocks))}** blocks. Which depth is in the "
        "network's name?",
        spec.depth,
        "layers",
        (
            r"3 \text{ convolutions a block, the stem's and the classifier}",
            rf"3\,({' + '.join(map(str, blocks))}) + 2 = {spec.depth}",
        ),
        "Table 1",
        {f"stage{i}": n for i, n in enumerate(blocks, 1)},
    )


def receptive_field(rng: random.Random) -> Question:
    """Receptive field after a few blocks."""
    blocks = rng.randint(1, 6)
    spec = ResNeXtSpec(blocks=(blocks,), stem="cifar", input_shape=(32, 32, 3))
    graph = trace(spec)
    answer = field_of(graph, stage_ends(graph)[-1], 16, 16).size[0]
    return Question(
        "Receptive field",
        f"A 3x3 stem is followed by **{blocks}** {'block' if blocks == 1 else 'blocks'} at stride "
        "1. How many pixels wide is the receptive field?",
        answer,
        "pixels",
        (
            r"\text{each } 3\times3 \text{ at stride 1 adds 2; } 1\times1 \text{ adds nothing}",
            rf"1 + 2\,(1 + {blocks}) = {answer}",
        ),
        "Step 5 of this page",
        {"blocks": blocks},
    )


def layers_of_form(rng: random.Random) -> Question:
    """Convolutions of a block in the aggregated form."""
    cardinality = rng.choice((2, 4, 8, 16, 32))
    tracer = GraphTracer()
    x = tracer.add(Input("input", (14, 14, 256)), ())
    network.identity_block(x, 4 * cardinality, 256, cardinality, form="aggregated", name="block")
    graph = tracer.graph("block")
    answer = sum(node.kind == "Conv2D" for node in graph)
    return Question(
        "Layers of form a",
        f"A block of **{cardinality}** paths is written as in figure 3a. How many convolution "
        "layers has it?",
        answer,
        "convolutions",
        (
            r"\text{each path: } 1\times1,\ 3\times3,\ 1\times1",
            rf"3 \cdot {cardinality} = {answer}",
        ),
        "Figure 3a",
        {"cardinality": cardinality},
    )


def projection(rng: random.Random) -> Question:
    """Weights of a projection shortcut."""
    name, number = rng.choice(PRESETS), rng.randint(1, 4)
    graph = trace(ResNeXtSpec.from_name(name))
    node = graph[f"stage{number}/block1/shortcut/conv"]
    kernel = node.weights[0]
    return Question(
        "Weights of a projection",
        f"The first block of stage **{number}** of {name} takes {kernel.shape[2]} channels to "
        f"{kernel.shape[3]} on its shortcut. How many weights has that 1x1 convolution?",
        kernel.size,
        "weights",
        (rf"1 \cdot 1 \cdot {_product(*kernel.shape[2:])} = {latex_number(kernel.size)}",),
        "Section 4",
        {"channels": kernel.shape[2], "filters": kernel.shape[3]},
    )


def classifier(rng: random.Random) -> Question:
    """Parameters of the last layer."""
    classes = rng.choice((10, 37, 50, 100, 102, 200, 365, 1000))
    node = trace(ResNeXtSpec(classes=classes))["classifier/dense"]
    return Question(
        "Parameters of the classifier",
        f"ResNeXt-50 ends in 2048 averaged channels and **{classes}** classes. How many "
        "parameters has its dense layer, biases included?",
        node.params,
        "parameters",
        (rf"2048 \cdot {classes} + {classes} = {latex_number(node.params)}",),
        "Table 1",
        {"classes": classes},
    )


KINDS: dict[str, Maker] = {
    "Width at a cardinality": width_for_cardinality,
    "Weights of a block": weights_of_a_block,
    "Weights of a grouped kernel": grouped_kernel,
    "What sparsity saves": times_fewer,
    "Width of a later stage": stage_width,
    "Layers of form a": layers_of_form,
    "Size of a feature map": feature_map,
    "Depth from blocks": depth_of,
    "Receptive field": receptive_field,
    "Weights of a projection": projection,
    "Values of a normalisation": normalisation,
    "Parameters of the classifier": classifier,
}
