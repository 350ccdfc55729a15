"""What is looked for lies where neither the card nor the legend nor the overview covers it."""

import pytest
from map_pages import SPEC, state

from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser

# Where a part lies on the screen, from a network's root on.
PLACE = """([id, network]) => {
  const {map: m} = map;
  const root = m.screen.scene.roots[network];
  let [x, y, box] = [root.x, root.y, root.box];
  for (const part of m.nets[network].find(id).ancestors.slice(1)) {
    const kid = box.kids[part.index];
    [x, y, box] = [x + kid.x, y + kid.y, kid.box];
  }
  const {left, top} = m.frame.canvas.getBoundingClientRect();
  const {camera} = m.screen;
  return {x: left + (x - camera.x) * camera.zoom, y: top + (y - camera.y) * camera.zoom,
    width: box.w * camera.zoom, height: box.h * camera.zoom};
}"""


def place(page, part, network=0):
    return page.evaluate(PLACE, [part, network])


def over(page, *names):
    """What lies over the picture and is seen."""
    boxes = [page.locator(f".netmap-{name}").bounding_box() for name in names]
    return [box for box in boxes if box]


def apart(one, other):
    """Whether two rectangles have nothing in common."""
    return (
        one["x"] + one["width"] <= other["x"]
        or other["x"] + other["width"] <= one["x"]
        or one["y"] + one["height"] <= other["y"]
        or other["y"] + other["height"] <= one["y"]
    )


def check_in_sight(page, part, network=0):
    """All of a part is on the canvas, under nothing but the overview."""
    box = place(page, part, network)
    canvas = page.locator(".netmap-canvas").bounding_box()
    assert box["x"] >= canvas["x"]
    assert box["y"] >= canvas["y"]
    assert box["x"] + box["width"] <= canvas["x"] + canvas["width"]
    assert box["y"] + box["height"] <= canvas["y"] + canvas["height"]
    for cover in over(page, "card", "legend"):
        assert apart(box, cover), part


@pytest.mark.parametrize(("width", "height"), [(979, 640), (1440, 900)])
@pytest.mark.parametrize("colour", ["kind", "macs"])
def test_a_layer_of_the_address_is_seen_with_its_shortcut(open_map, width, height, colour):
    fragment = f"#selected=stage1/block1/conv2&colour={colour}"
    page = open_map(SPEC, width=width, height=height, fragment=fragment)
    check_in_sight(page, "stage1/block1")
    assert page.evaluate("map.map.screen.camera.zoom") > 0.68


def test_a_layer_that_is_found_is_seen_with_its_shortcut(open_map):
    page = open_map(SPEC, width=979, height=640)
    page.locator(".netmap input").fill("groups=32")
    for _ in range(4):
        page.keyboard.press("Enter")
    assert state(page)["selected"] == "stage2/block1/conv2"
    check_in_sight(page, "stage2/block1")


def test_what_an_app_selects_is_seen_with_its_shortcut(open_map):
    page = open_map(SPEC, width=979, height=640)
    page.evaluate("map.show({selected: 'stage4/block2/conv3'})")
    check_in_sight(page, "stage4/block2")


def test_a_narrow_screen_shows_the_layer_in_its_blocks_width(open_map):
    page = open_map(SPEC, width=390, height=844, touch=True, fragment="#selected=stage1/block1/bn2")
    check_in_sight(page, "stage1/block1/bn2")
    block = place(page, "stage1/block1")
    assert block["x"] >= 0
    assert block["x"] + block["width"] <= 390


def test_a_layer_among_paths_is_seen_itself(open_map):
    """The block is too wide with its paths open."""
    spec = SPEC.replace(form="aggregated")
    page = open_map(spec, fragment="#selected=stage1/block1/path7/conv2&form=aggregated")
    check_in_sight(page, "stage1/block1/path7/conv2")
    assert page.evaluate("map.map.screen.camera.zoom") == 1.3


@pytest.mark.parametrize(("height", "seen"), [(640, False), (1000, True)])
def test_the_overview_is_never_half_under_the_card(open_map, height, seen):
    fragment = "#selected=stage1/block1/conv2"
    page = open_map(SPEC, width=1200, height=height, fragment=fragment)
    assert page.locator(".netmap-overview").is_visible() == seen
    boxes = over(page, "card", "overview", "legend")
    assert all(apart(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    page.get_by_label("Close the card (Esc)").click()
    page.locator(".netmap-overview").wait_for()


@pytest.mark.parametrize("names", [["resnext50_32x4d"], ["resnet50", "resnext50_32x4d"] * 2])
@pytest.mark.parametrize(("width", "height"), [(979, 640), (1440, 600), (700, 900)])
def test_what_is_fitted_lies_clear_of_the_legend(open_map, names, width, height):
    specs = [ResNeXtSpec.from_name(name) for name in names]
    page = open_map(*specs, width=width, height=height)
    for level in ("stages", "blocks"):
        page.evaluate("(level) => { map.map.openLevel(level); map.map.fit(); }", level)
        for network in range(len(specs)):
            for part in ("input", "stem", "stage4", "classifier"):
                check_in_sight(page, part, network)
