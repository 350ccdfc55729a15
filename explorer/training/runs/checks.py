"""Types and ranges of the records in a run's files, checked once, where a file is read.

A dataclass says what a record holds: its annotations are the rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import lru_cache, partial
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

MOST = 10**12  # far more than steps, images or seconds of any run

# The loss of a network whose weights diverge is NaN or infinite.
Loss = Annotated[float, "any"]
ProcessId = Annotated[int, (1, 2**31)]
Seconds1970 = Annotated[float, (0, 2**32)]  # until the year 2106


def checked(record: Mapping[str, Any], cls: type, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the values in a record that are fields of a dataclass; others are ignored.

    Args:
        record: From a file.
        cls: The dataclass.
        without: Fields of it that are not read here.

    Raises:
        ValueError: A field without a default is missing, or a value has the wrong type or is out
            of range; the message states the rule and the value.
    """
    values = {}
    for name, (check, is_required) in _rules(cls, without).items():
        if name in record:
            try:
                values[name] = check(record[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        elif is_required:
            raise ValueError(f"{name} is missing")
    return values


@lru_cache
def _rules(cls: type, without: tuple[str, ...]) -> dict[str, tuple[Callable[[Any], Any], bool]]:
    """The check of each field, and whether the field must be there."""
    hints = get_type_hints(cls, include_extras=True)
    return {
        f.name: (_rule(hints[f.name]), f.default is MISSING)
        for f in fields(cls)
        if f.name not in without
    }


def _rule(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):  # of a rule and None
        rule = _rule(arguments[0])
        return lambda value: None if value is None else rule(value)
    if origin is tuple:
        rule = _rule(arguments[0])
        return lambda value: _list(value, rule)
    if hint is str:
        return _text
    if hint == Loss:
        return _loss
    kind, limits = arguments if origin is Annotated else (hint, (0 if hint is int else -MOST, MOST))
    return partial(_number, kind=kind, least=limits[0], most=limits[1])


def _number(value: Any, kind: type, least: float, most: float) -> Any:
    types = (int,) if kind is int else (int, float)
    if isinstance(value, bool) or not isinstance(value, types) or not least <= value <= most:
        what = "a whole number" if kind is int else "a number"
        raise ValueError(f"{what} from {least:,} to {most:,} is needed; found {_brief(value)}")
    return value


def _loss(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return value
    return _number(value, float, -MOST, MOST)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a text is needed; found {_brief(value)}")
    return value


def _list(value: Any, rule: Callable[[Any], Any]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ValueError(f"a list is needed; found {_brief(value)}")
    return tuple(rule(item) for item in value)


def _brief(value: Any) -> str:
    # Of a long value only the type.
    return repr(value)[:60] if isinstance(value, str | float) else type(value).__name__
