"""Questions with new numbers each time, answered by the code that fills the tables."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

_SEPARATOR = "[,_'\\s\u00a0\u202f]"
_WHOLE = re.compile(rf"[+-]?(\d{{1,18}}|\d{{1,3}}({_SEPARATOR}\d{{3}}){{1,5}})")


@dataclass(frozen=True)
class Question:
    """One question, its answer and how one gets there.

    Attributes:
        topic: What it is about; `explorer.lesson.question_kinds.KINDS` has them all.
        prompt: The question, in Markdown.
        answer: A whole number.
        unit: What the answer counts.
        working: LaTeX lines that end in the answer.
        source: Where it is said: a section, table or figure of the paper, or of this page.
        facts: The numbers that the prompt names.
    """

    topic: str
    prompt: str
    answer: int
    unit: str
    working: tuple[str, ...]
    source: str
    facts: Mapping[str, int] = field(default_factory=dict)


class Maker(Protocol):
    """Makes one kind of question."""

    def __call__(self, rng: random.Random) -> Question: ...


def topics() -> tuple[str, ...]:
    """All topics, in the order of the lesson."""
    from explorer.lesson.question_kinds import KINDS

    return tuple(KINDS)


def ask(topic: str, seed: int) -> Question:
    """The question of a topic with the numbers that a seed gives.

    Raises:
        ValueError: There is no such topic.
    """
    from explorer.lesson.question_kinds import KINDS

    if topic not in KINDS:
        raise ValueError(f"The topic must be one of {', '.join(KINDS)}. Received {topic!r}.")
    return KINDS[topic](random.Random(f"{topic}/{seed}"))


def read_number(text: str) -> int:
    """A whole number as people write it: ``69632``, ``69,632``, ``69 632`` or ``69_632``.

    Raises:
        ValueError: It is not one.
    """
    plain = text.strip()
    if not _WHOLE.fullmatch(plain):
        raise ValueError(f"The answer must be a whole number, such as 69,632. Received {text!r}.")
    return int(re.sub(_SEPARATOR, "", plain))


def is_right(question: Question, text: str) -> bool:
    """Whether what a person typed is the answer.

    Raises:
        ValueError: It is not a whole number.
    """
    return read_number(text) == question.answer


def latex_number(value: int) -> str:
    """A number for LaTeX, with thin spaces between thousands."""
    return f"{value:,}".replace(",", r"\,")
