"""Where the names of lines go in a chart, so that none covers a line, a point or another name.

Places are in pixels, x to the right and y downwards, of the narrowest plot that is to be read. A
name begins or ends at its place. So in a wider plot, where all distances across grow and names do
not, what is apart here is apart, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

Pixel = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Segment = tuple[Pixel, Pixel]

MARK = 6.0  # from a point's middle to the edge of its symbol, and some room
HEIGHT = 14.0  # of a name
NEAR = 9.0  # a name that begins so near to its point needs no leader
ACROSS = (NEAR, -NEAR, 18.0, -18.0, 30.0, -30.0, 44.0, -44.0)
DOWN = tuple(7.0 * step for step in range(-11, 12))


def places(
    lines: Sequence[Sequence[Pixel]], widths: Sequence[float], room: Box
) -> list[tuple[int, Pixel] | None]:
    """For each line the index of the point that its name belongs to, and the place of the name.

    That point is the line's last or first. A place to the right of it is the middle of the name's
    left edge, one to the left that of its right edge. None where no place is free. Near places
    are taken first, and those whose leader crosses no line.

    Args:
        lines: The points of each, in order.
        widths: Of the names.
        room: What names may fill.
    """
    marks = {point: _around(point, MARK, MARK) for line in lines for point in line}
    drawn = [pair for line in lines for pair in pairwise(line)]
    names: list[Box] = []
    found: dict[int, tuple[int, Pixel]] = {}

    def is_free(point: Pixel, place: Pixel, name: Box) -> bool:
        leader = point, place
        return (
            _inside(name, room)
            and not any(_meet(name, other) for other in (*marks.values(), *names))
            and not any(_cuts(one, name) for one in drawn)
            and not any(_cuts(leader, other) for other in names)
            and not any(
                _cuts(leader, mark) for mark in marks.values() if not _meet(mark, marks[point])
            )
        )

    def crosses(point: Pixel, place: Pixel) -> bool:
        return any(_cross((point, place), one) for one in drawn if point not in one)

    # Lines first, as they say more than a point; of these the uppermost.
    for number in sorted(range(len(lines)), key=lambda i: (len(lines[i]) < 2, lines[i][-1][1])):
        line, width = lines[number], widths[number]
        free = [
            (crosses(line[index], place), index, place, name)
            for index, place, name in _candidates(line, width)
            if is_free(line[index], place, name)
        ]
        if free:
            _, index, place, name = min(free, key=lambda one: one[0])  # the nearest of the best
            found[number] = index, place
            names.append(name)
            if not is_near(line[index], place):
                drawn.append((line[index], place))
    return [found.get(number) for number in range(len(lines))]


def is_near(point: Pixel, place: Pixel) -> bool:
    """Whether a name is so near to its point that it needs no leader."""
    return abs(place[0] - point[0]) <= NEAR and abs(place[1] - point[1]) < HEIGHT / 2


def _candidates(line: Sequence[Pixel], width: float) -> list[tuple[int, Pixel, Box]]:
    """Places and boxes for a name of this width with the index of their point, the nearest first.

    At equal distance the right side and the last point come first.
    """
    found = []
    for index, across, down in product(dict.fromkeys((len(line) - 1, 0)), ACROSS, DOWN):
        x, y = line[index][0] + across, line[index][1] + down
        name = _around((x + (width / 2 if across > 0 else -width / 2), y), width / 2, HEIGHT / 2)
        away = abs(across) + abs(down) + (6 if across < 0 else 0) + (6 if index == 0 else 0)
        found.append((away, index, (x, y), name))
    return [(index, place, name) for _, index, place, name in sorted(found)]


def _around(point: Pixel, wide: float, high: float) -> Box:
    return point[0] - wide, point[1] - high, point[0] + wide, point[1] + high


def _inside(box: Box, room: Box) -> bool:
    return room[0] <= box[0] and room[1] <= box[1] and box[2] <= room[2] and box[3] <= room[3]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _cuts(segment: Segment, box: Box) -> bool:
    """Whether a segment has points in a box: clipped to it, something is left (Liang, Barsky)."""
    low, high = 0.0, 1.0
    for axis in (0, 1):
        start, step = segment[0][axis], segment[1][axis] - segment[0][axis]
        least, most = box[axis], box[axis + 2]
        if step:
            near, far = sorted(((least - start) / step, (most - start) / step))
            low, high = max(low, near), min(high, far)
        elif not least < start < most:
            return False
    return low < high


def _cross(one: Segment, other: Segment) -> bool:
    """Whether two segments cross."""
    return _parts(one, other) and _parts(other, one)


def _parts(segment: Segment, other: Segment) -> bool:
    """Whether the ends of the other are on two sides of the line through a segment."""
    (x, y), (x2, y2) = segment
    one, two = ((x2 - x) * (b - y) - (y2 - y) * (a - x) for a, b in other)
    return one * two < 0
