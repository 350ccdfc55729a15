"""The map as a person meets it: a self-contained page in a headless browser, offline."""

import re
import xml.etree.ElementTree as ET

import pytest
from map_pages import POINT, SMALL, SPEC, STAGES, VISIBLE, card, click, state, toggle
from waiting import until

from explorer.analysis.report import analyse
from resnext import trace

pytestmark = pytest.mark.browser


def test_it_starts_folded_and_fits_the_screen(open_map):
    page = open_map(SPEC)
    assert page.evaluate(VISIBLE) == STAGES
    for name in STAGES:
        x, y = page.evaluate(POINT, name)
        assert 0 < x < 1200
        assert 0 < y < 800


def test_the_button_of_a_box_opens_and_closes_it_in_place(open_map):
    page = open_map(SPEC)
    click(page, "stage2")
    assert page.evaluate(VISIBLE) == STAGES
    toggle(page, "stage2")
    assert page.evaluate(VISIBLE) == [
        *STAGES[:4],
        "stage2/block1",
        "stage2/block2+",
        *STAGES[4:],
    ]
    toggle(page, "stage2/block2+")
    assert "stage2/block4" in page.evaluate(VISIBLE)
    toggle(page, "stage2")
    assert page.evaluate(VISIBLE) == STAGES


def test_a_layers_card_agrees_with_the_report(open_map):
    page = open_map(SPEC)
    for place in ("stage1", "stage1/block1"):
        toggle(page, place)
    click(page, "stage1/block1/conv2")
    row = next(r for r in analyse(SPEC).rows if r.name == "stage1/block1/conv2")
    facts = card(page)
    assert facts["kind"] == "GroupedConv2D"
    assert facts["groups"] == "32"
    assert facts["MACs ="] == "3 × 3 × 4 × 128 × 56 × 56"
    assert facts["MACs"].split()[0] == f"{row.macs:,}"
    assert facts["parameters"].split()[0] == f"{row.params:,}"
    assert facts["receptive field"] == f"{row.receptive_field}×{row.receptive_field} px"
    assert facts["out"] == "56×56×128"
    call = page.locator(".netmap-card pre").inner_text()
    assert re.search(r"^keras\.layers\.Conv2D\(128, 3.*groups=32.*stage1_block1_conv2", call)
    assert state(page)["selected"] == "stage1/block1/conv2"


@pytest.mark.parametrize("form", ["grouped", "split", "concatenated", "aggregated"])
def test_receptive_fields_and_sums_of_every_part_agree_with_the_report(open_map, form):
    spec = SMALL.replace(form=form)
    page = open_map(spec)
    found = page.evaluate(
        """() => Object.fromEntries([...map.map.nets[0].parts()].filter((p) => !p.isVirtual)
             .map((p) => [p.id, [p.value("params"), p.value("macs"), p.reach]]))"""
    )
    report = analyse(spec)
    for row in report.rows:
        assert found[row.name] == [row.params, row.macs, row.receptive_field], row.name
    for row in (*report.blocks, *report.stages):
        assert found[row.name][:2] == [row.params, row.macs], row.name
    assert found[""][:2] == [report.totals.params, report.totals.macs]


def test_keyboard_alone(open_map):
    page = open_map(SPEC)
    page.locator(".netmap-tree").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    item = page.locator(".netmap-tree [role=treeitem]")
    assert "block 1" in item.get_attribute("aria-label")
    assert item.get_attribute("aria-level") == "2"
    assert item.get_attribute("aria-expanded") == "false"
    assert page.locator(".netmap-tree").get_attribute(
        "aria-activedescendant"
    ) == item.get_attribute("id")
    page.keyboard.press("Enter")
    assert item.get_attribute("aria-expanded") == "true"
    assert "stage1/block1/conv2" in page.evaluate(VISIBLE)
    page.keyboard.press("ArrowRight")
    assert state(page)["selected"] == "stage1/block1/" + item.evaluate("() => map.map.focused.name")
    for _ in range(2):  # closes the shortcut, and goes to the block around it
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("-")
    assert "stage1/block1/conv2" not in page.evaluate(VISIBLE)
    page.keyboard.press("+")
    assert "stage1/block1/conv2" in page.evaluate(VISIBLE)
    before = page.evaluate("map.map.screen.camera.zoom")
    page.keyboard.press("i")
    assert page.evaluate("map.map.screen.camera.zoom") > before
    page.keyboard.press("1")
    assert page.evaluate(VISIBLE) == STAGES
    page.keyboard.press("Alt+ArrowLeft")
    assert "stage1/block1/conv2" in page.evaluate(VISIBLE)
    page.keyboard.press("Alt+ArrowRight")
    assert page.evaluate(VISIBLE) == STAGES


def test_what_screen_readers_see_moves_with_the_picture(open_map):
    page = open_map(SPEC)
    page.locator(".netmap-tree").focus()
    page.keyboard.press("ArrowDown")
    item = page.locator(".netmap-tree [role=treeitem]")
    where = item.bounding_box()
    x, y = page.evaluate(POINT, page.evaluate("map.map.focused.id"))
    assert where["x"] + where["width"] / 2 == pytest.approx(x, abs=2)
    assert where["y"] + where["height"] / 2 == pytest.approx(y, abs=2)
    page.keyboard.press("Shift+ArrowLeft")
    until(lambda: item.bounding_box()["x"] == pytest.approx(where["x"] + 70, abs=2))


def test_focus_is_visible_and_every_control_has_a_name(open_map):
    page = open_map(SPEC)
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input")]
             .filter((e) => !(e.getAttribute("aria-label") || e.textContent).trim()).length"""
    )
    assert unnamed == 0
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize(
    ("query", "keep"),
    [
        ("conv2", lambda n: n.place[-1] == "conv2"),
        ("groups=32", lambda n: n.kind == "GroupedConv2D"),
        ("params>1e6", lambda n: n.params > 1e6),
        ("kind=Add stage3/", lambda n: n.kind == "Add" and n.name.startswith("stage3/")),
        ("stride=2 kernel>=3", lambda n: _window(n) >= 3 and n.layer.strides == 2),
    ],
)
def test_search(open_map, query, keep):
    page = open_map(SPEC)
    page.locator(".netmap input").fill(query)
    expected = [node.name for node in trace(SPEC) if keep(node)]
    assert expected
    assert page.evaluate("map.map.session.matches.map((p) => p.id)") == expected
    assert page.locator(".netmap-search output").inner_text() == f"{len(expected)}"
    page.keyboard.press("Enter")
    assert state(page)["selected"] == expected[0]
    page.keyboard.press("Enter")
    assert state(page)["selected"] == expected[1 % len(expected)]
    assert expected[1 % len(expected)] in page.evaluate(VISIBLE)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    assert state(page)["selected"] == expected[-1]


def _window(node):
    return getattr(node.layer, "kernel_size", getattr(node.layer, "pool_size", 0))


def test_an_empty_search_shows_examples_that_the_keyboard_uses(open_map):
    page = open_map(SPEC)
    field = page.locator(".netmap input")
    hints = page.get_by_role("group", name="Examples of searches")
    assert "3x3 conv" in field.get_attribute("placeholder")
    assert hints.is_hidden()
    page.locator(".netmap-tree").focus()
    page.keyboard.press("/")
    examples = hints.get_by_role("button").all_inner_texts()
    assert len(examples) > 4
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert field.input_value() == "projection"
    assert page.locator(".netmap-search output").inner_text() == "1 of 8"
    assert state(page)["selected"] == "stage1/block1"
    assert hints.is_hidden()
    field.fill("")
    page.keyboard.press("Escape")
    assert hints.is_hidden()
    field.fill("conv2 stage4")
    field.fill("")
    hints.get_by_role("button", name="Search for groups = 32: 16 found").click()
    assert field.input_value() == "groups = 32"
    page.locator(".netmap-tree").focus()
    field.fill("conv2 groups=33")
    assert "no part matches “groups = 33”" in hints.get_by_role("status").inner_text()


def test_what_is_open_and_selected_lives_in_the_address(open_map):
    page = open_map(SPEC)
    toggle(page, "stage1")
    toggle(page, "stage1/block1")
    click(page, "stage1/block1/conv2")
    page.get_by_label("Colours show").select_option("macs")
    fragment = page.evaluate("location.hash")
    again = open_map(SPEC, fragment=fragment)
    assert state(again) == state(page)
    assert again.evaluate(VISIBLE) == page.evaluate(VISIBLE)
    assert card(again)["groups"] == "32"
    again.locator(".netmap-scale").wait_for()


def test_the_search_lives_in_the_address_too(open_map):
    page = open_map(SPEC)
    page.locator(".netmap input").fill("groups=32 stage2/")
    assert "search=groups%3D32+stage2%2F" in page.evaluate("location.hash")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    again = open_map(SPEC, fragment=page.evaluate("location.hash"))
    assert state(again) == state(page)
    assert again.locator(".netmap input").input_value() == "groups=32 stage2/"
    assert again.locator(".netmap-search output").inner_text() == "2 of 4"
    again.locator(".netmap input").press("Enter")
    assert state(again)["selected"] == "stage2/block3/conv2"
    again.keyboard.press("Escape")
    again.locator(".netmap input").fill("")
    assert "search" not in again.evaluate("location.hash")


def test_another_form_is_searched_for_the_same(open_map):
    page = open_map(SMALL, fragment="#search=conv2")
    assert page.locator(".netmap-search output").inner_text() == "5"
    page.get_by_label("Implementation of the paths").select_option("split")
    assert page.locator(".netmap-search output").inner_text() == str(5 * 4)
    assert page.locator(".netmap input").input_value() == "conv2"


@pytest.mark.parametrize(
    "fragment",
    ["#open=nonsense,x&selected=no/where&network=7&colour=pink&form=z", "#%E0%A4%A", "#open=,,,"],
)
def test_a_broken_address_still_shows_the_map(open_map, fragment):
    page = open_map(SPEC, fragment=fragment)
    assert page.evaluate(VISIBLE) == STAGES


def test_the_form_is_switched_on_the_map_and_the_counts_stay(open_map):
    page = open_map(SPEC)
    totals = "map.map.nets[0].root.totals"
    before = page.evaluate(totals)
    toggle(page, "stage1")
    toggle(page, "stage1/block1")
    page.get_by_label("Implementation of the paths").select_option("aggregated")
    after = page.evaluate(totals)
    assert (after["macs"], before["layers"]) == (before["macs"], len(trace(SPEC)))
    assert after["layers"] == len(trace(SPEC.replace(form="aggregated")))
    seen = page.evaluate(VISIBLE)
    assert "stage1/block1/path1+" in seen
    assert "stage1/block1/path1" not in seen
    toggle(page, "stage1/block1/path1+")
    assert {f"stage1/block1/path{i}/conv2" for i in range(1, 33)} <= set(page.evaluate(VISIBLE))
    page.evaluate("map.map.goTo(map.map.nets[0].find('stage1/block1/path7/conv2'))")
    assert card(page)["MACs ="] == "3 × 3 × 4 × 4 × 56 × 56"


def test_a_form_without_the_selected_layer_selects_the_block_around_it(open_map):
    page = open_map(SPEC.replace(form="aggregated"))
    page.evaluate("map.map.goTo(map.map.nets[0].find('stage1/block2/path7/conv2'))")
    page.get_by_label("Implementation of the paths").select_option("grouped")
    assert state(page)["selected"] == "stage1/block2"
    assert card(page)["kind"] == "identity block"
    assert "selected=stage1%2Fblock2&" in page.evaluate("location.hash") + "&"
    page.get_by_label("Implementation of the paths").select_option("split")
    assert state(page)["selected"] == "stage1/block2"


def test_an_address_of_a_layer_that_this_form_lacks(open_map):
    page = open_map(SPEC, fragment="#selected=stage1/block1/path3/conv2")
    assert state(page)["selected"] == "stage1/block1"
    assert "stage1/block1" in page.evaluate(VISIBLE)
    assert "selected=stage1%2Fblock1&" in page.evaluate("location.hash") + "&"


def test_svg_holds_every_open_layer_once(open_map):
    page = open_map(SMALL)
    page.evaluate("map.map.openLevel('layers')")
    page.get_by_label("Save the picture").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture as SVG").click()
    root = ET.parse(waiting.value.path()).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    names = []

    def walk(element, place):
        name = element.get("data-name")
        place = [*place, name] if name else place
        children = list(element)
        if name and not any(child.get("data-name") for child in children):
            names.append("/".join(p for p in place if not p.endswith("+")))
        for child in children:
            walk(child, place)

    walk(root, [])
    assert sorted(names) == sorted(node.name for node in trace(SMALL))
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "3×3 conv, 16" in texts
    assert "4 groups" in texts


def test_png_is_a_picture_of_it(open_map):
    from PIL import Image

    page = open_map(SMALL)
    page.get_by_label("Save the picture").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture as PNG").click()
    with Image.open(waiting.value.path()) as picture:
        size = page.evaluate("[map.map.screen.scene.w, map.map.screen.scene.h]")
        assert picture.format == "PNG"
        assert picture.width == pytest.approx(2 * (size[0] + 56), abs=2)
        legend = picture.height / 2 - (size[1] + 56)
        assert legend % 20 == pytest.approx(0, abs=2)
        assert legend > 10
        assert len(picture.convert("RGB").getcolors(maxcolors=10**6)) > 20


def test_drag_wheel_and_fit(open_map):
    page = open_map(SPEC)
    camera = "(({x, y, zoom}) => [x, y, zoom])(map.map.screen.camera)"
    start = page.evaluate(camera)
    page.mouse.move(600, 200)
    page.mouse.wheel(0, -300)
    page.wait_for_function("(zoom) => map.map.screen.camera.zoom > zoom", arg=start[2])
    page.mouse.down()
    page.mouse.move(640, 260, steps=4)
    page.mouse.up()
    moved = page.evaluate(camera)
    assert moved[:2] != start[:2]
    assert state(page)["selected"] == ""
    page.get_by_label("Fit to the screen (f)").click()
    assert page.evaluate(camera) == pytest.approx(start)


def test_a_page_that_scrolls_past_does_not_zoom(open_map):
    """A scroll that began outside the picture is the page's; one that begins on it zooms."""
    page = open_map(SPEC)
    scroll = """([x, y], time) => {
      const event = new WheelEvent("wheel",
        {deltaY: 60, clientX: x, clientY: y, bubbles: true, composed: true, cancelable: true});
      Object.defineProperty(event, "timeStamp", {value: time});
      const [target] = [map.map.frame.canvas, document.body].slice(y < 100 ? 1 : 0);
      target.dispatchEvent(event);
      return map.map.screen.camera.zoom;
    }"""
    # At times of our own: the browser's depend on how busy the machine is.
    zooms = page.evaluate(
        f"[[600, 20, 5000], [600, 400, 5300], [600, 400, 5600], [600, 400, 6000]]"
        f".map(([x, y, time]) => ({scroll})([x, y], time))"
    )
    assert zooms[0] == zooms[1] == zooms[2] > zooms[3]


def test_dark_follows_the_system(open_map):
    pixel = "[...map.map.screen.context.getImageData(3, 3, 1, 1).data]"
    assert sum(open_map(SPEC, scheme="dark").evaluate(pixel)[:3]) < 120
    assert sum(open_map(SPEC, scheme="light").evaluate(pixel)[:3]) > 690
