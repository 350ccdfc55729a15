"""Two visitors in two browsers on one hosted app: neither sees nor blocks the other."""

import io
import subprocess
import zipfile

import numpy as np
import pytest
from app_pages import badge
from PIL import Image

from explorer.jobs.processes import identity
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.runfiles import RunFiles
from explorer.training.runs.snapshot import RunState
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

pytestmark = [pytest.mark.browser, pytest.mark.slow(15)]
NAME, CLASSES = "only for Anna", ("anna", "hanna")


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for red, name in enumerate(CLASSES):
            for number in range(30):
                picture = io.BytesIO()
                Image.new("RGB", (32, 32), (255 * red, 8 * number, 90)).save(picture, "PNG")
                packed.writestr(f"train/{name}/{number}.png", picture.getvalue())
    return file.getvalue()


@pytest.fixture
def visitors(browser, page):
    """Two windows that share nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page(), page
    context.close()


@pytest.fixture
def at_work():
    """Say that a process trains a run: so it holds the only place, and TensorFlow never starts."""
    process = subprocess.Popen(["sleep", "600"])

    def set_running(store, run):
        with store.locked():
            known = {"worker": process.pid, "worker_identity": identity(process.pid)}
            store.set_state(run, RunState("running", folder=run, **known))

    yield set_running
    process.kill()
    process.wait()


def write_batch(folder):
    """What a trainer writes first: the classes that it read, a point and a batch of images."""
    files = RunFiles(folder)
    files.resume()
    sizes = {"batch_size": 30, "steps_per_epoch": 2, "train_images": 54}
    files.record("data", {**sizes, "class_names": CLASSES, "machine": "", "notes": []})
    figures = {"loss": 0.7, "accuracy": 0.5, "rate": 0.1, "speed": 9.0, "elapsed": 1.0}
    files.record("point", {"step": 1, "epoch": 0.5, **figures})
    images = np.full((2, 32, 32, 3), 90, np.uint8)
    files.batch(1, images, np.array([0, 1]), np.array([[2.0, 0], [0, 2.0]], np.float32))
    files.close()


def test_neither_sees_nor_blocks_the_other(own_app, visitors, at_work):
    from playwright.sync_api import expect

    own_app.start(RESNEXT_HOSTED="1", RESNEXT_MAX_RUNS="1")
    store = RunStore(own_app.runs)
    theirs = store.create(ResNeXtSpec.from_name("mini_resnext"), Recipe(), "synthetic", owner="c")
    at_work(store, theirs)
    anna, ben = visitors
    for page in visitors:
        page.goto(f"{own_app.url}/train")
        expect(page.get_by_text("No run yet")).to_be_visible()

    anna.get_by_role("combobox", name="Images").click()
    anna.get_by_role("option", name="Upload an archive").click()
    file = {"name": "faces.zip", "mimeType": "application/zip", "buffer": archive()}
    anna.locator("input[type=file]").set_input_files(file)
    anna.get_by_test_id("stMain").get_by_text("More options").click()
    anna.get_by_label("Name of the run").fill(NAME)
    expect(anna.get_by_text("60 images, 2 classes")).to_be_visible()
    anna.get_by_role("button", name="Start training").click()
    expect(anna.get_by_role("heading", name=NAME)).to_be_visible()
    (annas,) = {*store.ids()} - {theirs}

    ben.get_by_role("button", name="Start training").click()
    expect(badge(ben, "queued")).to_be_visible()
    ben.get_by_role("button", name="Stop", exact=True).click()
    expect(badge(ben, "stopped")).to_be_visible()
    expect(ben.get_by_role("heading", name=NAME)).to_have_count(0)
    write_batch(store.folder(annas))
    at_work(store, annas)
    shown = anna.locator("figure", has_text=CLASSES[0]).first
    expect(shown).to_be_visible()
    picture = shown.locator("img").get_attribute("src")

    def seen_by_ben(path, instead):
        ben.goto(f"{own_app.url}{path}")
        expect(ben.get_by_text(instead).first).to_be_visible()
        html = ben.content()
        return [text for text in (NAME, *CLASSES, picture, "faces.zip") if text in html]

    missing = "A run in this link was not found"
    assert seen_by_ben("/train", "All runs") == []
    assert seen_by_ben(f"/train?run={annas}", missing) == []
    assert seen_by_ben(f"/train?shared={annas}", "All runs") == []
    assert seen_by_ben("/learn?lesson=Inside", "All paths have the same shape") == []

    # Her cookie is the server's; her id alone, or another signature, opens nothing.
    cookie = next(each for each in anna.context.cookies() if each["name"] == "resnext_visitor")
    assert cookie["httpOnly"]
    assert cookie["value"].startswith(store.snapshot(annas).owner)
    bens = next(each for each in ben.context.cookies() if each["name"] == "resnext_visitor")
    forged = f"{store.snapshot(annas).owner}.{bens['value'].partition('.')[2]}"
    ben.context.add_cookies([{**bens, "value": forged}])
    assert seen_by_ben(f"/train?run={annas}", "No run yet") == []

    anna.reload()
    anna.get_by_role("button", name="Share by link").click()
    link = anna.get_by_test_id("stCode").filter(has_text="shared=").inner_text().strip()
    ben.goto(link)
    expect(ben.get_by_role("heading", name=NAME)).to_be_visible()
    expect(ben.locator("figure", has_text="anna").first).to_be_visible()
    expect(ben.get_by_role("button", name="Delete")).to_have_count(0)
    anna.get_by_role("button", name="Stop sharing").click()
    expect(anna.get_by_role("button", name="Share by link")).to_be_visible()
    assert seen_by_ben(link.removeprefix(own_app.url), "No run yet") == []
