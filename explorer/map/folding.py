"""Repetition found and folded: five equal blocks in a row, 32 equal paths side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.map.templates import Describer, _Part


def grouped(describer: Describer, parts: list[_Part]) -> list[_Part]:
    """The same parts, with each repetition of a box as one box, named ``block2+``.

    A run is boxes of one description, each of which reads the one before and nothing else;
    a bundle is boxes of one description that read the same, such as the paths of a block.
    """
    result: list[_Part] = []
    start = 0
    while start < len(parts):
        first = parts[start]
        stop = start + 1
        if "children" in describer.templates[first.number]:
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
                    result.append(describer.join(name, role, members, first.inputs, outputs))
                    break
        if stop == start + 1:
            result.append(first)
        start = stop
    return result


def _in_a_row(before: _Part, after: _Part) -> bool:
    return before.number == after.number and after.inputs == before.outputs


def _side_by_side(one: _Part, other: _Part) -> bool:
    return one.number == other.number and one.inputs == other.inputs
