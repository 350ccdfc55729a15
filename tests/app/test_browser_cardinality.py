"""The first picture in a browser: dragged, pointed at, by keyboard, on a phone."""

import re

import pytest
from waiting import settled

pytestmark = pytest.mark.browser

STOPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
# Where the page is: the places of the picture and of the map, and the scrolling.
PLACES = """() => {
  const inside = (name) => [...document.querySelectorAll("div")]
    .map((div) => div.shadowRoot?.querySelector(name)).find(Boolean).getBoundingClientRect().top;
  const main = document.querySelector("[data-testid=stMain]");
  return [inside(".cardinality"), inside(".netmap"), main.scrollTop].map(Math.round);
}"""
WATCH = f"""() => {{
  window.seen = new Set();
  const look = () => {{ seen.add(JSON.stringify(({PLACES})())); requestAnimationFrame(look); }};
  look();
}}"""


def opened(page, app, query=""):
    page.goto(f"{app.url}/architecture?{query}")
    page.locator(".cardinality .fan").first.wait_for()
    page.locator(".netmap-canvas").wait_for()
    settled(page)


def sidebar(page, label):
    return page.get_by_test_id("stSidebar").get_by_role("spinbutton", name=label)


def titles(page):
    return page.locator(".cardinality .title")


def stop_at(page, cardinality):
    """The middle of the slider's thumb at a cardinality, in pixels of the window."""
    box = page.locator(".cardinality .slider").bounding_box()
    share = STOPS.index(cardinality) / (len(STOPS) - 1)
    return box["x"] + 8 + (box["width"] - 16) * share, box["y"] + box["height"] / 2


def test_the_picture_follows_the_drag_and_the_server_is_asked_at_its_end(app, page):
    from playwright.sync_api import expect

    asked = []

    def ask(frame):
        asked.append(frame)

    page.on("websocket", lambda socket: socket.on("framesent", ask))
    opened(page, app)
    expect(titles(page)).to_have_text(["32 paths of width 4", "1 path of width 64"])
    expect(page.get_by_test_id("stMetric")).to_have_count(7)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.locator(".cardinality .costs")).to_have_text(
        ["70,144 weights, 220 M MACs", "69,632 weights, 218 M MACs"]
    )
    page.mouse.move(700, 400)
    page.mouse.wheel(0, 60)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 60")
    settled(page)
    page.evaluate(WATCH)
    before, places = len(asked), page.evaluate(PLACES)
    page.mouse.move(*stop_at(page, 32))
    page.mouse.down()
    for cardinality, width, weights in ((8, 14, "71,456"), (4, 24, "69,888"), (1, 64, "69,632"),
                                        (2, 40, "69,760")):  # fmt: skip
        page.mouse.move(*stop_at(page, cardinality))
        many = "s" if cardinality > 1 else ""
        expect(titles(page).first).to_have_text(f"{cardinality} path{many} of width {width}")
        expect(page.locator(".cardinality .costs").first).to_contain_text(f"{weights} weights")
        expect(page.locator(".cardinality .slider")).to_have_attribute(
            "aria-valuetext", f"{cardinality} path{many} of width {width}"
        )
    expect(page.locator(".cardinality .why .shown")).to_contain_text("80 channels instead of 64")
    expect(page.locator(".cardinality .whole .shown").first).to_contain_text("resnext50_2x40d")
    assert len(asked) == before, "the server was asked while the slider was dragged"
    page.mouse.up()
    page.wait_for_url(re.compile("network=resnext50_2x40d"))
    expect(page.get_by_role("heading", name="resnext50_2x40d", level=2)).to_be_visible()
    expect(sidebar(page, "Cardinality C")).to_have_value("2")
    expect(sidebar(page, "Width d")).to_have_value("40")
    settled(page)
    seen = page.evaluate("[...window.seen].map(JSON.parse)")
    assert seen == [places], "something moved on the page"


def test_a_kept_width_and_the_sidebar_are_one_choice(app, page):
    from playwright.sync_api import expect

    opened(page, app)
    keep = page.locator(".cardinality").get_by_role("checkbox", name="Keep the width")
    switch = page.get_by_test_id("stSidebar").get_by_role("switch", name="Keep the width")
    sidebar(page, "Cardinality C").fill("8")
    sidebar(page, "Cardinality C").press("Enter")
    expect(sidebar(page, "Width d")).to_have_value("14")
    expect(titles(page).first).to_have_text("8 paths of width 14")

    keep.check()
    expect(switch).to_be_checked()
    page.wait_for_url(re.compile("keep_width=on"))
    page.locator(".cardinality .slider").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(titles(page)).to_have_text(["16 paths of width 14", "1 path of width 101"])
    expect(sidebar(page, "Cardinality C")).to_have_value("16")
    expect(sidebar(page, "Width d")).to_have_value("14")
    expect(page.locator(".cardinality .slider")).to_be_focused()
    sidebar(page, "Cardinality C").fill("4")
    sidebar(page, "Cardinality C").press("Enter")
    expect(titles(page).first).to_have_text("4 paths of width 14")
    page.wait_for_url(re.compile("network=resnext50_4x14d"))
    page.reload()
    expect(titles(page).first).to_have_text("4 paths of width 14")
    expect(keep).to_be_checked()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
def test_the_picture_and_its_sentence_are_on_the_first_screen(app, page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    opened(page, app)
    for part in (".fan", ".slider", ".depths", ".why .shown"):
        box = page.locator(f".cardinality {part}").first.bounding_box()
        assert 0 < box["y"] < box["y"] + box["height"] <= height, part


def test_the_depth_is_chosen_next_to_the_cardinality(app, page):
    from playwright.sync_api import expect

    opened(page, app)
    depth = page.locator(".cardinality").get_by_role("group", name="Depth (layers)")
    depth.get_by_role("radio", name="101").check()
    expect(page.locator(".cardinality .whole .shown").first).to_have_text(
        "resnext101_32x4d: 44.2 M parameters, 7.97 G MACs"
    )
    page.wait_for_url(re.compile("network=resnext101_32x4d"))
    expect(page.get_by_role("textbox", name="Blocks per stage")).to_have_value("3-4-23-3")
    settled(page)
    page.go_back()
    expect(depth.get_by_role("radio", name="50")).to_be_checked()
    expect(page.get_by_role("heading", name="resnext50_32x4d", level=2)).to_be_visible()


def test_a_channel_lights_what_it_reads(app, page):
    from playwright.sync_api import expect

    opened(page, app)
    panes, readings = page.locator(".cardinality .pane"), page.locator(".reading .shown")
    lit = page.locator(".cardinality .lit .read")
    for i, (reads, marks, words) in enumerate(
        [("4 channels: 4 × 3 × 3 = 36 weights", 4, "only its own path's"),
         ("64 channels: 64 × 3 × 3 = 576 weights", 64, "reads all")]
    ):  # fmt: skip
        box = panes.nth(i).bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 158)
        expect(readings.nth(i)).to_contain_text(reads)
        expect(readings.nth(i)).to_contain_text(words)
        assert lit.nth(i).get_attribute("d").count("M") == marks
    panes.first.focus()
    page.keyboard.press("Home")
    expect(panes.first).to_have_attribute("aria-valuenow", "1")
    page.keyboard.press("PageDown")  # the next path
    expect(readings.first).to_contain_text("Channel 5 after the 3×3 convolution (path 2)")
    page.keyboard.press("ArrowRight")
    expect(panes.first).to_have_attribute("aria-valuetext", re.compile("^Channel 6 after the 3×3"))
    page.keyboard.press("ArrowUp")
    expect(readings.first).to_contain_text("reads all 256 channels of the input: 256 weights")
    assert lit.first.get_attribute("d").count("M") == 256
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(readings.first).to_contain_text("Channel 256 of the sum reads all 128 channels, 4 of")
    assert lit.first.get_attribute("d").count("M") == 128


@pytest.mark.parametrize(
    ("query", "left", "right", "note"),
    [
        ("network=mini_resnext", "32 paths of width 2", "1 path of width 32", ""),
        ("network=resnext29_8x64d", "8 paths of width 64", "1 path of width 222", "Too many"),
        ("network=resnet50", "1 path of width 64", "1 path of width 64", ""),
        ("network=seresnext50_32x4d", "32 paths of width 4", "1 path of width 64", ""),
        ("cardinality=512&width=1", "512 paths of width 1", "1 path of width 146", "Each strip is"),
        ("form=aggregated", "32 paths of width 4", "1 path of width 64", ""),
    ],
)
def test_networks_of_other_specs(app, page, query, left, right, note):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/architecture?{query}")
    expect(titles(page)).to_have_text([left, right])
    if note:
        expect(page.locator(".cardinality .bundled").first).to_contain_text(note)
    else:
        expect(page.locator(".cardinality .bundled").first).to_have_text("")
    assert page.locator(".cardinality .lit").count() == 2


def test_a_phone_needs_no_sideways_scrolling_and_keeps_the_slider_in_view(new_page, app):
    from playwright.sync_api import expect

    page = new_page(390, 844, touch=True)
    opened(page, app)
    wide = """() => [...document.querySelectorAll("div")].flatMap((div) =>
      [...(div.shadowRoot?.querySelectorAll(".cardinality *:not(.twin)") ?? [])])
      .filter((one) => one.getBoundingClientRect().right > 390.5).map((one) => one.className)"""
    assert page.evaluate(wide) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".cardinality .slider")).to_be_in_viewport()
    expect(page.locator(".cardinality .pane").first).to_be_in_viewport(ratio=0.9)


SEEN_FIRST = """
window.order = [];
const there = {
  picture: () => [...document.querySelectorAll("div")]
    .some((div) => div.shadowRoot?.querySelector(".cardinality .cells")),
  controls: () => document.querySelector("[data-testid=stSelectbox]"),
  figures: () => document.querySelector("[data-testid=stMetric]"),
};
const look = () => {
  for (const [name, is] of Object.entries(there)) {
    if (!order.includes(name) && is()) order.push(name);
  }
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
BROKEN = """
const make = document.createElementNS.bind(document);
document.createElementNS = (space, tag) => {
  if (tag === "tspan") throw new Error("no picture can be drawn");
  return make(space, tag);
};
"""


def test_the_picture_is_drawn_before_the_rest_of_the_page_arrives(app, page):
    page.add_init_script(SEEN_FIRST)
    opened(page, app)
    page.wait_for_function("order.length === 3")
    assert page.evaluate("order")[0] == "picture"
    assert set(page.evaluate("order")) == {"picture", "controls", "figures"}


def test_the_rest_of_the_page_arrives_also_if_the_picture_fails(app, page):
    from playwright.sync_api import expect

    page.add_init_script(BROKEN)
    page.goto(f"{app.url}/architecture?network=resnext101_32x4d")
    expect(page.get_by_role("heading", name="resnext101_32x4d", level=2)).to_be_visible()
    expect(sidebar(page, "Cardinality C")).to_have_value("32")
    page.locator(".netmap-canvas").wait_for()
    assert page.locator(".cardinality .cells").count() == 0
