"""What is selected is one thing: on the map, in the tables, in the charts and in the address."""

import re

import pytest
from waiting import settled

from explorer.analysis.report import analyse
from resnext import ResNeXtSpec

ROW, HEADER = 35, 35  # pixels of a table


def pick_row(table, row):
    """Tick a row of a table, which is drawn on a canvas."""
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": HEADER + ROW * row + ROW // 2})


def card(page):
    """The card of what is selected on the map."""
    return page.locator(".netmap-card h3")


def test_a_place_belongs_to_the_smallest_part_that_holds_it():
    report = analyse(ResNeXtSpec())
    assert report.at("stage2/block1/conv2").kind == "GroupedConv2D"
    assert report.at("stage2/block1/path7/conv2").name == "stage2/block1"
    assert report.at("stage2").macs == 1_085_407_232
    assert report.at("") is report.at("nowhere/at/all") is report.totals


@pytest.mark.browser
def test_rows_and_bars_select_on_the_map_and_the_map_in_the_tables(app, page):
    from playwright.sync_api import expect

    page.goto(app.url)
    expect(page.locator(".netmap canvas").first).to_be_visible()
    settled(page)
    # The table beside the map: stem, stage 1, stage 2, ...
    pick_row(page.get_by_test_id("stDataFrame").first, 2)
    expect(card(page)).to_have_text("stage 2")
    page.wait_for_url(re.compile("at=stage2"))
    settled(page)
    pick_row(page.get_by_test_id("stDataFrame").first, 1)  # its second block
    expect(card(page)).to_have_text("block 2")
    page.wait_for_url(re.compile("at=stage2(/|%2F)block2"))

    page.get_by_role("link", name="Show in the tables").click()
    chosen = page.get_by_text("stage2/block2 · identity block")
    expect(chosen).to_be_visible()
    expect(page.get_by_role("radio", name="By block")).to_be_checked()
    settled(page)
    pick_row(page.get_by_test_id("stDataFrame").first, 0)
    expect(page.get_by_text("stem · stage")).to_be_visible()

    bars = page.locator(".st-key-stage_bars .barlayer .trace")
    bars.nth(3).locator("path").last.click(force=True)  # of stage 3
    expect(page.get_by_text("stage3 · stage")).to_be_visible()
    page.wait_for_url(re.compile("at=stage3"))
    page.get_by_role("link", name="Show on the map").click()
    expect(card(page)).to_have_text("stage 3")
    page.wait_for_url(re.compile("at=stage3"))


@pytest.mark.browser
def test_a_part_is_picked_on_the_map_again_after_the_table_picked_another(app, page):
    """The map then tells the very same state as before; it counts all the same."""
    from playwright.sync_api import expect

    page.goto(f"{app.url}/?open=layers")
    search = page.locator(".netmap input").first
    search.fill("stage3")
    search.press("Enter")
    page.wait_for_url(re.compile("at=stage3"))
    settled(page)
    pick_row(page.get_by_test_id("stDataFrame").first, 1)
    page.wait_for_url(re.compile("at=stage3(/|%2F)block2"))
    settled(page)
    search.press("Enter")
    expect(card(page)).to_have_text("stage 3")
    page.wait_for_url(re.compile("at=stage3$"))


@pytest.mark.browser
def test_a_link_selects_a_layer_in_the_tables(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/tables?by=layer&at=stage1/block1/conv2")
    expect(page.get_by_text("stage1/block1/conv2 · GroupedConv2D")).to_be_visible()
    page.get_by_role("link", name="Show on the map").click()
    expect(card(page)).to_have_text("3×3 conv, 128")
    # A person comes out at the map, not at the first picture above it.
    heading = page.get_by_role("heading", name="The network", exact=True)
    expect(heading).to_be_focused()
    page.wait_for_function(  # it gets there as the page below it comes
        """() => {
          const {top} = document.activeElement.getBoundingClientRect();
          return top > 0 && top < 200;
        }"""
    )


@pytest.mark.browser
def test_a_widget_whose_code_loads_late_keeps_its_value(app, page):
    """A slow browser: the page runs twice before the code of the multiselect has arrived."""
    from playwright.sync_api import expect

    late = []

    def hold(request):
        late.append(request)

    page.route(re.compile("Multiselect"), hold)
    page.goto(f"{app.url}/compare?with=resnext50_32x4d,resnext101_32x4d")
    page.get_by_text("Show them on the map").click()
    page.locator(".netmap button", has_text="Blocks").first.click()
    expect(page).to_have_url(re.compile("open=blocks"))
    assert late, "the code of the multiselect was not asked for under this name"
    for request in late:
        request.continue_()
    expect(page.locator("[data-tag]")).to_have_count(2)
    page.locator(".netmap button", has_text="Layers").first.click()
    expect(page).to_have_url(re.compile("open=layers"))
    expect(page).to_have_url(re.compile("with=resnext50_32x4d%2Cresnext101_32x4d"))


@pytest.mark.browser
def test_what_is_open_side_by_side_lives_in_the_address(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/compare?with=resnext50_32x4d,resnext101_32x4d")
    page.get_by_text("Show them on the map").click()
    level = page.locator(".netmap button", has_text="Blocks").first
    level.click()
    expect(page).to_have_url(re.compile("side=on"))
    expect(page).to_have_url(re.compile("open=blocks"))
    page.goto(page.url + "&at=stage3/block1")
    expect(card(page)).to_have_text("block 1")
    expect(page.locator(".netmap button[aria-pressed=true]").first).to_have_text("Blocks")
