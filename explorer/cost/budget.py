"""Upper limits of what a network may cost, and how a person writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from resnext.errors import InputError

# By the word of the command: what is limited.
LIMITS: Mapping[str, str] = MappingProxyType(
    {"macs": "MACs", "params": "Parameters", "memory": "Peak memory", "ms": "Time"}
)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BYTES = {
    "": 1,
    **{f"{sign}b": size for sign, size in _UNITS.items()},
    **{f"{sign}ib": 1024**power for power, sign in enumerate(("", "k", "m", "g", "t")) if sign},
}
_TEXT = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)\s*([a-z]*)")


@dataclass(frozen=True)
class Budget:
    """Upper limits; None where there is none.

    Attributes:
        macs: In the counting convention's unit.
        params: Weights that training changes.
        memory: Bytes at the peak of the step.
        ms: Milliseconds of an image on this machine.
    """

    macs: int | None = None
    params: int | None = None
    memory: int | None = None
    ms: float | None = None

    @property
    def limits(self) -> dict[str, float]:
        """The limits that there are, in the order of `LIMITS`."""
        return {name: value for name in LIMITS if (value := getattr(self, name)) is not None}


def read_number(text: str) -> int:
    """``4.3G``, ``30M`` or ``25000`` as a number: k, M, G, T are powers of 1,000.

    Raises:
        InputError: The text is not written like this.
    """
    return _read(text, _UNITS, "a number such as 4.3G, 30M or 25000")


def read_bytes(text: str) -> int:
    """``2GiB``, ``800MB`` or ``1000000`` as bytes: KiB are 1,024, kB 1,000.

    Raises:
        InputError: The text is not written like this.
    """
    return _read(text, _BYTES, "a size such as 2GiB, 800MiB or 1.5GB")


def read_ms(text: str) -> float:
    """``50`` or ``12.5`` as milliseconds.

    Raises:
        InputError: The text is not written like this.
    """
    match = _TEXT.fullmatch(text.strip().lower().removesuffix("ms").strip())
    if match is None or match[2] or not float(match[1]):
        raise InputError(
            "A limit of time must be milliseconds above 0, such as 50 or 12.5. "
            f"Received {text[:40]!r}."
        )
    return float(match[1])


def _read(text: str, units: Mapping[str, int], rule: str) -> int:
    match = _TEXT.fullmatch(text.strip().lower())
    if match is None or match[2] not in units or not float(match[1]):
        raise InputError(f"A limit must be {rule}, and above 0. Received {text[:40]!r}.")
    whole, _, digits = match[1].partition(".")
    # In whole numbers, so that 4.3G is 4,300,000,000 exactly.
    size: int = int(whole + digits) * units[match[2]] // 10 ** len(digits)
    return size
