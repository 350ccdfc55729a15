"""A click selects and nothing else moves; a double click, Enter or the box's button opens it."""

import pytest
from map_pages import BUTTON, RECTS, SMALL, SPEC, STAGES, VISIBLE, button, click, opened, state

from resnext import ResNeXtSpec

pytestmark = pytest.mark.browser

SCREENS = [(1440, 900), (1280, 720), (1920, 1080), (979, 640), (390, 844)]
OTHER = ResNeXtSpec.from_name("resnet50")
# What stands around the picture, in pixels of the window.
AROUND = """() => ["canvas", "panel", "legend", "bar"].map((name) => {
  const {x, y, width, height} = document.querySelector(`.netmap-${name}`).getBoundingClientRect();
  return [x, y, width, height];
})"""


def on_canvas(page, rect):
    """Whether the middle of a rectangle is on the picture."""
    canvas = page.locator(".netmap-canvas").bounding_box()
    x, y = rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2
    inside_x = canvas["x"] < x < canvas["x"] + canvas["width"]
    return inside_x and canvas["y"] < y < canvas["y"] + canvas["height"]


def apart(one, other):
    """Whether two rectangles (x, y, width, height) have nothing in common."""
    near = 0.01
    return (
        one[0] + one[2] <= other[0] + near
        or other[0] + other[2] <= one[0] + near
        or one[1] + one[3] <= other[1] + near
        or other[1] + other[3] <= one[1] + near
    )


@pytest.mark.parametrize("specs", [(SPEC,), (OTHER, SPEC)])
@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("level", ["stages", "blocks"])
def test_a_click_selects_and_no_box_moves(open_map, specs, width, height, level):
    page = open_map(*specs, width=width, height=height, fragment=f"#open={level}")
    before, around = page.evaluate(RECTS), page.evaluate(AROUND)
    there = [key for key, rect in before.items() if on_canvas(page, rect)]
    assert len(there) >= 4
    for key in (*there[:5], there[-1]):
        network, place = key.split(":", 1)
        rect = before[key]
        page.mouse.click(rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] * 0.5)
        page.wait_for_function("(at) => map.state().selected.startsWith(at)", arg=place)
        assert page.locator(".netmap-card").is_visible()
        assert state(page)["network"] == int(network)
        assert page.evaluate(RECTS) == before
        assert page.evaluate(AROUND) == around
    assert state(page)["open"] == level
    page.keyboard.press("Escape")
    assert page.evaluate(RECTS) == before
    assert page.evaluate(AROUND) == around


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_covers_the_picture(open_map, width, height):
    page = open_map(SPEC, width=width, height=height, fragment="#selected=stage1/block1/conv2")
    canvas, *others = page.evaluate(AROUND)
    assert all(apart(canvas, other) for other in others)
    beside = others[0][0] >= canvas[0] + canvas[2] - 0.01
    assert beside == (width > 390)
    overview = page.locator(".netmap-overview").bounding_box()
    if overview:
        assert apart(canvas, list(overview.values()))


def test_keys_select_and_no_box_moves_while_it_is_in_view(open_map):
    page = open_map(SPEC, width=1440, height=900)
    before = page.evaluate(RECTS)
    page.locator(".netmap-tree").focus()
    for place in STAGES:
        page.keyboard.press("ArrowDown")
        assert state(page)["selected"] == place
        assert page.locator(".netmap-card").is_visible()
    assert page.evaluate(RECTS) == before
    for place in reversed(STAGES[:-1]):
        page.keyboard.press("ArrowUp")
        assert state(page)["selected"] == place
    assert page.evaluate(RECTS) == before
    assert state(page)["open"] == "stages"


def test_search_links_and_the_host_move_nothing_that_is_in_view(open_map):
    page = open_map(SPEC, width=1440, height=900)
    before = page.evaluate(RECTS)
    page.locator(".netmap input").fill("stage3")
    page.keyboard.press("Enter")
    assert state(page)["selected"] == "stage3"
    page.evaluate("map.show({selected: 'stage4'})")
    assert state(page)["selected"] == "stage4"
    page.evaluate("location.hash = '#at=stem'")
    page.wait_for_function("map.state().selected === 'stem'")
    assert page.evaluate(RECTS) == before
    again = open_map(SPEC, width=1440, height=900, fragment="#selected=stage2")
    assert again.evaluate(RECTS) == before


SPOTS = [(0.5, 0.5), (0.04, 0.97), (0.96, 0.04), (0.96, 0.97), (0.5, 0.9)]


@pytest.mark.parametrize("spot", SPOTS)
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_what_a_double_click_opens_and_closes_stays_under_the_pointer(
    open_map, width, height, spot
):
    page = open_map(SPEC, width=width, height=height)
    before = page.evaluate(RECTS)
    rect = before["0:stage2"]
    x = round(rect["x"] + spot[0] * rect["width"])  # browsers count a click in whole pixels
    y = round(rect["y"] + spot[1] * rect["height"])
    page.mouse.dblclick(x, y)
    assert "stage2/block1" in page.evaluate(VISIBLE)
    after = page.evaluate(RECTS)
    now = after["0:stage2"]
    assert inside(now, x, y)
    assert state(page)["selected"] == "stage2"
    # Its corner is where it was, or follows the pointer just so far if the open box is smaller.
    follows = (max(0, x + 4 - rect["x"] - now["width"]), max(0, y + 4 - rect["y"] - now["height"]))
    assert now["x"] == pytest.approx(rect["x"] + follows[0], abs=0.01)
    assert now["y"] == pytest.approx(rect["y"] + follows[1], abs=0.01)
    # What comes before the box keeps its distance to it.
    for place in ("0:input", "0:stem", "0:stage1"):
        for side, by in zip("xy", follows, strict=True):
            assert after[place][side] == pytest.approx(before[place][side] + by, abs=0.01)

    # Its free places close it again: the right edge is one.
    rect = after["0:stage2"]
    canvas = page.locator(".netmap-canvas").bounding_box()
    x = min(rect["x"] + rect["width"] - 4, canvas["x"] + canvas["width"] - 4)
    y = min(rect["y"] + rect["height"] - 4, canvas["y"] + canvas["height"] - 4)
    page.mouse.dblclick(x, y)
    assert page.evaluate(VISIBLE) == STAGES
    assert inside(page.evaluate(RECTS)["0:stage2"], x, y)


def inside(rect, x, y):
    """Whether a rectangle holds a point."""
    inside_x = rect["x"] <= x <= rect["x"] + rect["width"]
    return inside_x and rect["y"] <= y <= rect["y"] + rect["height"]


@pytest.mark.parametrize("specs", [(SPEC,), (OTHER, SPEC)])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_button_of_a_box_opens_it_and_stays_under_the_pointer(open_map, specs, width, height):
    page = open_map(*specs, width=width, height=height)
    before = page.evaluate(RECTS)
    x, y = page.evaluate(BUTTON, "stage1")
    for turn in range(6):
        page.mouse.click(x, y)
        expected = turn % 2 == 0
        page.wait_for_function(
            "(open) => map.map.openness.isOpen(map.map.nets[0].find('stage1')) === open",
            arg=expected,
        )
        assert page.evaluate(BUTTON, "stage1") == pytest.approx([x, y], abs=0.01)
        page.wait_for_timeout(450)  # or the next click would be the second of a double click
    assert unmoved(page, before)
    assert state(page)["selected"] == "stage1"


def test_a_button_that_is_pressed_twice_at_once_opens_the_box(open_map):
    page = open_map(SPEC)
    page.mouse.dblclick(*page.evaluate(BUTTON, "stage2"))
    page.wait_for_timeout(100)
    assert opened(page, "stage2")


def test_enter_and_the_card_open_and_close_in_place(open_map):
    page = open_map(SPEC, width=1440, height=900)
    before = page.evaluate(RECTS)
    click(page, "stage1")
    for act in (
        lambda: page.keyboard.press("Enter"),
        lambda: page.get_by_role("button", name="Close this box (Enter)").click(),
        lambda: page.get_by_role("button", name="Open this box (Enter)").click(),
    ):
        was = opened(page, "stage1")
        act()
        assert opened(page, "stage1") != was
        now = page.evaluate(RECTS)
        for place in ("0:input", "0:stem"):
            assert now[place] == pytest.approx(before[place], abs=0.01)
        assert now["0:stage1"]["x"] == pytest.approx(before["0:stage1"]["x"], abs=0.01)
    assert state(page)["selected"] == "stage1"


def test_a_double_click_on_a_layer_or_next_to_the_network_changes_nothing(open_map):
    page = open_map(SMALL, fragment="#open=layers")
    before = page.evaluate(RECTS)
    page.mouse.dblclick(before["0:input"]["x"] + 10, before["0:input"]["y"] + 10)
    assert state(page)["selected"] == "input"
    canvas = page.locator(".netmap-canvas").bounding_box()
    page.mouse.dblclick(canvas["x"] + 4, canvas["y"] + canvas["height"] - 4)
    assert state(page)["selected"] == ""
    assert page.evaluate(RECTS) == before


def test_taps_of_a_finger_follow_the_same_model(open_map):
    page = open_map(SPEC, width=390, height=844, touch=True)
    before = page.evaluate(RECTS)
    rect = before["0:stage1"]
    x, y = rect["x"] + rect["width"] * 0.7, rect["y"] + rect["height"] / 2
    page.touchscreen.tap(x, y)
    assert state(page)["selected"] == "stage1"
    assert page.evaluate(RECTS) == before
    card = page.locator(".netmap-card").bounding_box()
    assert card["y"] > rect["y"] + rect["height"]
    page.wait_for_timeout(600)
    twice(page, x, y)
    assert opened(page, "stage1")
    assert inside(page.evaluate(RECTS)["0:stage1"], x, y)
    page.wait_for_timeout(600)
    page.touchscreen.tap(*page.evaluate(BUTTON, "stage1"))
    assert not opened(page, "stage1")
    assert page.evaluate(RECTS)["0:stem"] == pytest.approx(before["0:stem"], abs=0.01)


def twice(page, x, y):
    """A double tap, sent at once: a slow machine would make two taps of it."""
    page.evaluate(
        """([x, y]) => {
          const {canvas} = map.map.frame;
          canvas.setPointerCapture = () => {};
          const how = {pointerId: 9, pointerType: "touch", clientX: x, clientY: y, bubbles: true};
          for (const type of ["pointerdown", "pointerup", "pointerdown", "pointerup"]) {
            canvas.dispatchEvent(new PointerEvent(type, how));
          }
        }""",
        [x, y],
    )


def unmoved(page, before):
    """Whether all boxes are where they were."""
    after = page.evaluate(RECTS)
    return all(after[key] == pytest.approx(rect, abs=0.01) for key, rect in before.items())


def test_thirty_acts_in_a_row_leave_every_other_box_where_it_was(open_map):
    """Select, open, close, by all ways, and at the end the map is as it was."""
    page = open_map(SPEC, width=1440, height=900)
    before = page.evaluate(RECTS)
    for turn in range(30):
        place = f"stage{1 + turn % 4}"
        way = turn // 4 % 3
        if way == 0:
            click(page, place)
            assert state(page)["selected"] == place
            assert unmoved(page, before)
            continue
        if way == 1:
            page.mouse.dblclick(*button(page, place, aside=30))
        else:
            page.mouse.click(*page.evaluate(BUTTON, place))
        page.wait_for_function(
            "(id) => map.map.openness.isOpen(map.map.nets[0].find(id))", arg=place
        )
        page.keyboard.press("Enter")
        assert page.evaluate(VISIBLE) == STAGES
        assert unmoved(page, before)
        page.wait_for_timeout(450)  # or two presses of a button would be one
