"""Rules for values; the error about a broken one states the rule and the value received."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from resnext.errors import InputError, SpecError

MAX_SIDE = 4096
MAX_CHANNELS = 65_536
MAX_CLASSES = 1_000_000
MAX_STAGES = 8
MAX_BLOCKS = 200
MAX_STRIDES = 8
MAX_LAYERS = 25_000


def one_of(
    value: Any, what: str, allowed: Iterable[Any], error: type[InputError] = InputError
) -> None:
    """Check that ``value`` is one of the allowed values of ``what``, such as "form"."""
    known = tuple(allowed)
    if value not in known:
        raise error(f"The {what} must be one of {', '.join(known)}. Received {value!r}.")


def whole_number(value: Any, what: str, most: int, least: int = 1) -> int:
    """The value as a plain int; ``what`` is its name in a sentence, such as "the cardinality".

    Raises:
        SpecError: It is not a whole number from ``least`` to ``most``; True and False are not.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise SpecError(
            f"{what[0].upper()}{what[1:]} must be a whole number from {least} to {most:,}. "
            f"Received {value!r}."
        )
    return number


def set_whole_number(spec: object, field: str, what: str, most: int) -> None:
    """Check a field of a frozen dataclass while it is being made, and keep it as a plain int."""
    object.__setattr__(spec, field, whole_number(getattr(spec, field), what, most))


def check_bool(spec: object, field: str) -> None:
    """Check that a field is True or False."""
    if not isinstance(value := getattr(spec, field), bool):
        raise SpecError(f"{field} must be True or False. Received {value!r}.")


def sequence(value: Any, what: str) -> Sequence[Any]:
    """The value, if it is a list or a tuple."""
    if isinstance(value, (list, tuple)):
        return value
    raise SpecError(f"{what} must be a list. Received {value!r}.")


def positive_ints(value: Any, what: str) -> tuple[int, ...]:
    """A list of positive whole numbers as a tuple of plain ints."""
    items = sequence(value, what)
    if any(isinstance(n, bool) or not hasattr(n, "__index__") or n < 1 for n in items):
        raise SpecError(f"{what} must be positive whole numbers. Received {value!r}.")
    return tuple(int(n) for n in items)
