"""The Cost page in a browser: a moment is clicked, a search runs, a network is opened."""

import re

import pytest

pytestmark = pytest.mark.browser
PATIENCE = 180_000  # milliseconds: the page draws large charts, and machines may be busy


def test_a_click_on_the_timeline_selects_the_layer(app, page):
    from playwright.sync_api import expect

    page.set_default_timeout(PATIENCE)
    page.goto(f"{app.url}/cost?network=resnext29_8x64d")
    plot = page.locator(".js-plotly-plot").first
    plot.wait_for()
    box = plot.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(plot.locator(".hovertext")).to_contain_text("forward")
    named = plot.locator(".hovertext").text_content()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("at=stage"))
    place = re.search("[?&]at=([^&]*)", page.url)[1].replace("%2F", "/")
    assert place in named
    expect(page.get_by_text(f"Selected: {place}")).to_be_visible()
    page.get_by_role("link", name="Show on the map").click()
    page.wait_for_url(re.compile(r"/\?.*at=stage"))


def test_a_search_shows_networks_and_a_point_opens_one(app, page):
    from playwright.sync_api import expect

    page.set_default_timeout(PATIENCE)
    page.goto(f"{app.url}/cost?network=resnext29_8x64d&grid_depth=26,50")
    page.get_by_label("Depths").press("Enter")
    expect(
        page.get_by_text(re.compile(r"\d+ of 70 networks keep within the budget"))
    ).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
    plot = page.locator(".st-key-search_scatter .js-plotly-plot")
    plot.scroll_into_view_if_needed()
    point = plot.locator(".scatterlayer .trace").last.locator("path.point").first
    expect(point).to_be_visible()
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(plot.locator(".hovertext").first).to_contain_text("resne")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(
        page.get_by_role("heading", name=re.compile(r"What resne(x)?t50\S* costs to run"))
    ).to_be_visible()
    page.wait_for_url(
        re.compile("grid_depth=26.*network=resne(x)?t50|network=resne(x)?t50.*grid_depth=26")
    )
