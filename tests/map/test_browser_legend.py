"""The legend: all colours of the network, from the palette of all drawings, in files too."""

import xml.etree.ElementTree as ET

import pytest
from map_pages import SMALL

from explorer.analysis.palette import FAMILIES, LABELS, family
from resnext import trace

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
# Colour and words of each key, as the browser shows them.
KEYS = """() => [...document.querySelectorAll(".netmap-legend > span")]
  .filter((e) => e.querySelector("i"))
  .map((e) => [e.textContent, getComputedStyle(e.firstChild).backgroundColor])"""


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def expected():
    kinds = {family(node.kind) for node in trace(SMALL)}
    return {*kinds, "stage", "projection block", "identity block"}


@pytest.mark.parametrize("level", ["stages", "layers"])
def test_the_legend_shows_the_colours_of_layers_and_blocks(open_map, level):
    """Whatever is open: so it keeps its height, and the picture its size."""
    page = open_map(SMALL, fragment=f"#open={level}")
    assert page.evaluate(KEYS) == [
        [words, rgb(FAMILIES[name].fill)] for name, words in LABELS.items() if name in expected()
    ]
    words = page.locator(".netmap-legend").inner_text()
    assert LABELS["conv"] in words
    assert "identity shortcut" in words


def test_the_scale_follows_what_a_search_opens(open_map):
    page = open_map(SMALL)
    page.get_by_label("Colours show").select_option("params")
    page.get_by_label("Open everything down to stages").click()
    scale = page.locator(".netmap-scale").inner_text()
    page.locator(".netmap input").fill("stage2 block1 conv3")
    page.keyboard.press("Enter")
    assert page.locator(".netmap-scale").inner_text() != scale


def test_a_colour_of_a_kind_that_is_not_there_is_not_explained(open_map):
    page = open_map(SMALL.replace(cardinality=1), fragment="#open=layers")
    words = page.locator(".netmap-legend").inner_text()
    assert LABELS["grouped"] not in words
    assert LABELS["conv"] in words


@pytest.mark.parametrize("level", ["stages", "layers"])
def test_a_file_has_the_same_legend(open_map, level):
    page = open_map(SMALL, fragment=f"#open={level}")
    with page.expect_download() as waiting:
        page.evaluate("map.map.overlays.save('svg')")
    assert waiting.value.suggested_filename == f"{SMALL.name}-{level}-grouped-form.svg"
    root = ET.parse(waiting.value.path()).getroot()
    drawn = list(root)
    labels = [LABELS[name] for name in LABELS if name in expected()]
    for label in labels:
        (at,) = [i for i, e in enumerate(drawn) if e.text == label]
        name = next(name for name in LABELS if LABELS[name] == label)
        assert drawn[at - 1].get("fill") == FAMILIES[name].fill
    words = [e.text for e in root.iter(f"{SVG}text")]
    assert "identity shortcut" in words
    _, top, _, height = map(float, root.get("viewBox").split())
    assert all(float(e.get("y")) < top + height for e in root.iter(f"{SVG}text"))


def test_files_of_different_views_have_different_names(open_map):
    page = open_map(SMALL, fragment="#open=stages,stage1&form=split")
    with page.expect_download() as waiting:
        page.evaluate("map.map.overlays.save('png')")
    assert waiting.value.suggested_filename == f"{SMALL.name}-stages-and-some-boxes-split-form.png"
