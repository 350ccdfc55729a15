"""Bars: to scale, from zero up or down, each in its path's colour."""

import re

import pytest

from explorer.analysis.palette import path_colour
from explorer.lesson.path_bars import path_bars

BAR = re.compile(
    r'<i class="(\w+)" title="([^"]*)" style="--path:(#\w+);left:([\d.]+)%;width:([\d.]+)%;'
    r'top:([\d.]+)%;height:([\d.]+)%">'
)


def bars(values, **more):
    """Class, title, colour, left, width, top and height of each bar."""
    found = BAR.findall(path_bars(values, "Words", **more))
    return [(*bar[:3], *map(float, bar[3:])) for bar in found]


def test_bars_are_as_high_as_paths_are_strong():
    found = bars([1.0, 0.5, 0.0], off=frozenset({2}))
    assert [bar[6] for bar in found] == [100, 50, 0]
    assert [bar[5] for bar in found] == [0, 50, 100]
    assert [bar[0] for bar in found] == ["on", "off", "on"]
    assert [bar[2] for bar in found] == [path_colour(i, 3) for i in range(3)]
    assert found[1][1] == "Path 2: 0.50 (off)"


def test_changes_go_down_from_zero():
    shown = path_bars([1.0, -3.0, 0.0], "Words", number="+.1f")
    up, down, none = bars([1.0, -3.0, 0.0], number="+.1f")
    assert up[5:] == (0, 25)
    assert down[5:] == (25, 75)
    assert none[6] == 0
    assert '<hr style="top:25.00%">' in shown
    for tick in (">+1.0<", ">0<", ">-3.0<"):
        assert tick in shown


@pytest.mark.parametrize("count", [1, 4, 32, 64])
def test_bars_take_the_whole_width(count):
    found = bars([1.0] * count)
    assert len(found) == count
    assert found[0][3] < 100 / count
    assert 100 - 100 / count < found[-1][3] + found[-1][4] <= 100


def test_nothing_but_zeros_is_a_line():
    assert [bar[6] for bar in bars([0.0, 0.0])] == [0, 0]
