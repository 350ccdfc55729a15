"""In the app: a click on the map selects, and the rest of the picture stays as it is."""

import pytest
from waiting import settled

pytestmark = pytest.mark.browser

# Keeps the picture; says later in which rectangle (left, top, right, bottom) it has changed.
KEEP = """(canvas) => {
  canvas.kept = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
}"""
CHANGED = """(canvas) => {
  const {width, height, kept} = canvas;
  const now = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const scale = width / canvas.getBoundingClientRect().width;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < now.length; i += 4) {
    const unlike = [0, 1, 2].some((k) => Math.abs(now[i + k] - kept[i + k]) > 24);
    if (!unlike) continue;
    const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return [left, top, right, bottom].map((v) => v / scale);
}"""
SCREENS = [(1440, 900), (1280, 720), (390, 844)]


def opened_page(new_page, app, address, width, height):
    page = new_page(width, height, motion="reduce")
    page.goto(f"{app.url}/{address}")
    canvas = page.locator(".netmap-canvas")
    canvas.wait_for()
    settled(page)
    canvas.scroll_into_view_if_needed()
    return page, canvas


@pytest.mark.parametrize("address", ["", "compare?side=on&with=resnet50,resnext50_32x4d"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_click_changes_nothing_but_the_outline(app, new_page, address, width, height):
    """The parts before and after the click are at the same place, as are picture and page."""
    page, canvas = opened_page(new_page, app, address, width, height)
    tree = page.locator(".netmap-tree")
    tree.focus()
    for _ in range(3):  # stage 1, in view
        page.keyboard.press("ArrowDown")
    place = page.locator(".netmap-card .netmap-place")
    page.wait_for_url(lambda url: "at=stage1" in url)
    settled(page)
    box = tree.locator("[role=treeitem]").bounding_box()
    page.keyboard.press("Escape")
    place.wait_for(state="hidden")
    page.wait_for_url(lambda url: "at=" not in url)
    settled(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)
    frame = canvas.bounding_box()
    canvas.evaluate(KEEP)

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    place.wait_for(state="attached")
    page.wait_for_url(lambda url: "at=stage1" in url)
    settled(page)
    page.wait_for_timeout(300)  # a late answer would move it now
    assert place.text_content() == "stage1"
    assert canvas.bounding_box() == frame
    left, top, right, bottom = canvas.evaluate(CHANGED)
    room = 7  # the outline, outside of the box
    assert box["x"] - frame["x"] - room <= left < right
    assert right <= box["x"] - frame["x"] + box["width"] + room
    assert box["y"] - frame["y"] - room <= top < bottom
    assert bottom <= box["y"] - frame["y"] + box["height"] + room


def test_a_double_click_opens_and_the_box_stays_under_the_pointer(app, new_page):
    page, _ = opened_page(new_page, app, "", 1440, 900)
    tree = page.locator(".netmap-tree")
    item = tree.locator("[role=treeitem]")
    tree.focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    before = item.bounding_box()
    # Where the open box, which is lower, still is.
    x, y = before["x"] + before["width"] * 0.6, before["y"] + before["height"] * 0.3
    page.mouse.dblclick(x, y)
    page.wait_for_url(lambda url: "open=stages%2Cstage2" in url or "open=stages,stage2" in url)
    settled(page)
    assert item.get_attribute("aria-expanded") == "true"
    after = item.bounding_box()
    assert after["x"] == pytest.approx(before["x"], abs=1)
    assert after["x"] <= x <= after["x"] + after["width"]
    assert after["y"] <= y <= after["y"] + after["height"]
    # The button is where it was: it closes the box again.
    page.mouse.click(after["x"] + 14, after["y"] + 13)
    page.wait_for_url(lambda url: "open=" not in url)
    assert item.get_attribute("aria-expanded") == "false"
    assert item.bounding_box() == pytest.approx(before, abs=1)
