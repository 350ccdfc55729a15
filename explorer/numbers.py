"""Numbers as a person reads them; one way of writing each throughout the program."""

from __future__ import annotations

from collections.abc import Sequence

UNKNOWN = "–"
_STEPS = ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"))
_BYTES = ((2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"))


def full(number: int | None) -> str:
    """25,097,128."""
    return UNKNOWN if number is None else f"{number:,}"


def signed(number: int | None) -> str:
    """+25,097,128, −1 or 0."""
    if number is None:
        return UNKNOWN
    return f"{number:+,}".replace("-", "−") if number else "0"


def short(number: float | None) -> str:
    """25.1 M: three digits that count, or four from 1,000 of the largest unit."""
    return UNKNOWN if number is None else _scaled(number, _STEPS)


def size(number: int | None) -> str:
    """95.7 MiB."""
    return UNKNOWN if number is None else _scaled(number, _BYTES, " B")


def shape(lengths: Sequence[int | None] | None) -> str:
    """56 × 56 × 64, written 56×56×64; a length that is not fixed is a question mark."""
    if lengths is None:
        return UNKNOWN
    return "×".join("?" if length is None else str(length) for length in lengths)


def percent(part: int | None, whole: int | None) -> str:
    """12.3 %."""
    return f"{100 * part / whole:.1f} %" if part is not None and whole else UNKNOWN


def _scaled(number: float, steps: tuple[tuple[float, str], ...], plain: str = "") -> str:
    for step, unit in steps:
        if abs(number) >= step:
            value = number / step
            digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
            return f"{value:,.{digits}f}{unit}"
    return f"{number:,}{plain}"
