"""Compare in a browser: what a choice rests on is in the first screen."""

import re

import pytest

pytestmark = pytest.mark.browser
FIVE = "resnet50,resnext50_32x4d,resnext101_32x4d,resnext101_64x4d,resnext152_32x4d"


def test_table_and_chart_are_in_the_first_screen_and_follow_the_source(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/compare?with={FIVE}")
    table = page.get_by_role("table", name="Networks compared")
    chart = page.locator(".st-key-decision .js-plotly-plot")
    expect(table.get_by_role("row")).to_have_count(6)
    expect(chart.locator(".scatterlayer .trace")).to_have_count(4)  # pycls has no 64x4d
    for part in (table, chart):
        box = part.bounding_box()
        assert 0 < box["y"] < box["y"] + box["height"] <= 900
    dots = table.locator("tbody i").evaluate_all("all => all.map(i => i.style.background)")
    points = chart.locator(".scatterlayer .point").evaluate_all(
        "all => all.map(point => point.style.fill)"
    )
    assert points == [dots[i] for i in (0, 1, 2, 4)]
    assert len(set(dots)) == 5

    page.get_by_role("button", name="Sources").click()
    page.get_by_label("Accuracy from", exact=True).click()
    page.get_by_role("option", name=re.compile("the paper: 4 of 5")).click()
    row = table.get_by_role("row", name=re.compile("resnext101_64x4d"))
    expect(row).to_contain_text("79.6 %3.5 points higher")
    page.wait_for_url(re.compile("accuracy=paper"))
