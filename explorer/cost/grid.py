"""The networks that a search looks through: every combination of a few choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any, Self

from resnext import ResNeXtSpec, SpecError
from resnext.errors import InputError

# By the word of the command, each with what a search tries if nothing else is asked for. No
# resolution is the network's own: 224 pixels for ImageNet, 32 for CIFAR.
CHOICES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "depth": (26, 50, 101, 152),
        "cardinality": (1, 2, 4, 8, 16, 32, 64),
        "width": (4, 8, 16, 32, 64),
        "resolution": (),
    }
)
MOST_SPECS = 50_000
MOST_NUMBER = 100_000
FORMAT = "depth=26,50,101 cardinality=1,8,32 width=4,8 resolution=160,224"


def read_choices(parts: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Values by the word of the command, from parts such as ``depth=26,50``.

    Raises:
        InputError: A part is not written like this, or names what another has named.
    """
    choices: dict[str, tuple[int, ...]] = {}
    for part in parts:
        name, _, text = part.partition("=")
        if name not in CHOICES or not re.fullmatch(r"[0-9]{1,9}(,[0-9]{1,9}){0,999}", text):
            raise InputError(
                f"A grid is written like {FORMAT}, with whole numbers. Received {part[:80]!r}."
            )
        if name in choices:
            raise InputError(f"The grid can name {name} once. Received it twice.")
        choices[name] = tuple(int(number) for number in text.split(","))
    return choices


@dataclass(frozen=True)
class Grid:
    """Choices of which every combination is a network.

    Attributes:
        depth: As in names: 26, 50, 101, 152, 200 or 9n + 2.
        cardinality: Numbers of paths.
        width: Channels of a path in the first stage.
        resolution: Rows and columns of the image; none is the network's own.
        changes: Other fields of every spec, such as ``attention``.

    Raises:
        InputError: A choice is not a positive whole number, or the grid is empty or too large.
    """

    depth: tuple[int, ...] = CHOICES["depth"]
    cardinality: tuple[int, ...] = CHOICES["cardinality"]
    width: tuple[int, ...] = CHOICES["width"]
    resolution: tuple[int, ...] = CHOICES["resolution"]
    changes: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        for name in CHOICES:
            values = tuple(dict.fromkeys(getattr(self, name)))
            object.__setattr__(self, name, values)
            if not values and name != "resolution":
                raise InputError(f"The grid needs at least one {name}. Received none.")
            wrong = [value for value in values if not 1 <= value <= MOST_NUMBER]
            if wrong:
                raise InputError(
                    f"Each {name} of the grid must be from 1 to {MOST_NUMBER:,}. "
                    f"Received {wrong[0]}."
                )
        if len(self) > MOST_SPECS:
            raise InputError(
                f"A grid can have at most {MOST_SPECS:,} networks. Received {len(self):,}."
            )

    @classmethod
    def read(cls, parts: Sequence[str], changes: Mapping[str, Any] | None = None) -> Self:
        """From parts such as ``depth=26,50``; a choice that is left out has its usual values.

        Raises:
            InputError: A part is not written like this, or a rule of the grid is broken.
        """
        return cls(**read_choices(parts), changes=tuple((changes or {}).items()))

    def __len__(self) -> int:
        """Number of combinations."""
        rows = len(self.depth) * len(self.cardinality) * len(self.width)
        return rows * max(1, len(self.resolution))

    def specs(self) -> Iterator[ResNeXtSpec | SpecError]:
        """The network of each combination, or the rule that it breaks."""
        sides: tuple[int | None, ...] = self.resolution or (None,)
        for depth, cardinality, width in product(self.depth, self.cardinality, self.width):
            try:
                name = f"resnext{depth}_{cardinality}x{width}d"
                base = ResNeXtSpec.from_name(name, **dict(self.changes))
            except SpecError as error:
                yield from (error for _ in sides)
                continue
            for side in sides:
                try:
                    channels = base.input_shape[2]
                    yield (
                        base if side is None else base.replace(input_shape=(side, side, channels))
                    )
                except SpecError as error:
                    yield error
