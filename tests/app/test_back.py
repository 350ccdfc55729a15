"""The browser's Back and Forward, and the parts of the page that move each other."""

import re

import pytest
from waiting import settled

pytestmark = pytest.mark.browser


def metric(page, label):
    """The figure under a label."""
    box = page.get_by_test_id("stMetric").filter(has_text=re.compile(label)).first
    return box.get_by_test_id("stMetricValue")


def test_back_and_forward_change_the_network(app, page):
    from playwright.sync_api import expect

    page.goto(app.url)
    expect(metric(page, "Parameters")).to_have_text("25.0 M")
    page.wait_for_url(re.compile("network=resnext50_32x4d"))
    blocks = page.get_by_test_id("stSidebar").get_by_role("textbox", name="Blocks per stage")
    blocks.fill("3-8-36-3")
    blocks.press("Enter")
    page.wait_for_url(re.compile("network=resnext152_32x4d"))
    expect(metric(page, "Parameters")).to_have_text("60.0 M")

    page.go_back()
    expect(metric(page, "Parameters")).to_have_text("25.0 M")
    expect(blocks).to_have_value("3-4-6-3")
    page.go_forward()
    expect(metric(page, "Parameters")).to_have_text("60.0 M")
    expect(blocks).to_have_value("3-8-36-3")


def test_back_after_buttons_goes_back_one_step(app, page):
    """A button reports a press in one run and none in the next; neither is Back."""
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn?lesson=Paths")
    for step in (2, 3):
        page.get_by_role("button", name="Next step").click()
        expect(page.get_by_role("heading", name=f"Step {step} of 6")).to_be_visible()
        settled(page)
    page.wait_for_url(re.compile("lesson=Width"))
    page.go_back()
    expect(page.get_by_role("heading", name="Step 2 of 6")).to_be_visible()
    settled(page)
    assert "lesson=Forms" in page.url


def test_another_page_keeps_the_network_and_its_own_choices(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/tables?network=resnext101_32x4d&count=timm&by=block")
    expect(page.get_by_role("heading", name="resnext101_32x4d in numbers")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    page.wait_for_url(re.compile("compare.*network=resnext101_32x4d"))
    settled(page)
    page.get_by_role("link", name="Tables").click()
    page.wait_for_url(re.compile(r"tables\?.*by=block"))
    assert "count=timm" in page.url
    assert "network=resnext101_32x4d" in page.url


@pytest.mark.slow
def test_pages_turned_before_they_are_drawn(page, own_app):
    """The browser has not yet told of all controls then, and Streamlit forgets those."""
    from playwright.sync_api import expect

    own_app.start()
    page.goto(f"{own_app.url}/tables?network=resnext101_32x4d&count=timm")
    for name in ("Compare", "Tables", "Learn", "Tables", "Train", "Tables", "Compare", "Tables"):
        page.get_by_role("link", name=name, exact=True).click()
        title = "in numbers" if name == "Tables" else name
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0
    page.wait_for_url(re.compile("tables.*network=resnext101_32x4d"))
    assert "count=timm" in page.url
    assert page.get_by_test_id("stException").count() == 0


def test_the_form_is_one_on_the_map_and_in_the_sidebar(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/?network=mini_resnext")
    form = page.get_by_test_id("stSidebar").get_by_label("Implementation of the paths", exact=True)
    on_map = page.locator(".netmap select").first
    expect(on_map).to_have_value("grouped")

    form.click()
    page.get_by_role("option", name=re.compile("3b")).click()
    expect(on_map).to_have_value("concatenated")
    page.wait_for_url(re.compile("form=concatenated"))
    form.click()
    page.get_by_role("option", name=re.compile("3c")).click()
    expect(on_map).to_have_value("grouped")

    on_map.select_option("aggregated")
    page.wait_for_url(re.compile("form=aggregated"))
    expect(form).to_have_value(re.compile("3a"))

    form.click()
    page.get_by_role("option", name=re.compile("3b")).click()
    page.wait_for_url(re.compile("form=concatenated"))
    expect(on_map).to_have_value("concatenated")
