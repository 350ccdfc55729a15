"""What is looked for is in view, as large as it can be read, and nothing covers it."""

import pytest
from map_pages import SPEC, state

from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser

LEGIBLE = 10 / 11  # zoom at which the smallest type is 10 pixels

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


def check_in_sight(page, part, network=0):
    """All of a part is on the canvas, which nothing covers."""
    box = place(page, part, network)
    canvas = page.locator(".netmap-canvas").bounding_box()
    assert box["x"] >= canvas["x"]
    assert box["y"] >= canvas["y"]
    assert box["x"] + box["width"] <= canvas["x"] + canvas["width"]
    assert box["y"] + box["height"] <= canvas["y"] + canvas["height"]


def check_block(page, layer):
    """A layer is seen with all of its block, or where that is too high, with its shortcut."""
    block = layer.rpartition("/")[0]
    check_in_sight(page, layer)
    box, canvas = place(page, block), page.locator(".netmap-canvas").bounding_box()
    assert box["x"] >= canvas["x"]
    assert box["x"] + box["width"] <= canvas["x"] + canvas["width"]
    if box["height"] < canvas["height"] - 40:
        check_in_sight(page, block)
    assert page.evaluate("map.map.screen.camera.zoom") >= LEGIBLE


@pytest.mark.parametrize(("width", "height"), [(979, 640), (1440, 900)])
@pytest.mark.parametrize("colour", ["kind", "macs"])
def test_a_layer_of_the_address_is_seen_with_its_shortcut(open_map, width, height, colour):
    fragment = f"#selected=stage1/block1/conv2&colour={colour}"
    page = open_map(SPEC, width=width, height=height, fragment=fragment)
    check_block(page, "stage1/block1/conv2")


def test_a_layer_that_is_found_is_seen_with_its_shortcut(open_map):
    page = open_map(SPEC, width=979, height=640)
    page.locator(".netmap input").fill("groups=32")
    for _ in range(4):
        page.keyboard.press("Enter")
    assert state(page)["selected"] == "stage2/block1/conv2"
    check_block(page, "stage2/block1/conv2")


def test_what_an_app_selects_is_seen_with_its_shortcut(open_map):
    page = open_map(SPEC, width=979, height=640)
    page.evaluate("map.show({selected: 'stage4/block2/conv3'})")
    check_block(page, "stage4/block2/conv3")


def test_a_narrow_screen_shows_the_layer_from_its_blocks_edge_on(open_map):
    page = open_map(SPEC, width=390, height=844, touch=True, fragment="#selected=stage1/block1/bn2")
    check_in_sight(page, "stage1/block1/bn2")
    block = place(page, "stage1/block1")
    assert 0 <= block["x"] < 20
    assert page.evaluate("map.map.screen.camera.zoom") == pytest.approx(LEGIBLE)


def test_a_layer_among_paths_is_seen_itself(open_map):
    """The block is too wide with its paths open."""
    spec = SPEC.replace(form="aggregated")
    page = open_map(spec, fragment="#selected=stage1/block1/path7/conv2&form=aggregated")
    check_in_sight(page, "stage1/block1/path7/conv2")
    assert page.evaluate("map.map.screen.camera.zoom") == 1.3


def test_the_overview_is_below_the_card_while_not_all_is_in_view(open_map):
    page = open_map(SPEC, width=1200, height=640)
    overview = page.locator(".netmap-overview")
    assert not overview.is_visible()
    page.evaluate("map.map.openLevel('layers')")
    overview.wait_for()
    details, box = (
        page.locator(f".netmap-{name}").bounding_box() for name in ("details", "overview")
    )
    assert box["y"] >= details["y"] + details["height"]
    page.keyboard.press("Escape")
    page.locator(".netmap-tree").focus()
    page.keyboard.press("0")
    overview.wait_for(state="hidden")


@pytest.mark.parametrize("names", [["resnext50_32x4d"], ["resnet50", "resnext50_32x4d"]])
@pytest.mark.parametrize(("width", "height"), [(979, 640), (1440, 800)])
def test_folded_networks_are_all_in_view(open_map, names, width, height):
    specs = [ResNeXtSpec.from_name(name) for name in names]
    page = open_map(*specs, width=width, height=height)
    for network in range(len(specs)):
        for part in ("input", "stem", "stage4", "classifier"):
            check_in_sight(page, part, network)


@pytest.mark.parametrize("level", ["blocks", "layers"])
def test_what_is_too_large_to_be_read_whole_begins_at_its_start(open_map, level):
    page = open_map(SPEC, width=979, height=640)
    page.evaluate("(level) => map.map.openLevel(level)", level)
    assert page.evaluate("map.map.screen.camera.zoom") == pytest.approx(LEGIBLE)
    canvas = page.locator(".netmap-canvas").bounding_box()
    start = place(page, "input")
    assert 0 <= start["x"] - canvas["x"] < 20
    page.locator(".netmap-tree").focus()
    page.keyboard.press("End")
    check_in_sight(page, page.evaluate("map.state().selected"))
    page.get_by_label("Fit to the screen (f)").click()
    assert place(page, "input") == pytest.approx(start)
    # All of it, however small, is one key away.
    page.keyboard.press("Escape")
    page.locator(".netmap-tree").focus()
    page.keyboard.press("0")
    check_in_sight(page, "input")
    check_in_sight(page, "classifier")
