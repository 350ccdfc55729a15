"""The training page in a browser: reload, pause, resume, stop; a killed process; a new app."""

import os
import re
import signal

import pytest
from app_pages import badge, metric
from waiting import until

from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import start
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

pytestmark = [pytest.mark.browser, pytest.mark.slow(10)]
NAME = "<b>bold</b> & *starred*"
# One block: there is less to trace before the first step than in mini_resnext.
SMALL = ResNeXtSpec(
    blocks=(1,), cardinality=4, width=1, stem="cifar", input_shape=(32, 32, 3), classes=10
)


def begun(store, images):
    """A run of the engine, small but long enough to be watched."""
    recipe = Recipe.from_name("short", epochs=3000, limit=640)
    return start(store, SMALL, recipe, images, NAME)


def test_reload_find_pause_resume_stop(own_app, page, images):
    from playwright.sync_api import expect

    own_app.start()
    store = RunStore(own_app.runs)
    run = begun(store, images)
    link = f"{own_app.url}/train?run={run}"
    page.goto(link)
    expect(badge(page, "running")).to_be_visible(timeout=180_000)
    expect(metric(page, "Images per second")).to_have_text(re.compile(r"\d"), timeout=120_000)
    assert page.locator("h3 b").count() == 0  # the name is text, not markup

    page.reload()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(badge(page, "paused")).to_be_visible()
    until(lambda: store.snapshot(run).state == "paused")
    steps = store.snapshot(run).points[-1].step

    page.get_by_role("button", name="Resume").click()
    expect(badge(page, "running")).to_be_visible(timeout=180_000)
    until(lambda: [p for p in store.snapshot(run).points if p.step > steps], 180)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(badge(page, "stopped")).to_be_visible()
    assert store.snapshot(run).state == "stopped"


def test_a_killed_process_is_shown_and_survives_the_app(own_app, page, images):
    from playwright.sync_api import expect

    own_app.start()
    store = RunStore(own_app.runs)
    run = begun(store, images)
    until(lambda: store.snapshot(run).pid and store.snapshot(run).points, 180)

    own_app.kill()  # the run goes on without the app
    assert store.snapshot(run).state == "running"
    own_app.start()
    page.goto(f"{own_app.url}/train")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()

    os.kill(store.snapshot(run).pid, signal.SIGKILL)
    expect(page.get_by_text("The run failed:")).to_be_visible()
    assert store.snapshot(run).reason
    expect(page.get_by_text(store.snapshot(run).reason.rstrip(".")).first).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_an_open_page_sees_what_others_start(own_app, page, images):
    from playwright.sync_api import expect

    own_app.start()
    page.goto(f"{own_app.url}/train")
    expect(page.get_by_text("No run yet")).to_be_visible()
    begun(RunStore(own_app.runs), images)  # by the command line, say
    expect(badge(page, re.compile("starting|running"))).to_be_visible()
