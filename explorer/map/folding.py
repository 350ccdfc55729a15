"""Repetition found and folded: five equal blocks in a row, 32 equal paths side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class Part:
    """A box or layer at its place, while it is being described.

    Attributes:
        name: Its place, less that of the box around it.
        number: Of its description.
        inputs: Positions of the layers that it reads.
        outputs: Positions of its layers that are read outside.
        entry: Receptive field of what enters it.
        field: Receptive field of a layer, or of what enters a box.
    """

    name: str
    number: int
    inputs: list[int]
    outputs: list[int]
    entry: int | None
    field: int | None


Join = Callable[[str, str, list[Part], list[int], list[int]], Part]


def grouped(parts: list[Part], templates: Sequence[dict[str, Any]], join: Join) -> list[Part]:
    """The same parts, with each repetition of a box as one box, named ``block2+``.

    A run is boxes of one description, each of which reads the one before and nothing else;
    a bundle is boxes of one description that read the same, such as the paths of a block.
    """
    result: list[Part] = []
    start = 0
    while start < len(parts):
        first = parts[start]
        stop = start + 1
        if "children" in templates[first.number]:
            for follows, role in ((_in_a_row, "run"), (_side_by_side, "bundle")):
                while stop < len(parts) and follows(parts[stop - 1], parts[stop]):
                    stop += 1
                if stop > start + 1:
                    members = parts[start:stop]
                    outputs = (
                        members[-1].outputs
                        if role == "run"
                        else [output for member in members for output in member.outputs]
                    )
                    name = f"{first.name}+"
                    result.append(join(name, role, members, first.inputs, outputs))
                    break
        if stop == start + 1:
            result.append(first)
        start = stop
    return result


def _in_a_row(before: Part, after: Part) -> bool:
    return before.number == after.number and after.inputs == before.outputs


def _side_by_side(one: Part, other: Part) -> bool:
    return one.number == other.number and one.inputs == other.inputs
