"""Questions about one block; the solver, the layers and the graph compute the answers."""

from __future__ import annotations

import random

from explorer.analysis.equal_cost import BUDGET, block_params, solve
from explorer.lesson.questions import Question, latex_number
from resnext import network
from resnext.graph import GraphTracer
from resnext.layers import BatchNormalization, Conv2D, Input

POINTS = ((1, 64), (2, 40), (4, 24), (8, 14), (16, 8), (32, 4), (64, 2))


def width_for_cardinality(rng: random.Random) -> Question:
    """Width at a cardinality and the paper's complexity."""
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
        f"A block on 256 channels has **C = {cardinality}** paths. Which width **d** brings the "
        f"weights of its convolutions nearest to {BUDGET:,}?",
        found.width,
        "channels per path",
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
        f"How many weights do the convolutions of a **{cardinality}x{width}d** block with 256 "
        "input and output channels have?",
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
    kernel = Conv2D("conv", channels, 3, groups=groups).weights(((1, 1, channels),))[0]
    return Question(
        "Weights of a grouped kernel",
        f"A grouped 3x3 convolution maps **{channels}** channels to **{channels}** channels, in "
        f"**{groups}** groups. How many weights does its kernel have?",
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
    """Ratio of dense to grouped weights."""
    groups = rng.choice((2, 4, 8, 16, 32))
    channels = groups * rng.choice((4, 8, 16))
    dense = Conv2D("conv", channels, 3).weights(((1, 1, channels),))[0].size
    grouped = Conv2D("conv", channels, 3, groups=groups).weights(((1, 1, channels),))[0].size
    return Question(
        "What sparsity saves",
        f"Written as one matrix, a 3x3 convolution of {channels} channels in **{groups}** groups "
        "is block-diagonal. How many times as many weights does the dense convolution have?",
        dense // grouped,
        "times as many",
        (
            rf"\frac{{{_product(3, 3, channels, channels)}}}"
            rf"{{{_product(3, 3, channels // groups, channels)}}}"
            rf" = \frac{{{latex_number(dense)}}}{{{latex_number(grouped)}}} = {dense // grouped}",
        ),
        "Step 3 of this page; figure 3c",
        {"groups": groups, "channels": channels},
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
        "Layers of form 3a",
        f"A block of **{cardinality}** paths is implemented as in figure 3a. How many convolution "
        "layers does it have?",
        answer,
        "convolutions",
        (
            r"\text{each path: } 1\times1,\ 3\times3,\ 1\times1",
            rf"3 \cdot {cardinality} = {answer}",
        ),
        "Figure 3a",
        {"cardinality": cardinality},
    )


def normalisation(rng: random.Random) -> Question:
    """Values that a batch normalisation keeps."""
    channels = rng.choice((64, 128, 256, 512, 1024, 2048))
    weights = BatchNormalization("bn").weights(((1, 1, channels),))
    answer = sum(weight.size for weight in weights)
    return Question(
        "Values of a normalisation",
        f"How many values does a batch normalisation of **{channels}** channels store, including "
        "its moving statistics?",
        answer,
        "values",
        (
            r"\gamma,\ \beta,\ \text{moving mean, moving variance: four per channel}",
            rf"4 \cdot {latex_number(channels)} = {latex_number(answer)}",
        ),
        "Section 4",
        {"channels": channels},
    )


def _product(*factors: int) -> str:
    return r" \cdot ".join(latex_number(factor) for factor in factors)
