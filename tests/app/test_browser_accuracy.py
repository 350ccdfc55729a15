"""The Accuracy page in a browser: one screen holds the answer, a click leads to the network."""

import re

import pytest

pytestmark = pytest.mark.browser


def test_chart_and_gains_are_in_the_first_screen_and_a_click_opens_a_network(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/accuracy?recipes=pycls")
    points = page.locator(".js-plotly-plot .scatterlayer .points path")
    expect(points).to_have_count(20)
    for box in (
        page.locator(".js-plotly-plot").bounding_box(),
        page.get_by_test_id("stDataFrame").first.bounding_box(),
    ):
        assert box["y"] + box["height"] <= 900
    box = points.nth(1).bounding_box()  # the second network of the first line: ResNet-101
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(r"network=resnet101"))
