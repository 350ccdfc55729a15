"""Names of lines: none covers a line, a point or another name, in a wider plot neither."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis.family import members
from explorer.charts.accuracy_chart import accuracy_chart
from explorer.charts.label_places import HEIGHT, is_near, places

ROOM = (0, 0, 300, 300)
PIXELS = st.tuples(st.integers(10, 200), st.integers(10, 290))
LINES = st.lists(
    st.lists(PIXELS, min_size=1, max_size=4, unique_by=lambda p: p[0]).map(sorted), max_size=8
)


def samples(start, end):
    """Points along a segment, closer than a name is high."""
    steps = 200
    for i in range(steps + 1):
        share = i / steps
        yield tuple(a + (b - a) * share for a, b in zip(start, end))


def name_box(point, place, width):
    x, y = place
    left = x if x > point[0] else x - width
    return left, y - HEIGHT / 2, left + width, y + HEIGHT / 2


@pytest.mark.slow
@given(LINES, st.sampled_from([1, 2.5]), st.integers(20, 90))
def test_nothing_is_covered(lines, wider, width):
    """Scaled across, as in a wider plot, where the names have the width that they have."""
    found = places(lines, [width] * len(lines), ROOM)
    assert len(found) == len(lines)
    wide = [[(x * wider, y) for x, y in line] for line in lines]
    boxes, leaders = [], []
    for line, one in zip(wide, found):
        if one is None:
            continue
        index, (x, y) = one
        point, place = line[index], (x * wider, y)
        assert index in (0, len(line) - 1)
        boxes.append(name_box(point, place, width))
        leaders.append((point, place))
    drawn = [at for line in wide for pair in pairwise(line) for at in samples(*pair)]
    drawn += [point for line in wide for point in line]
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert min(left, top) >= 0
        assert right <= 300 * wider
        assert bottom <= 300
        assert not any(left < x < right and top < y < bottom for x, y in drawn)
        for other, box in enumerate(boxes):
            apart = box[0] >= right or left >= box[2] or box[1] >= bottom or top >= box[3]
            assert other == number or apart
        for other, leader in enumerate(leaders):
            if other != number:
                assert not any(left < x < right and top < y < bottom for x, y in samples(*leader))


def test_a_name_alone_is_next_to_the_end_of_its_line():
    line = [(50, 200), (150, 100)]
    ((index, place),) = places([line], [40], ROOM)
    assert index == 1
    assert place[0] > 150
    assert place[1] == 100
    assert is_near(line[index], place)


def test_lines_that_end_at_one_place_have_names_apart_with_leaders():
    lines = [[(20, 200 + 10 * i), (150, 100 + 5 * i)] for i in range(4)]
    found = places(lines, [40] * 4, ROOM)
    assert None not in found
    assert sum(not is_near(line[index], at) for line, (index, at) in zip(lines, found)) >= 2


def test_where_no_place_is_free_there_is_no_name():
    assert places([[(50, 50)]], [400], ROOM) == [None]


@pytest.mark.parametrize("recipes", [["paper"], ["paper", "torchvision-v1", "timm-a1"]])
def test_every_line_of_the_paper_has_its_name(recipes):
    rows = [row for row in members() if row.recipe in recipes]
    figure = accuracy_chart(rows, [row.cost("macs") for row in rows], "MACs")
    names = [text.strip() for trace in figure.data for text in trace.text or () if text]
    assert {"ResNet", "2x40d", "4x24d", "8x14d", "32x4d"} <= set(names)
