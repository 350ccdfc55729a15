"""A run on the page Train in a browser: the form folds, the curves are in the first screen."""

import io
import re
import shutil

import pytest
from app_pages import ROOT
from PIL import Image
from waiting import settled

from explorer.training.data.pickles import CIFAR10_NAMES
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunState, RunStore
from resnext import ResNeXtSpec

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = 300_000  # milliseconds; TensorFlow is imported first


def test_the_whole_form_is_on_one_screen(page, app):
    page.goto(f"{app.url}/train")
    start = page.get_by_role("button", name="Start training")
    start.wait_for()
    settled(page)
    places = [page.get_by_label(label, exact=True).first.bounding_box()
              for label in ("Network", "Images", "Recipe")]  # fmt: skip
    assert len({box["y"] for box in places}) == 1  # what, on which images, how long
    assert places[0]["x"] < places[1]["x"] < places[2]["x"]
    below = start.bounding_box()
    assert max(box["y"] for box in places) < below["y"]
    assert below["y"] + below["height"] <= 900


def test_a_start_folds_the_form_and_brings_the_curves_to_the_first_screen(own_app, page):
    from playwright.sync_api import expect

    own_app.start()
    page.goto(f"{own_app.url}/train")
    number = page.get_by_label("Images used", exact=True)
    number.fill("640")
    number.press("Enter")
    settled(page)
    start = page.get_by_role("button", name="Start training")
    start.click()
    expect(start).not_to_be_visible()
    page.wait_for_function(  # the button is gone: the focus is on the run
        "document.activeElement.tagName === 'H3' && document.activeElement.textContent.trim() === "
        "'mini_resnext'"
    )
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=LONG)
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(  # they are drawn anew with each point
            """() => {
              const boxes = [...document.querySelectorAll(".js-plotly-plot")].map(
                (chart) => chart.getBoundingClientRect());
              return boxes.length === 2 && boxes.every(
                (box) => box.height > 200 && box.top > 0 && box.bottom <= innerHeight);
            }"""
        )

    page.get_by_text("New run").click()
    expect(start).to_be_visible()
    expect(number).to_have_value("640")
    page.get_by_text("New run").click()
    expect(start).not_to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.reload()
    expect(page.get_by_role("heading", name="mini_resnext")).to_be_visible()
    expect(start).not_to_be_visible()


def test_a_finished_run_predicts_a_sample_and_an_upload(own_app, page):
    from playwright.sync_api import expect

    store = RunStore(own_app.runs)
    run = store.create(ResNeXtSpec.from_name("mini_resnext"), Recipe(), "/not/here", "ready")
    names = str(list(CIFAR10_NAMES)).replace("'", '"')
    facts = f'{{"kind": "data", "class_names": {names}, "steps_per_epoch": 1}}\n'
    (store.folder(run) / "metrics.jsonl").write_text(facts)
    shutil.copy(ROOT / "assets" / "mini_resnext-cifar10.keras", store.folder(run) / "model.keras")
    store.set_state(run, RunState("finished"))
    own_app.start()
    page.goto(f"{own_app.url}/train?run={run}")
    page.get_by_role("button", name="Use a sample image").click()
    words = page.get_by_text(re.compile(rf"^Predicted ({'|'.join(CIFAR10_NAMES)}) \(\d+ %\)"))
    expect(words).to_be_visible(timeout=LONG)
    expect(page.get_by_text("the actual class is unknown")).to_be_visible()

    file = io.BytesIO()
    Image.new("RGB", (50, 40), (120, 170, 230)).save(file, "PNG")  # nothing but sky
    upload = page.locator("[data-testid=stFileUploader] input[type=file]").last
    upload.set_input_files({"name": "not.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_text(re.compile("must be an image"))).to_be_visible()
    expect(words).to_have_count(0)
    upload.set_input_files({"name": "my.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(words).to_be_visible(timeout=LONG)
    expect(page.get_by_text("the actual class is unknown")).to_have_count(0)
