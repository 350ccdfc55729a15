"""Questions about a whole network; its spec and its graph compute the answers."""

from __future__ import annotations

import random

from explorer.lesson.questions import Question, latex_number
from explorer.lesson.receptive import field_of, stage_ends
from resnext import ResNeXtSpec, trace

PRESETS = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d")


def stage_width(rng: random.Random) -> Question:
    """Channels of the grouped convolution in a later stage."""
    cardinality, width = rng.choice(((8, 64), (16, 64), (32, 4), (4, 24), (2, 40), (64, 4)))
    number = rng.randint(2, 3)
    spec = ResNeXtSpec(cardinality=cardinality, width=width)
    answer = spec.stages[number - 1].width
    return Question(
        "Width of a later stage",
        f"How many channels does the grouped convolution in stage **{number}** of a ResNeXt "
        f"**{cardinality}x{width}d** have? (Stage 1 follows the stem.)",
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
        f"The input of ResNeXt-50 is an image of **{side}x{side}** pixels. How many rows does the "
        f"output of its stage **{number}** have?",
        answer,
        "rows",
        (
            r"\text{stem: } 2 \cdot 2,\quad \text{each stage after the first: } 2",
            rf"{side} / {strides} = {answer}",
        ),
        "Table 1",
        {"side": side, "stage": number},
    )


def depth_of(rng: random.Random) -> Question:
    """The depth in a network's name."""
    blocks = rng.choice(((2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3), (3, 24, 36, 3)))
    spec = ResNeXtSpec(blocks=blocks)
    return Question(
        "Depth from blocks",
        f"The stages of a ResNeXt have **{', '.join(map(str, blocks))}** blocks. What is the depth "
        "in its name?",
        spec.depth,
        "layers",
        (
            r"3 \text{ convolutions per block, one in the stem, and the classifier}",
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


def projection(rng: random.Random) -> Question:
    """Weights of a projection shortcut."""
    name, number = rng.choice(PRESETS), rng.randint(1, 4)
    graph = trace(ResNeXtSpec.from_name(name))
    node = graph[f"stage{number}/block1/shortcut/conv"]
    kernel = node.weights[0]
    return Question(
        "Weights of a projection",
        f"The shortcut of the first block in stage **{number}** of {name} maps {kernel.shape[2]} "
        f"channels to {kernel.shape[3]}. How many weights does its 1x1 convolution have?",
        kernel.size,
        "weights",
        (
            rf"1 \cdot 1 \cdot {latex_number(kernel.shape[2])} \cdot "
            rf"{latex_number(kernel.shape[3])} = {latex_number(kernel.size)}",
        ),
        "Section 4",
        {"channels": kernel.shape[2], "filters": kernel.shape[3]},
    )


def classifier(rng: random.Random) -> Question:
    """Parameters of the last layer."""
    classes = rng.choice((10, 37, 50, 100, 102, 200, 365, 1000))
    node = trace(ResNeXtSpec(classes=classes))["classifier/dense"]
    return Question(
        "Parameters of the classifier",
        f"The classifier of ResNeXt-50 maps 2048 averaged channels to **{classes}** classes. How "
        "many parameters does its dense layer have, including biases?",
        node.params,
        "parameters",
        (rf"2048 \cdot {classes} + {classes} = {latex_number(node.params)}",),
        "Table 1",
        {"classes": classes},
    )
