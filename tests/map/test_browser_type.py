"""Words on folded networks: large enough to be read, none on another, counts in figures."""

import itertools

import pytest
from map_pages import SPEC

from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser

LEAST_TYPE = 11  # pixels on the screen
# All that the next picture writes, with its size and its place on the screen.
WRITTEN = """() => {
  const {screen} = map.map;
  const {surface} = screen;
  const own = surface.text;
  const found = [];
  surface.text = function (text, x, y, size, fill, how = {}) {
    own.call(surface, text, x, y, size, fill, how);
    const {zoom} = screen.camera;
    const width = surface.context.measureText(text).width * zoom;
    const at = (x - screen.camera.x) * zoom;
    const from = how.align === "center" ? at - width / 2 : how.align === "right" ? at - width : at;
    const base = (y - screen.camera.y) * zoom;
    found.push({text, size: size * zoom, left: from, right: from + width,
      top: base - 0.72 * size * zoom, bottom: base});
  };
  screen.draw();
  delete surface.text;
  return found;
}"""
NETWORKS = ("resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d", "resnet50")


def written(page):
    return page.evaluate(WRITTEN)


@pytest.mark.parametrize(("count", "height"), [(1, 640), (2, 720), (3, 720), (4, 720)])
def test_folded_networks_can_be_read_on_a_laptop(open_map, count, height):
    """In the app's column of a window of 1440x900."""
    specs = [ResNeXtSpec.from_name(name) for name in NETWORKS[:count]]
    page = open_map(*specs, width=979, height=height)
    words = written(page)
    small = [word for word in words if word["size"] < LEAST_TYPE]
    # Four networks leave no more for the names of their inputs.
    assert all(word["text"] == "input" and word["size"] > 10.5 for word in small)
    assert len(words) > 35 * count
    for one, other in itertools.combinations(words, 2):
        assert (
            one["right"] <= other["left"]
            or other["right"] <= one["left"]
            or one["bottom"] <= other["top"]
            or other["bottom"] <= one["top"]
        ), (one["text"], other["text"])


@pytest.mark.parametrize(("width", "count"), [(979, 1), (979, 3), (390, 1)])
def test_the_number_of_blocks_is_always_written(open_map, width, count):
    specs = [ResNeXtSpec.from_name(name) for name in NETWORKS[:count]]
    page = open_map(*specs, width=width, height=720)
    words = [word["text"] for word in written(page)]
    expected = [f"{blocks} blocks" for spec in specs for blocks in spec.blocks]
    assert [word for word in words if word.endswith(" blocks")] == expected


# Squares of the colour of identity blocks, in the next picture.
SQUARES = """() => {
  const {screen} = map.map;
  const {rect} = screen.surface;
  const blue = map.map.shown.theme.family("identity block").border;
  let count = 0;
  screen.surface.rect = (x, y, w, h, r, fill, stroke) => { count += fill === blue && w === h; };
  screen.draw();
  screen.surface.rect = rect;
  return count;
}"""


def test_a_few_blocks_are_drawn_one_by_one(open_map):
    assert open_map(SPEC).evaluate(SQUARES) == (3 - 1) + (4 - 1) + (6 - 1) + (3 - 1)
    many = open_map(ResNeXtSpec.from_name("resnext152_32x4d"))
    assert many.evaluate(SQUARES) == (3 - 1) + (3 - 1)
