"""The map on a telephone: by touch, at 390 pixels."""

import pytest
from map_pages import BUTTON, POINT, SPEC, STAGES, VISIBLE, click, state

pytestmark = pytest.mark.browser


# Controls that are seen, smaller than a finger.
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, input")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.ariaLabel ?? e.textContent, e.getBoundingClientRect()])
  .filter(([, {width, height}]) => height < 36 || width < 36).map(([name]) => name)"""
SMALLEST_TYPE = 11  # in map units


@pytest.fixture
def phone(open_map):
    return open_map(SPEC, width=390, height=844, touch=True)


def test_the_first_sight_can_be_read(phone):
    """Bar in two rows, and all stages in type of ten pixels or more."""
    assert phone.locator(".netmap-bar").bounding_box()["height"] <= 100
    zoom = phone.evaluate("map.map.screen.camera.zoom")
    assert zoom * SMALLEST_TYPE >= 10
    for name in STAGES:
        x, y = phone.evaluate(POINT, name)
        assert 0 < x < 390
        assert 0 < y < 844


def test_touch_at_390_pixels(phone):
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    click(phone, "stage1", tap=True)
    assert phone.evaluate(VISIBLE) == STAGES
    phone.touchscreen.tap(*phone.evaluate(BUTTON, "stage1"))
    assert "stage1/block1" in phone.evaluate(VISIBLE)
    box = phone.locator(".netmap-card").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert phone.evaluate(SMALL_TARGETS) == []


def test_rare_controls_are_one_tap_away(phone):
    assert not phone.get_by_label("Colours show").is_visible()
    opener = phone.get_by_label("More controls")
    opener.tap()
    assert opener.get_attribute("aria-expanded") == "true"
    assert phone.evaluate(SMALL_TARGETS) == []
    for label in ("Implementation of the paths", "Colours show", "Heights show", "Help (?)"):
        box = phone.get_by_label(label).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    phone.get_by_label("Colours show").select_option("macs")
    assert state(phone)["colour"] == "macs"
    phone.get_by_label("Save the picture").tap()
    with phone.expect_download():
        phone.get_by_role("button", name="Picture as SVG").tap()
    phone.get_by_label("Colours show").focus()
    phone.keyboard.press("Escape")
    assert opener.get_attribute("aria-expanded") == "false"
    assert not phone.get_by_label("Colours show").is_visible()


def test_networks_side_by_side_begin_at_a_size_that_can_be_read(open_map):
    page = open_map(SPEC, SPEC, SPEC, width=390, height=844, touch=True)
    assert page.evaluate("map.map.screen.camera.zoom") * SMALLEST_TYPE >= 10
    x, y = page.evaluate(POINT, "stage1")
    assert 0 < x < 390
    assert 0 < y < 844


def test_two_fingers_zoom(open_map):
    page = open_map(SPEC, width=390, height=844, touch=True)
    zooms = page.evaluate(
        """() => {
          const {canvas} = map.map.frame;
          const {left, top} = canvas.getBoundingClientRect();
          canvas.setPointerCapture = () => {};
          const send = (type, pointerId, x, y) => canvas.dispatchEvent(new PointerEvent(type,
            {pointerId, clientX: left + x, clientY: top + y, bubbles: true, button: 0}));
          const before = map.map.screen.camera;
          const mid = before.toMap(150, 300);
          send("pointerdown", 1, 100, 300);
          send("pointerdown", 2, 200, 300);
          for (let i = 1; i <= 10; i++) {
            send("pointermove", 1, 100 - 5 * i, 300);
            send("pointermove", 2, 200 + 5 * i, 300);
          }
          send("pointerup", 1, 50, 300);
          send("pointerup", 2, 250, 300);
          const after = map.map.screen.camera;
          const now = after.toMap(150, 300);
          return {grown: after.zoom / before.zoom,
            moved: Math.hypot(now[0] - mid[0], now[1] - mid[1])};
        }"""
    )
    assert zooms["grown"] == pytest.approx(2, rel=0.02)
    assert zooms["moved"] < 20
    assert page.evaluate(VISIBLE) == STAGES


def test_a_finger_scrolls_the_page_while_all_of_the_map_is_seen(phone):
    touch = "getComputedStyle(map.map.frame.canvas).touchAction"
    assert phone.evaluate(touch) == "pan-y"
    phone.evaluate("map.map.zoomBy(3)")
    phone.wait_for_function(f"{touch} === 'none'")
    phone.get_by_label("Fit to the screen (f)").tap()
    phone.wait_for_function(f"{touch} === 'pan-y'")


def names(page):
    """The networks' buttons: name, whether it is pressed, whether all of it is seen."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".netmap-name")].map((e) => {
             const {left, right} = e.getBoundingClientRect();
             return [e.textContent, e.ariaCurrent === "true", left >= 0 && right <= innerWidth];
           })"""
    )


ROOT = """(i) => { const {screen: {scene: {roots}, camera}} = map.map;
  return [0, roots[i].box.w].map((w) => (roots[i].x + w - camera.x) * camera.zoom); }"""


def test_the_first_of_several_networks_fills_the_window_and_the_others_are_named(open_map):
    specs = [
        SPEC.replace(blocks=(1,), form=form) for form in ("aggregated", "concatenated", "grouped")
    ]
    page = open_map(*specs, width=390, height=844, touch=True)
    left, right = page.evaluate(ROOT, 0)
    assert 0 <= left < 20
    assert 350 < right <= 390
    assert [name for name, *_ in names(page)] == [spec.name for spec in specs]
    assert names(page)[0][1:] == [True, True]
    for number in (2, 1, 0):
        button = page.locator(".netmap-name").nth(number)
        button.tap()
        left, right = page.evaluate(ROOT, number)
        assert 0 <= left < 20
        assert 350 < right <= 390
        assert [current for _, current, _ in names(page)] == [i == number for i in range(3)]
        assert names(page)[number][2]


def test_the_keyboard_goes_on_in_the_network_that_was_chosen(open_map):
    page = open_map(SPEC, SPEC, width=390, height=844)
    page.locator(".netmap-name").nth(1).click()
    page.locator(".netmap-tree").focus()
    page.keyboard.press("ArrowDown")
    found = page.evaluate("[map.map.nets.indexOf(map.map.focused.net), map.map.focused.id]")
    assert found == [1, "input"]


def test_one_network_is_named_without_a_switch(phone):
    assert phone.locator(".netmap-name").count() == 0
    assert phone.locator(".netmap-crumbs").inner_text() == "resnext50_32x4d"


def test_the_way_to_a_layer_is_scrolled_to_its_end(open_map):
    place = "stage3/block3/conv2"
    page = open_map(SPEC, width=390, height=844, touch=True, fragment=f"#selected={place}")
    crumbs, last = page.evaluate(
        """() => [".netmap-crumbs", ".netmap-crumbs [aria-current]"].map((s) => {
             const {left, right} = document.querySelector(s).getBoundingClientRect();
             return [left, right];
           })"""
    )
    assert crumbs[0] <= last[0]
    assert last[1] <= crumbs[1]
    assert page.evaluate("document.querySelector('.netmap-crumbs').scrollLeft") > 0
    assert "netmap-later" in page.locator(".netmap-crumbs").get_attribute("class")
