"""Numbers as a person reads them; one way of writing each throughout the program."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "–"
_STEPS = ((1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"))
_BYTES = ((2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"))


def full(number: int | None) -> str:
    """25,097,128."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int, thing: str) -> str:
    """1 run, 2 runs or 1,000 runs."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def signed(number: int | None) -> str:
    """+25,097,128, −1 or 0."""
    if number is None:
        return UNKNOWN
    return f"{number:+,}".replace("-", "−") if number else "0"


def short(number: float | None) -> str:
    """25.1 M: three digits that count, or four from 1,000 of the largest unit."""
    return UNKNOWN if number is None else _scaled(number, _STEPS)


def rate(number: float) -> str:
    """6,356 or, below a hundred, 67.2: images a second."""
    return f"{number:,.0f}" if number >= 99.95 else f"{number:.1f}"


def size(number: int | None) -> str:
    """95.7 MiB."""
    return UNKNOWN if number is None else _scaled(number, _BYTES, " B")


def shape(lengths: Sequence[int | None] | None) -> str:
    """56 × 56 × 64, written 56×56×64; a length that is not fixed is a question mark."""
    if lengths is None:
        return UNKNOWN
    return "×".join("?" if length is None else str(length) for length in lengths)


def percent(part: float | None, whole: float | None = 1, digits: int = 1) -> str:
    """12.3 %."""
    return f"{100 * part / whole:.{digits}f} %" if part is not None and whole else UNKNOWN


def changed(percent: float, words: tuple[str, str]) -> str:
    """88 % more, 2.8 % fewer, or same."""
    if not percent:
        return "same"
    size = abs(percent)
    text = f"{size:,.0f}" if size >= 9.95 else f"{size:.1f}" if size >= 0.05 else "under 0.1"
    return f"{text} % {words[percent < 0]}"


def duration(seconds: float) -> str:
    """3 s, 2 min 5 s, 1 h 4 min or 2 h."""
    whole = max(0, round(seconds))
    large, unit, small, rest = (
        (whole // 3600, "h", whole % 3600 // 60, "min")
        if whole >= 3600
        else (whole // 60, "min", whole % 60, "s")
    )
    parts = [f"{large} {unit}" if large else "", f"{small} {rest}" if small or not large else ""]
    return " ".join(filter(None, parts))


def clock(seconds: float) -> str:
    """``75`` as ``1:15``, ``3700`` as ``1:01:40``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _scaled(number: float, steps: tuple[tuple[float, str], ...], plain: str = "") -> str:
    for (step, unit), (below, _) in zip(steps, (*steps[1:], (1, ""))):
        # What rounds up to the next unit, or to a digit more, is written with that.
        if _rounded(abs(number), below) * Decimal(below) >= step:
            digits = next(
                d for d in (2, 1, 0) if not d or _rounded(abs(number), step, d) < 10 ** (3 - d)
            )
            return f"{_rounded(number, step, digits):,.{digits}f}{unit}"
    return f"{number:,}{plain}"


def _rounded(number: float, step: float, digits: int = 0) -> Decimal:
    """In steps, exactly, halves away from zero as JavaScript writes them."""
    return (Decimal(number) / Decimal(step)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
