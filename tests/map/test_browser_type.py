"""Words on the map: large enough to be read at any zoom, none on another, counts in figures."""

import itertools
import re

import pytest
from map_pages import RECTS, SPEC

from resnext import PRESETS, ResNeXtSpec

pytestmark = pytest.mark.browser

LEAST_TYPE = 10  # pixels on the screen
# All that the next picture writes, with its size as it is set and its place on the screen.
WRITTEN = """() => {
  const {screen} = map.map;
  const {surface} = screen;
  const own = surface.text;
  const found = [];
  surface.text = function (text, x, y, size, fill, how = {}) {
    own.call(surface, text, x, y, size, fill, how);
    const {zoom} = screen.camera;
    size = Number(surface.context.font.match(/([\\d.]+)px/)[1]);
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


def small(page):
    """What is written in type that is too small."""
    return [word for word in written(page) if word["size"] < LEAST_TYPE - 0.01]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("width", [979, 1440])
def test_text_has_ten_pixels_at_fit_whatever_is_open(open_map, preset, width):
    """In the app's column of a window 1440 pixels wide, and in a window of its own."""
    page = open_map(ResNeXtSpec.from_name(preset), width=width, height=640)
    counts = []
    for level in ("layers", "blocks", "stages"):
        page.evaluate("(level) => { map.map.openLevel(level); map.map.fit(); }", level)
        assert small(page) == []
        counts.append(len(written(page)))
    assert min(counts) > 20


def test_text_is_never_smaller_at_any_zoom_and_form(open_map):
    page = open_map(SPEC, width=1200, height=800)
    for form in ("grouped", "aggregated", "split"):
        for level in ("stages", "blocks", "layers", "paths"):
            page.evaluate("(state) => map.map.setState(state)", {"form": form, "open": level})
            page.evaluate("map.map.fit()")
            assert written(page)
            for _ in range(12):
                assert small(page) == [], (form, level)
                page.evaluate("map.map.zoomBy(0.75, 0, 0)")
    # From far, a box says its name as long as there is room for it.
    page.evaluate("map.map.setState({form: 'grouped', open: 'stages'})")
    page.evaluate("map.map.fit()")
    page.evaluate("map.map.zoomBy(0.6)")
    assert [word["text"] for word in written(page)] == [
        *("input", "stem"),
        *(f"stage {i}" for i in range(1, 5)),
        "classifier",
    ]


@pytest.mark.parametrize(("count", "height"), [(1, 640), (2, 720), (3, 720), (4, 800)])
def test_folded_networks_can_be_read_on_a_laptop(open_map, count, height):
    """In the app's column of a window of 1440x900."""
    specs = [ResNeXtSpec.from_name(name) for name in NETWORKS[:count]]
    page = open_map(*specs, width=979, height=height)
    assert small(page) == []
    words = written(page)
    assert len(words) > 30 * count
    for one, other in itertools.combinations(words, 2):
        assert (
            one["right"] <= other["left"]
            or other["right"] <= one["left"]
            or one["bottom"] <= other["top"]
            or other["bottom"] <= one["top"]
        ), (one["text"], other["text"])


@pytest.mark.parametrize(("width", "count"), [(979, 1), (979, 3), (390, 1)])
def test_blocks_and_their_paths_are_always_counted(open_map, width, count):
    specs = [ResNeXtSpec.from_name(name) for name in (*NETWORKS[:2], "resnet50")[:count]]
    page = open_map(*specs, width=width, height=900)
    words = " · ".join(word["text"] for word in written(page))
    blocks = [f"{blocks} blocks" for spec in specs for blocks in spec.blocks]
    assert re.findall(r"\d+ blocks", words) == blocks
    paths = [
        f"{spec.cardinality} path{'s' * (spec.cardinality > 1)}" for spec in specs for _ in range(4)
    ]
    assert re.findall(r"\d+ paths?", words) == paths


# Bars of each colour in the next picture, by the name of the colour's family.
BARS = """(family) => {
  const {screen} = map.map;
  const {rect} = screen.surface;
  const colour = map.map.overlays.theme.family(family).border;
  let count = 0;
  screen.surface.rect = (x, y, w, h, r, fill, stroke) => {
    count += fill === colour && r === 0 && h > 6;
  };
  screen.draw();
  screen.surface.rect = rect;
  return count;
}"""


@pytest.mark.parametrize("level", ["stages", "blocks"])
def test_paths_are_drawn_one_by_one(open_map, level):
    """A bar for each path of a stage's blocks, or of a folded block or run; a single wide one."""
    page = open_map(SPEC, width=2000, height=900, fragment=f"#open={level}")
    boxes = 4 if level == "stages" else 8
    assert page.evaluate(BARS, "grouped") == 32 * boxes
    one = open_map(ResNeXtSpec.from_name("resnet50"), width=1440, height=900)
    assert one.evaluate(BARS, "grouped") == 0
    assert one.evaluate(BARS, "conv") == 4


# Squares of the colour of identity blocks, in the next picture.
SQUARES = """() => {
  const {screen} = map.map;
  const {rect} = screen.surface;
  const blue = map.map.overlays.theme.family("identity block").border;
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


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1440, 900), (979, 640)])
def test_the_stages_fill_the_width(open_map, width, height):
    page = open_map(SPEC, width=width, height=height)
    rects = page.evaluate(RECTS).values()
    canvas = page.locator(".netmap-canvas").bounding_box()
    left = min(rect["x"] for rect in rects) - canvas["x"]
    right = canvas["x"] + canvas["width"] - max(rect["x"] + rect["width"] for rect in rects)
    assert 0 <= left <= 24
    assert 0 <= right <= 24
