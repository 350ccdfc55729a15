"""The map's controls: readable in every state, offered only where they do something, Escape."""

import pytest
from map_pages import SMALL, SPEC, STAGES, VISIBLE, click, state
from waiting import THEME, settled, still, until

pytestmark = pytest.mark.browser

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
SEEN = "button:visible:enabled, select:visible, input:visible"

# Contrast of the text of an element to what is painted behind it, as it is now.
CONTRAST = """(element) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const chain = [];
  const colour = (at) => getComputedStyle(at).backgroundColor;
  for (let at = element; at; at = at.parentElement) chain.unshift(colour(at));
  const style = getComputedStyle(element);
  const drawn = element instanceof SVGElement; // in its fill, on the page
  const luminance = (colours, ink) => {
    for (const colour of colours) {
      canvas.globalAlpha = drawn && colour === ink ? style.fillOpacity : 1;
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = luminance(["white", ...chain]);
  const ink = drawn ? style.fill : style.color;
  const text = luminance(["white", ...chain, ink], ink);
  return (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
}"""


def faint(page, within=".netmap"):
    """Controls whose label cannot be read while they are hovered, with their contrast."""
    found = {}
    for control in page.locator(within).locator(SEEN).all():
        control.hover()
        contrast = control.evaluate(CONTRAST)
        if contrast < LEAST_CONTRAST:
            found[control.get_attribute("aria-label")] = round(contrast, 2)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_label_can_be_read_while_its_control_is_hovered(open_map, scheme):
    page = open_map(SMALL, SMALL.replace(cardinality=2), scheme=scheme)
    for level in ("Stages", "Blocks", "Layers"):
        page.get_by_role("button", name=level, exact=False).first.click()
        pressed = page.locator(".netmap-levels [aria-pressed=true]")
        pressed.hover()
        assert pressed.evaluate(CONTRAST) >= LEAST_CONTRAST, level
    assert faint(page) == {}
    page.get_by_label("Save the picture").click()
    assert faint(page, ".netmap-menu") == {}
    page.keyboard.press("Escape")
    page.evaluate("map.map.goTo(map.map.nets[0].find('stage1/block1'))")
    page.get_by_role("button", name="Open everything down to paths").click(
        force=True
    )  # says why not
    assert faint(page) == {}
    page.get_by_label("Help (?)").click()
    close = page.get_by_role("button", name="Close help")
    close.hover()
    assert close.evaluate(CONTRAST) >= LEAST_CONTRAST


def test_paths_are_offered_where_there_are_some_and_elsewhere_it_says_why(open_map):
    page = open_map(SMALL)
    paths = page.get_by_role("button", name="Open everything down to paths")
    note = page.locator(".netmap-note")
    assert paths.get_attribute("aria-disabled") == "true"
    assert not note.is_visible()
    paths.click(force=True)
    assert "one grouped convolution computes all paths of a block" in note.inner_text()
    assert page.evaluate(VISIBLE) == [one for one in STAGES if one[-1] not in "34"]
    page.get_by_role("button", name="Close the message").click()
    assert not note.is_visible()
    page.keyboard.press("4")
    assert note.is_visible()
    page.get_by_label("Implementation of the paths").select_option("aggregated")
    assert not note.is_visible()
    assert paths.get_attribute("aria-disabled") == "false"
    paths.click(force=True)
    assert paths.get_attribute("aria-pressed") == "true"
    assert "stage1/block1/path4/conv2" in page.evaluate(VISIBLE)
    # In a form without paths the map looks as it does down to layers.
    page.get_by_label("Implementation of the paths").select_option("grouped")
    assert paths.get_attribute("aria-pressed") == "false"
    layers = page.get_by_role("button", name="Open everything down to layers")
    assert layers.get_attribute("aria-pressed") == "true"


def test_one_path_is_no_level_of_its_own(open_map):
    page = open_map(SMALL.replace(cardinality=1))
    page.get_by_role("button", name="Open everything down to paths").click(force=True)
    assert page.locator(".netmap-note").is_visible()


def test_help_leaves_the_page_around_a_tall_map_where_it_is(open_map):
    page = open_map(SPEC)
    page.add_style_tag(
        content="html, body { height: auto !important } #map { height: 1600px; margin-top: 900px }"
    )
    page.locator(".netmap-bar").evaluate("(bar) => bar.scrollIntoView()")
    scrolled = page.evaluate("scrollY")
    assert scrolled > 500
    page.get_by_label("Help (?)").click()
    assert page.evaluate("scrollY") == scrolled
    box = page.locator(".netmap-help").bounding_box()
    assert box["y"] > 0
    assert box["y"] + box["height"] <= 800
    page.get_by_role("button", name="Close help").click()
    assert page.evaluate("scrollY") == scrolled
    assert page.evaluate("document.activeElement.className") == "netmap-tree"


def test_escape_closes_whatever_is_open_wherever_the_focus_is(open_map):
    page = open_map(SPEC)
    is_tree = "document.activeElement.className === 'netmap-tree'"
    help_ = page.locator(".netmap-help")
    open_help = page.get_by_label("Help (?)")
    for place in (
        None,
        help_.locator("h3"),
        page.locator(".netmap-crumbs"),
        page.locator("canvas").first,
    ):
        open_help.click()
        if place is not None:
            place.click(position={"x": 3, "y": 3})
        page.keyboard.press("Escape")
        assert not help_.is_visible(), place
        assert page.evaluate(is_tree)
    open_help.click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    assert not help_.is_visible()

    save = page.get_by_label("Save the picture")
    save.click()
    page.keyboard.press("Escape")
    assert save.get_attribute("aria-expanded") == "false"
    assert save.evaluate("(e) => e === document.activeElement")
    save.click()
    save.focus()  # not on the menu, but on what opened it
    page.keyboard.press("Escape")
    assert save.get_attribute("aria-expanded") == "false"


def test_escape_clears_the_search_and_closes_the_card_one_at_a_time(open_map):
    page = open_map(SPEC)
    search = page.locator(".netmap input")
    search.fill("no such layer")
    search.press("Escape")
    assert search.input_value() == ""
    assert not page.locator(".netmap-hints").is_visible()
    search.fill("conv2")
    search.press("Enter")
    card = page.locator(".netmap-card")
    assert card.is_visible()
    page.get_by_label("Clear the selection (Esc)").focus()
    page.keyboard.press("Escape")
    assert search.input_value() == ""
    assert card.is_visible()
    page.get_by_role("button", name="Zoom in on this part (s)").focus()
    page.keyboard.press("Escape")
    assert not card.is_visible()
    assert state(page)["selected"] == ""
    click(page, "stage2")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    assert not card.is_visible()


REFUSED = {
    "#selected=stage9/block7": "part of resnext50_32x4d, such as classifier. Received "
    '"stage9/block7"; showing the whole network.',
    "#at=stage9/block7": 'Received "stage9/block7"',
    "#at=stage1/block77/conv2": "showing stage1.",
    "#open=nonsense,x": 'open must be one of stages, blocks, layers, paths. Received "nonsense,x"',
    "#colour=pink": "must be one of kind, params, macs, activations, memory, field. Received",
    "#size=huge": 'must be one of even, params, macs, activations, memory. Received "huge"',
    "#form=z": 'Received "z"',
    "#network=7": 'network must be one of 0. Received "7"',
    "#levl=blocks": "a key must be one of open, selected, network, form, colour, size, search. "
    'Received "levl"',
}


@pytest.mark.parametrize("fragment", REFUSED)
def test_what_an_address_cannot_mean_is_said_with_rule_and_value(open_map, fragment):
    page = open_map(SPEC, fragment=fragment)
    note = page.locator(".netmap-note")
    assert REFUSED[fragment] in note.inner_text()
    assert fragment.partition("=")[2] not in page.evaluate("decodeURIComponent(location.hash)")
    page.keyboard.press("Escape")
    assert not note.is_visible()


def test_an_address_that_is_typed_later_is_followed_and_checked_too(open_map):
    page = open_map(SPEC)
    page.evaluate("location.hash = '#at=stage3/block2&open=blocks'")
    page.wait_for_function("map.state().selected === 'stage3/block2'")
    assert not page.locator(".netmap-note").is_visible()
    page.evaluate("location.hash = '#at=stage9'")
    page.locator(".netmap-note").wait_for()
    assert state(page)["selected"] == ""
    assert state(page)["open"] == "stages"


@pytest.fixture
def in_both_themes(app, new_page):
    """A page of the app as it opens in the dark, and then when the system turns light."""
    page = new_page(scheme="dark")

    def shown(name):
        page.goto(f"{app.url}/{name}")
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(THEME, arg=scheme == "dark")
            settled(page)
            yield page

    return shown


def assert_readable(element):
    """Its own rules of style may reach a page after what they colour."""
    element.wait_for()
    until(lambda: element.evaluate(CONTRAST) >= LEAST_CONTRAST, 10)


def test_a_pressed_control_of_the_app_can_be_read_while_it_is_hovered(in_both_themes):
    for page in in_both_themes("tables"):
        pressed = page.locator("[role=radio][aria-checked=true]").first
        pressed.hover()
        still(pressed)  # colours change slowly
        assert_readable(pressed.locator("p").first)


def test_text_on_the_primary_colour_can_be_read(in_both_themes):
    for page in in_both_themes("compare"):
        assert_readable(page.locator("[data-tag] span").first)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("compare", [".xtick text", ".g-xtitle text"]),
        ("accuracy", [".textpoint text"]),
        ("cost", [".annotation-text"]),
    ],
)
def test_the_words_of_a_chart_can_be_read(in_both_themes, name, words):
    for page in in_both_themes(name):
        for some in words:
            assert_readable(page.locator(f".js-plotly-plot {some}").first)


def test_a_page_link_that_has_the_focus_shows_it(in_both_themes):
    from playwright.sync_api import expect

    for page in in_both_themes("tables"):
        link = page.locator("[data-testid=stTopNavLink]").first
        link.wait_for()
        link.focus()
        assert link.evaluate("(one) => one.matches(':focus-visible')")
        expect(link).to_have_css("outline-style", "solid")
        assert link.evaluate("(one) => parseFloat(getComputedStyle(one).outlineWidth)") >= 2
