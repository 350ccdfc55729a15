"""The six steps in a browser: what they say is what the program computes."""

import io
import re
from dataclasses import replace

import pytest
from app_pages import App, metric
from PIL import Image
from waiting import settled

from explorer.analysis.equal_cost import block_params, solve
from explorer.lesson.question_kinds import ask, topics
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunStore

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STEPS = ("Paths", "Forms", "Width", "Inside", "Depth", "Check")


def text(locator):
    return locator.inner_text()


def wait_for(page, label, words):
    from playwright.sync_api import expect

    expect(metric(page, label)).to_have_text(words)


def test_next_walks_through_the_six_steps(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn")
    for number, _ in enumerate(STEPS, start=1):
        heading = page.get_by_role("heading", name=re.compile(rf"^Step {number} of 6: "))
        expect(heading).to_be_visible()
        if number < len(STEPS):
            page.get_by_role("button", name="Next step").click()
    expect(page.get_by_role("button", name="Next step")).to_be_disabled()
    expect(page).to_have_url(re.compile("lesson=Check"))
    assert page.get_by_test_id("stException").count() == 0


def test_paths_step_by_step_and_by_link(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn?lesson_move=Split")
    wait_for(page, "Weights so far", "32,768")
    page.get_by_role("button", name="Next", exact=True).click()
    wait_for(page, "Weights so far", f"{32_768 + 32 * 9 * 16:,}")
    expect(page).to_have_url(re.compile("lesson_move=Transform"))
    page.goto(f"{app.url}/learn?lesson_move=Add&lesson_block=8x14d")
    wait_for(page, "Weights so far", f"{block_params(8, 14):,}")
    expect(page.get_by_role("img", name=re.compile("block of 8 paths of width 14"))).to_be_visible()


def test_the_whole_block_is_in_the_window_under_its_heading(page, app):
    page.goto(f"{app.url}/learn?lesson_move=Add")
    drawing = page.get_by_role("img", name=re.compile("drawn up to the step Add"))
    drawing.wait_for()
    heading = page.get_by_role("heading", name=re.compile("^Step 1 ")).bounding_box()
    box = drawing.bounding_box()
    header = 60  # of the app, over the page
    assert box["y"] + box["height"] - heading["y"] <= 900 - header


def test_on_a_phone_the_words_come_before_the_drawing(new_page, app):
    page = new_page(390, 844)
    page.goto(f"{app.url}/learn?lesson_move=Split")
    drawing = page.get_by_role("img", name=re.compile("drawn up to the step Split"))
    drawing.wait_for()
    words = page.get_by_text("Each path reads").bounding_box()
    figures = metric(page, "Weights of this step").bounding_box()
    box = drawing.bounding_box()
    assert words["y"] + words["height"] <= box["y"]
    assert box["y"] + box["height"] <= figures["y"]


def test_paths_play_to_the_end_and_stop(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn?lesson_move=Merge")
    page.get_by_role("button", name="Play").click()
    expect(page).to_have_url(re.compile("lesson_move=Add"))
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_forms_are_measured_here(page, app):
    page.goto(f"{app.url}/learn?lesson=Forms")
    page.get_by_role("button", name="Measure").click()
    value = metric(page, "Largest output difference")
    value.wait_for(timeout=300_000)
    assert 0 <= float(text(value)) < 1e-4
    assert float(text(metric(page, "Largest gradient difference"))) < 1e-4
    page.get_by_text("A bias in the last 1x1 of each path").wait_for()


def test_width_follows_the_cardinality(page, app):
    page.goto(f"{app.url}/learn?lesson=Width&lesson_c=16")
    found = solve(16)
    wait_for(page, "Width d", str(found.width))
    wait_for(page, "Weights of the convolutions", f"{found.params:,}")
    page.get_by_role("button", name="4x24d").click()
    wait_for(page, "Width d", "24")
    wait_for(page, "Weights of the convolutions", "69,888")
    page.get_by_role("img", name=re.compile("96 by 96 channels .* 4 blocks")).wait_for()


def test_width_by_keyboard(page, app):
    page.goto(f"{app.url}/learn?lesson=Width")
    wait_for(page, "Width d", "4")
    slider = page.get_by_role("slider", name="Cardinality C")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    wait_for(page, "Weights of the convolutions", f"{solve(31).params:,}")


def test_depth_leaves_the_image(page, app):
    page.goto(f"{app.url}/learn?lesson=Depth")
    wait_for(page, "Receptive field", "39 × 39 px")
    wait_for(page, "Reaches beyond the image", "yes")
    page.get_by_role("radio", name="1", exact=True).click()
    wait_for(page, "Receptive field", "9 × 9 px")
    wait_for(page, "Reaches beyond the image", "no")


def test_questions_are_computed_and_checked(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn?lesson=Check&lesson_seed=41")
    question = ask(topics()[0], 41)
    answer = page.get_by_role("textbox", name="Your answer")
    answer.fill(str(question.answer + 1))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Not correct. Try")).to_be_visible()
    answer.fill(str(question.answer))
    answer.press("Enter")
    expect(page.get_by_text(f"Correct: {question.answer:,}")).to_be_visible()
    expect(page.get_by_text("Solved: 1 of 12")).to_be_visible()


def test_texts_hide_and_hostile_links_are_refused(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn?lesson=Width&lesson_text=off&lesson_c=<b>9999</b>")
    wait_for(page, "Width d", "4")
    expect(page.get_by_text("must be a whole number from 1 to 64")).to_be_visible()
    expect(page.get_by_text("Every path needs weights.")).to_have_count(0)
    assert page.get_by_test_id("stException").count() == 0


def test_inside_without_a_network_says_what_to_do(page, app):
    page.goto(f"{app.url}/learn?lesson=Inside")
    page.get_by_text(
        re.compile("There is no trained network yet|Switch paths off")
    ).first.wait_for()


def test_inside_a_finished_run(page, tmp_path):
    """A run with the built-in images; its paths looked at and switched off."""
    from playwright.sync_api import expect

    from explorer.lesson.forms import random_weights
    from explorer.training.runs.store import RunState
    from resnext import ResNeXtSpec, build_model, trace
    from resnext.weights import write_weights

    spec = ResNeXtSpec.from_name("resnext20_4x4d", input_shape=(16, 16, 3))
    store = RunStore(tmp_path / "runs")
    recipe = replace(Recipe.from_name("short"), epochs=2, limit=100)
    run = store.create(spec, recipe, "synthetic", name="ready")
    model = build_model(spec)
    write_weights(model, trace(spec), random_weights(trace(spec)))
    model.save(store.folder(run) / "model.keras")
    store.set_state(run, RunState("finished"))
    app = App(tmp_path / "runs").start(RESNEXT_MAX_JOBS="1")  # each further worker loads it, too
    try:
        page.goto(f"{app.url}/learn?lesson=Inside")
        box = page.get_by_role("combobox", name="Network")
        box.wait_for()
        box.fill("ready")
        box.press("Enter")
        page.get_by_text("Brighter is stronger").wait_for(timeout=300_000)
        expect(page.locator(".lesson-paths figure")).to_have_count(4, timeout=300_000)
        page.get_by_role("radio", name="At random").click()
        value = metric(page, "Unchanged predictions")
        value.wait_for(timeout=300_000)
        assert re.fullmatch(r"\d+\.\d %", text(value))
        expect(page.locator(".lesson-paths figure.off")).to_have_count(4)
        # It was trained on images that are here, so that it can be scored.
        assert re.fullmatch(r"\d+\.\d %", text(metric(page, "Accuracy on 200 images")))
        page.get_by_role("radio", name="One", exact=True).click()
        each = page.get_by_role("img", name=re.compile("Change of accuracy"))
        expect(each.locator("i")).to_have_count(4)
    finally:
        app.kill()


def test_a_picture_of_ones_own_and_a_drawing(page, app):
    """The network that comes with the explorer looks at both; what is no picture is told."""
    from playwright.sync_api import expect

    file = io.BytesIO()
    Image.new("RGB", (50, 40), (200, 30, 30)).save(file, "PNG")
    page.goto(f"{app.url}/learn?lesson=Inside&lesson_way=Upload")
    upload = page.locator("[data-testid=stFileUploader] input[type=file]")
    upload.set_input_files({"name": "not.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    assert page.locator(".lesson-paths").count() == 0
    page.goto(f"{app.url}/learn?lesson=Inside&lesson_way=Upload")
    upload.set_input_files({"name": "my.png", "mimeType": "image/png", "buffer": file.getvalue()})
    expect(page.locator(".lesson-paths figure")).to_have_count(32, timeout=300_000)
    before = page.locator(".lesson-paths img").first.get_attribute("src")

    page.goto(f"{app.url}/learn?lesson=Inside&lesson_way=Draw")
    expect(page.get_by_text("Draw something")).to_be_visible()
    pad = page.get_by_label(re.compile("Drawing pad"))
    pad.focus()
    for key in ("Space", "ArrowRight", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".lesson-paths figure")).to_have_count(32, timeout=300_000)
    assert page.locator(".lesson-paths img").first.get_attribute("src") != before


@pytest.mark.parametrize("step", STEPS)
def test_nothing_overflows_on_a_phone(new_page, app, step):
    page = new_page(390, 844, scheme="dark", motion="reduce")
    page.goto(f"{app.url}/learn?lesson={step}&lesson_move=Widen")
    number = STEPS.index(step) + 1
    page.get_by_role("heading", name=re.compile(rf"^Step {number} ")).wait_for()
    tabs = page.get_by_role("radiogroup", name="Step of the lesson").get_by_role("radio")
    tabs.first.wait_for()  # its code comes late
    settled(page)
    assert len({tab.bounding_box()["y"] for tab in tabs.all()}) == 1
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")
