"""The questions: right by another road, new each time, and answers read as people write."""

import pytest

from explorer.lesson.question_kinds import ask, topics
from explorer.lesson.questions import is_right, read_number

# What each answer must be, worked out from the numbers in the prompt alone.
BY_HAND = {
    "Width at a cardinality": lambda cardinality: min(
        range(1, 200), key=lambda d: abs(cardinality * (512 * d + 9 * d * d) - 69_632)
    ),
    "Weights of a block": lambda cardinality, width: cardinality * width * (512 + 9 * width),
    "Weights of a grouped kernel": lambda groups, channels: 9 * channels**2 // groups,
    "What sparsity saves": lambda groups, channels: groups,
    "Width of a later stage": lambda cardinality, width, stage: cardinality * width << (stage - 1),
    "Layers of form 3a": lambda cardinality: 3 * cardinality,
    "Size of a feature map": lambda side, stage: side // (2 << stage),
    "Depth from blocks": lambda **stages: 3 * sum(stages.values()) + 2,
    "Receptive field": lambda blocks: 3 + 2 * blocks,
    "Weights of a projection": lambda channels, filters: channels * filters,
    "Values of a normalisation": lambda channels: 4 * channels,
    "Parameters of the classifier": lambda classes: 2049 * classes,
}


def test_there_are_a_dozen():
    assert len(topics()) == 12
    assert set(topics()) == set(BY_HAND)


@pytest.mark.parametrize("topic", topics())
def test_answers_are_right_and_shown(topic):
    for seed in range(30):
        question = ask(topic, seed)
        assert question.answer == BY_HAND[topic](**question.facts), question.prompt
        assert question.topic == topic
        spaced = f"{question.answer:,}".replace(",", r"\,")
        last = question.working[-1]
        assert last.endswith((spaced, str(question.answer))) or "{away}" in last
        assert is_right(question, f"{question.answer:,}")
        assert not is_right(question, str(question.answer + 1))


@pytest.mark.parametrize("topic", topics())
def test_numbers_change_with_the_seed_and_only_with_it(topic):
    assert ask(topic, 7) == ask(topic, 7)
    assert len({ask(topic, seed).prompt for seed in range(20)}) > 3


@pytest.mark.parametrize(
    ("text", "number"),
    [("69632", 69632), (" 69,632 ", 69632), ("69 632", 69632), ("1_000_000", 10**6), ("-4", -4)],
)
def test_numbers_as_people_write_them(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "four", "1,2", "3.5", "1e3", "12,3456", "9" * 40])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="must be a whole number"):
        read_number(text)


def test_unknown_topics_are_refused():
    with pytest.raises(ValueError, match="topic must be one of"):
        ask("History", 1)
