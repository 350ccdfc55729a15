"""Questions with random numbers; the tables' own code computes the answers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from resnext.errors import InputError

_SEPARATOR = "[,_'\\s\u00a0\u202f]"
_WHOLE = re.compile(rf"[+-]?(\d{{1,18}}|\d{{1,3}}({_SEPARATOR}\d{{3}}){{1,5}})")


@dataclass(frozen=True)
class Question:
    """One question, its answer and the working.

    Attributes:
        topic: What it is about; `explorer.lesson.question_kinds.KINDS` has them all.
        prompt: The question, in Markdown.
        answer: A whole number.
        unit: What the answer counts.
        working: LaTeX lines that end in the answer.
        source: Section, table or figure of the paper, or step of this page.
        facts: The numbers in the prompt.
    """

    topic: str
    prompt: str
    answer: int
    unit: str
    working: tuple[str, ...]
    source: str
    facts: Mapping[str, int] = field(default_factory=dict)


Maker = Callable[[random.Random], Question]


def read_number(text: str) -> int:
    """A whole number as people write it: ``69632``, ``69,632``, ``69 632`` or ``69_632``.

    Raises:
        ValueError: It is not a whole number.
    """
    plain = text.strip()
    if not _WHOLE.fullmatch(plain):
        raise InputError(f"The answer must be a whole number, such as 69,632. Received {text!r}.")
    return int(re.sub(_SEPARATOR, "", plain))


def is_right(question: Question, text: str) -> bool:
    """Whether the typed text is the answer.

    Raises:
        ValueError: It is not a whole number.
    """
    return read_number(text) == question.answer


def latex_number(value: int) -> str:
    """A number for LaTeX, with thin spaces between thousands."""
    return f"{value:,}".replace(",", r"\,")
