"""Heights that show a measure: chosen on the bar, told by the legend, kept in address and files."""

import xml.etree.ElementTree as ET

import pytest
from map_pages import SMALL, SPEC, state, toggle

from explorer.analysis.report import analyse
from explorer.map.state import SIZES

pytestmark = pytest.mark.browser

# Height of a part on the map.
HEIGHT = """(id) => {
  const {map: m} = map;
  const {box} = [...m.nets[0].find(id).ancestors].slice(1).reduce(
    ({box}, part) => ({box: box.kids[part.index].box}), {box: m.screen.scene.roots[0].box});
  return box.h;
}"""


def test_the_bar_offers_what_python_knows(open_map):
    page = open_map(SMALL)
    options = page.locator("select[aria-label='Heights show'] option")
    assert options.evaluate_all("(all) => all.map((o) => o.value)") == list(SIZES)


def test_stages_are_as_high_as_they_are_dear(open_map):
    page = open_map(SPEC)
    even = page.evaluate(HEIGHT, "stage1")
    page.get_by_label("Heights show").select_option("params")
    assert page.get_by_label("Heights show").locator("option").first.inner_text() == "Size: equal"
    tall = {name: page.evaluate(HEIGHT, name) for name in ("stage1", "stage2", "stage3", "stage4")}
    params = {row.name: row.params for row in analyse(SPEC).stages}
    assert sorted(tall, key=tall.get) == sorted(tall, key=params.get)
    share = (params["stage1"] / params["stage4"]) ** 0.5
    assert tall["stage4"] / tall["stage1"] == pytest.approx(1.9 / (1 + 0.9 * share), rel=0.01)
    legend = page.locator(".netmap-legend").inner_text()
    assert "Height: square root of parameters; the tallest: " in legend
    assert f"stage {params['stage4'] / 1e6:.1f} M" in legend
    page.get_by_label("Back (Alt+Left)").click()
    assert state(page)["size"] == "even"
    assert page.evaluate(HEIGHT, "stage1") == even
    assert "Height" not in page.locator(".netmap-legend").inner_text()


def test_sizes_live_in_the_address(open_map):
    page = open_map(SPEC)
    page.get_by_label("Heights show").select_option("macs")
    toggle(page, "stage2")
    again = open_map(SPEC, fragment=page.evaluate("location.hash"))
    assert state(again)["size"] == "macs"
    assert again.get_by_label("Heights show").input_value() == "macs"
    for name in ("stage1", "stage2/block1"):
        assert again.evaluate(HEIGHT, name) == page.evaluate(HEIGHT, name)


def test_opening_a_box_resizes_no_other(open_map):
    page = open_map(SPEC)
    page.get_by_label("Heights show").select_option("macs")
    before = page.evaluate(HEIGHT, "stage1")
    toggle(page, "stage2")
    assert page.evaluate(HEIGHT, "stage1") == before


def test_a_picture_has_the_heights_and_says_what_they_mean(open_map):
    page = open_map(SMALL)
    page.get_by_label("Colours show").select_option("macs")
    page.get_by_label("Heights show").select_option("params")
    page.get_by_label("Save the picture").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture as SVG").click()
    root = ET.parse(waiting.value.path()).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [e.text for e in root.iter(f"{space}text")]
    assert any(text.startswith("Colour: MACs, square-root scale, 0 to ") for text in texts)
    assert any(text.startswith("Height: square root of parameters") for text in texts)
    drawn = {}
    for group in root.iter(f"{space}g"):
        rect = group.find(f"{space}rect")
        drawn[group.get("data-name")] = float(rect.get("height"))
    for name in ("stage1", "stage2", "stem"):
        assert drawn[name] == page.evaluate(HEIGHT, name)
    assert drawn["stage1"] < drawn["stage2"]


@pytest.mark.parametrize("measure", ["field", "macs"])
def test_folded_blocks_tell_the_measure_of_their_colour(open_map, measure):
    page = open_map(SMALL, fragment=f"#open=blocks&colour={measure}")
    page.get_by_label("Save the picture").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Picture as SVG").click()
    root = ET.parse(waiting.value.path()).getroot()
    texts = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    rows = [row for row in analyse(SMALL).rows if row.name.startswith("stage2/block1/")]
    if measure == "field":
        expected = f"{max(row.receptive_field for row in rows)} px"
    else:
        expected = f"{sum(row.macs for row in rows) / 1e6:.2f} M MACs"
    shape = "×".join(map(str, rows[-1].output_shape))
    assert f"{shape} · {expected}" in texts
