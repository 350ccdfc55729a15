"""One stage of a network, from its own fields or from a group as the Keras zoo writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from resnext.checks import (
    MAX_BLOCKS,
    MAX_CHANNELS,
    MAX_STRIDES,
    check_bool,
    set_whole_number,
    whole_number,
)
from resnext.errors import SpecError

_GROUP = ("filters_in", "filters_out", "n_blocks", "strides")


@dataclass(frozen=True)
class Stage:
    """A row of blocks of one shape: the zoo's "group".

    Attributes:
        blocks: Number of blocks, the projection block included.
        width: Channels of the grouped convolution, over all paths: C x d.
        filters: Channels of the output.
        strides: Of the first block.
        projection: Whether the first block's shortcut is a 1x1 convolution.

    Raises:
        SpecError: A rule is broken.
    """

    blocks: int
    width: int
    filters: int
    strides: int = 1
    projection: bool = True

    def __post_init__(self) -> None:
        set_whole_number(self, "blocks", "the number of blocks in a stage", MAX_BLOCKS)
        set_whole_number(self, "width", "the width of a stage's grouped convolution", MAX_CHANNELS)
        set_whole_number(self, "filters", "the filters of a stage", MAX_CHANNELS)
        set_whole_number(self, "strides", "the strides of a stage", MAX_STRIDES)
        check_bool(self, "projection")
        if not self.projection and self.strides != 1:
            raise SpecError(
                "A stage without projection keeps its input's size: strides must be 1. "
                f"Received {self.strides}."
            )

    @classmethod
    def from_groups(cls, groups: Sequence[Any]) -> tuple[Self, ...]:
        """Stages from stages, from dicts of their fields, or from the zoo's groups.

        A zoo group is a tuple (filters_in, filters_out, n_blocks) or a dict of these, with
        ``strides`` if wanted. As in the zoo, n_blocks counts the identity blocks only, and
        by default the first group has strides 1 and the others 2.

        Raises:
            SpecError: A group is something else, or a rule is broken.
        """
        return tuple(
            group if isinstance(group, cls) else cls._from_group(group, 1 if i == 0 else 2)
            for i, group in enumerate(groups)
        )

    @classmethod
    def _from_group(cls, group: Any, strides: int) -> Self:
        given: dict[str, Any] = {}
        if isinstance(group, Mapping):
            given = dict(group)
        elif isinstance(group, (tuple, list)) and len(group) <= len(_GROUP):
            given = dict(zip(_GROUP, group))
        if "blocks" in given:
            try:
                return cls(**given)
            except TypeError:
                raise SpecError(
                    "A stage has blocks, width, filters, strides and projection. "
                    f"Received {group!r}."
                ) from None
        if not set(_GROUP[:3]) <= given.keys() <= set(_GROUP):
            raise SpecError(
                "A group must be (filters_in, filters_out, n_blocks) or a dict of these, "
                f"with strides if wanted. Received {group!r}."
            )
        n_blocks = whole_number(given["n_blocks"], "a group's n_blocks", MAX_BLOCKS - 1, least=0)
        strides = one_stride(given.get("strides", strides))
        return cls(n_blocks + 1, given["filters_in"], given["filters_out"], strides)


def one_stride(strides: Any) -> Any:
    """One number for both axes where the zoo writes ``(2, 2)``.

    Raises:
        SpecError: The two numbers are different.
    """
    if not isinstance(strides, (tuple, list)):
        return strides
    if len(strides) == 2 and strides[0] == strides[1]:
        return strides[0]
    raise SpecError(f"Strides must be one number, or two equal ones. Received {strides!r}.")
