"""The kinds of questions; each draws its numbers from a seed."""

from __future__ import annotations

import random

from explorer.lesson import block_questions, network_questions
from explorer.lesson.questions import Maker, Question
from resnext.errors import InputError

KINDS: dict[str, Maker] = {
    "Width at a cardinality": block_questions.width_for_cardinality,
    "Weights of a block": block_questions.weights_of_a_block,
    "Weights of a grouped kernel": block_questions.grouped_kernel,
    "What sparsity saves": block_questions.times_fewer,
    "Width of a later stage": network_questions.stage_width,
    "Layers of form 3a": block_questions.layers_of_form,
    "Size of a feature map": network_questions.feature_map,
    "Depth from blocks": network_questions.depth_of,
    "Receptive field": network_questions.receptive_field,
    "Weights of a projection": network_questions.projection,
    "Values of a normalisation": block_questions.normalisation,
    "Parameters of the classifier": network_questions.classifier,
}


def topics() -> tuple[str, ...]:
    """All topics, in the order of the lesson."""
    return tuple(KINDS)


def ask(topic: str, seed: int) -> Question:
    """The question of a topic with the numbers that a seed gives.

    Raises:
        ValueError: There is no such topic.
    """
    if topic not in KINDS:
        raise InputError(f"The topic must be one of {', '.join(KINDS)}. Received {topic!r}.")
    return KINDS[topic](random.Random(f"{topic}/{seed}"))
