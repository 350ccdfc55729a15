"""The main job in a real browser: look, change, share, train, watch, stop."""

import re

import pytest
from app_pages import badge, metric
from waiting import settled

from explorer.training.runs.store import RunStore

pytestmark = pytest.mark.browser


def test_open_change_depth_read_the_new_total_and_share_it(app, page, browser):
    from playwright.sync_api import expect

    page.goto(app.url)
    expect(metric(page, "Parameters")).to_have_text("25.0 M")
    box = page.get_by_test_id("stSidebar").get_by_label("Blocks per stage", exact=True)
    box.fill("3-8-36-3")
    box.press("Enter")
    expect(metric(page, "Parameters")).to_have_text("60.0 M")
    expect(metric(page, "MACs")).to_have_text("11.7 G")
    page.wait_for_url(re.compile("network=resnext152_32x4d"))

    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(metric(other, "Parameters")).to_have_text("60.0 M")
    other.context.close()


def test_a_link_with_state_opens_and_a_hostile_one_survives(app, page):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/?network=resnext29_8x64d&classes=100&form=split")
    expect(metric(page, "Parameters")).to_have_text("34.5 M")
    page.goto(f"{app.url}/?network=<img src=x onerror=alert(1)>&classes=1e99")
    expect(page.get_by_text("In the address:")).to_be_visible()
    expect(metric(page, "Parameters")).to_have_text("25.0 M")
    assert page.locator("img[src=x]").count() == 0


def test_any_name_can_be_typed_and_a_wrong_one_is_refused(app, page):
    from playwright.sync_api import expect

    page.goto(app.url)
    expect(metric(page, "Parameters")).to_have_text("25.0 M")
    for name in ("vgg16", "resnext29_4x24d"):
        box = page.get_by_test_id("stSidebar").get_by_label("Preset", exact=True)
        box.click()
        box.fill(name)
        box.press("Enter")
        if name == "vgg16":
            expect(page.get_by_text("Received 'vgg16'")).to_be_visible()
            expect(metric(page, "Parameters")).to_have_text("25.0 M")
    page.wait_for_url(re.compile("network=resnext29_4x24d"))


@pytest.mark.slow
def test_build_agrees_and_hands_over_the_model(app, page, tmp_path):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/?network=mini_resnext")
    page.get_by_role("button", name="Build the Keras model").click()
    expect(page.get_by_text(re.compile(r"All \d+ layers agree"))).to_be_visible(timeout=180_000)
    expect(page.get_by_text("461,450").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(r"mini_resnext\.keras")).click()
    download.value.save_as(tmp_path / "mini.keras")
    from explorer.analysis.report import analyse

    assert analyse(tmp_path / "mini.keras").totals.total_params == 461_450


@pytest.mark.slow
def test_train_on_images_watch_two_epochs_and_stop(own_app, page, images):
    from playwright.sync_api import expect

    own_app.start()
    page.goto(f"{own_app.url}/train")
    if images != "synthetic":
        choose(page, "Images", "A path on this machine")
        path = page.get_by_label("Path", exact=True)
        path.fill(images)
        path.press("Enter")
    number(page, "Epochs", 50)
    number(page, "Images used", 640)
    page.get_by_role("button", name="Start training").click()
    expect(badge(page, "running")).to_be_visible(timeout=180_000)
    store = RunStore(own_app.runs)
    (run,) = store.ids()
    expect(page.get_by_text(re.compile("epoch [3-9] of 50"))).to_be_visible(timeout=300_000)
    seen = store.snapshot(run)
    assert len(seen.epochs) >= 2
    # Validation is the only line with markers; the curves follow a little later.
    expect(page.locator(".js-plotly-plot").first.locator("path.point").nth(1)).to_be_attached()
    expect(metric(page, "Validation accuracy")).to_have_text(re.compile(r"\d+\.\d %"))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(badge(page, "stopped")).to_be_visible()
    assert store.snapshot(run).state == "stopped"


def choose(page, label, option):
    """Pick an option of a select box."""
    page.get_by_label(label, exact=True).first.click()
    page.get_by_role("option", name=option).click()
    settled(page)


def number(page, label, value):
    """Type a number and leave the box."""
    box = page.get_by_label(label, exact=True)
    box.fill(str(value))
    box.press("Enter")
    settled(page)
