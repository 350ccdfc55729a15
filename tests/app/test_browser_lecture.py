"""The lesson in full screen, for a lecture room at 1280x720: keys, focus, type, what is hidden."""

import re

import pytest
from waiting import settled, until

from explorer.app.views.learn.parts import static

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READABLE = 18  # pixels: a fortieth of the height


@pytest.fixture
def lecture(new_page, app):
    """Opens a step of the lesson in full screen, by its address."""
    page = new_page(1280, 720, motion="reduce")

    def at(step, more=""):
        page.goto(f"{app.url}/learn?lesson_full=on&lesson={step}{more}")
        page.get_by_role("button", name="Leave full screen").wait_for()
        settled(page)
        page.wait_for_function("window.resnextLesson?.component")  # keys are heard from then on
        return page

    return at


def turned_to(page, number):
    """Wait until a step has been turned to: its heading has the focus, at the top."""
    page.wait_for_function(
        """(start) => {
          const heading = document.activeElement;
          return heading.tagName === "H2" && heading.textContent.startsWith(start)
            && heading.getBoundingClientRect().top < 100;
        }""",
        arg=f"Step {number} of 6: ",
    )


def test_keys_and_clickers_turn_the_steps(lecture):
    from playwright.sync_api import expect

    page = lecture("Paths")
    keys = (("PageDown", 2), ("ArrowRight", 3), ("PageUp", 2), ("ArrowLeft", 1), ("End", 6),
            ("PageDown", 6), ("Home", 1), ("PageUp", 1))  # fmt: skip
    for key, step in keys:
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=re.compile(f"^Step {step} of 6: "))).to_be_visible()
        if key not in ("PageDown", "PageUp") or step not in (1, 6):  # else nothing is turned
            turned_to(page, step)
    page.keyboard.press("PageDown")
    expect(page).to_have_url(
        re.compile("lesson=Forms.*lesson_full=on|lesson_full=on.*lesson=Forms")
    )


def test_fast_presses_are_all_followed(lecture):
    page = lecture("Paths")
    for _ in range(4):
        page.keyboard.press("PageDown")
    turned_to(page, 5)
    page.keyboard.press("PageUp")
    turned_to(page, 4)


def test_keys_that_a_control_uses_are_left_to_it(lecture):
    from playwright.sync_api import expect

    page = lecture("Width")
    slider = page.get_by_role("slider", name="Cardinality C")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("31")
    page.keyboard.press("Home")
    expect(slider).to_have_value("1")
    expect(page.get_by_role("heading", name=re.compile("^Step 3 "))).to_be_visible()
    page.keyboard.press("PageDown")  # a clicker turns the step in any case
    turned_to(page, 4)
    page.keyboard.press("PageUp")
    turned_to(page, 3)
    expect(slider).to_have_value("1")

    page = lecture("Check")
    answer = page.get_by_role("textbox", name="Your answer")
    answer.fill("12")
    for key in ("ArrowLeft", "Home", "ArrowRight"):
        answer.press(key)
    answer.press("9")
    expect(answer).to_have_value("192")
    page.keyboard.press("PageUp")
    turned_to(page, 5)


def test_nothing_but_the_step_is_there_and_escape_leaves(page, app):
    from playwright.sync_api import expect

    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{app.url}/learn?lesson=Width")
    navigation = page.get_by_role("link", name="Architecture")
    expect(navigation).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()  # it would do nothing here
    page.get_by_role("button", name="Full screen").click()
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    turned_to(page, 3)
    expect(navigation).not_to_be_visible()
    expect(page.get_by_test_id("stHeader")).not_to_be_visible()
    expect(page.get_by_text("Every path needs weights.")).to_have_count(0)
    expect(page.locator("table")).to_have_count(0)
    expect(page).to_have_url(re.compile("lesson_full=on"))
    page.get_by_text("Explanations").click()
    expect(page.get_by_text("Every path needs weights.")).to_be_visible()
    page.get_by_text("Show the table").click()
    expect(page.locator("table")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Every path needs weights.")).to_be_visible()
    expect(page.locator("table")).to_be_visible()

    def left():  # the keys are heard as soon as their code has loaded
        page.keyboard.press("Escape")
        settled(page)
        return navigation.is_visible()

    until(left)
    expect(page.get_by_role("heading", name=re.compile("^Step 3 "))).to_be_visible()
    expect(page).not_to_have_url(re.compile("lesson_full=on"))
    page.keyboard.press("PageDown")  # outside full screen it scrolls
    settled(page)
    expect(page.get_by_role("heading", name=re.compile("^Step 3 "))).to_have_count(1)


def test_the_browser_enters_full_screen_and_takes_the_page_along_when_it_leaves(page, app):
    from playwright.sync_api import expect

    page.goto(f"{app.url}/learn")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    expect(page.get_by_role("button", name="Leave full screen")).to_be_visible()
    page.evaluate("document.exitFullscreen()")  # as the browser does when Escape is pressed
    expect(page.get_by_role("button", name="Full screen", exact=True)).to_be_visible()
    page.get_by_role("button", name="Full screen", exact=True).click()
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    page.get_by_role("button", name="Leave full screen").click()
    page.wait_for_function("document.fullscreenElement === null")
    expect(page.get_by_role("link", name="Architecture")).to_be_visible()


def test_a_click_is_heard_while_one_component_takes_the_place_of_the_other(page):
    """The bar of full screen has one of its own; between the two none is there."""
    page.goto("about:blank")
    page.set_content("<div class=st-key-lesson_leave><button>Leave</button></div>")
    left, full = page.evaluate(
        """async (source) => {
          const {default: start} = await import(
            URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
          const component = () => ({
            data: {place: 0, steps: 6, full: true, press: 0}, setTriggerValue() {},
          });
          const end = start(component());
          let left = 0;
          Object.defineProperty(document, "fullscreenElement", {value: document.body});
          document.exitFullscreen = () => { left += 1; };
          end();
          document.querySelector("button").click();
          const endSecond = start(component());
          start(component());
          endSecond();
          document.querySelector("button").click();
          return [left, window.resnextLesson.component !== null];
        }""",
        static("keys.js"),
    )
    assert left == 2  # once for each click
    assert full


# Sizes of all text that is seen, in pixels of the screen; drawings are in shadow trees and scaled.
SMALL = """(least) => {
  const found = [];
  const visit = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
      const other = ".netmap, [data-testid=stIconMaterial], style, .katex";  // KaTeX has indices
      if (!own || element.closest(other)) continue;
      const box = element.getBoundingClientRect();
      if (box.width < 2 || box.height < 2) continue;
      const matrix = element instanceof SVGElement ? element.getScreenCTM() : {a: 1, b: 0};
      const scale = Math.hypot(matrix.a, matrix.b);  // of turned text, too
      const size = scale * parseFloat(getComputedStyle(element).fontSize);
      if (size < least) found.push([element.textContent.trim(), size]);
    }
  };
  visit(document.querySelector("[data-testid=stMain]"));
  return found;
}"""


@pytest.mark.parametrize("step", ["Paths", "Forms", "Width", "Depth", "Check"])
def test_all_text_can_be_read_from_the_last_row(lecture, step):
    page = lecture(step, "&lesson_full_text=on&lesson_move=Add")
    page.wait_for_selector("[data-testid=stMain] p")
    page.wait_for_function(
        "!document.querySelector('[data-testid=stMain] [data-testid=stSkeleton]')"
    )
    assert page.evaluate(SMALL, READABLE) == []
    main = "document.querySelector('[data-testid=stMain]')"
    assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth")


def test_no_sidebar_flashes_before_the_lesson(app, page):
    page.add_init_script(
        """window.sidebars = 0;
        const look = () => {
          const bar = document.querySelector("[data-testid=stSidebar]");
          if (bar?.getBoundingClientRect().right > 0) window.sidebars += 1;
          requestAnimationFrame(look);
        };
        look();"""
    )
    page.goto(f"{app.url}/learn?lesson=Forms")
    page.get_by_role("heading", name=re.compile("^Step 2 ")).wait_for()
    settled(page)
    assert page.evaluate("window.sidebars") == 0
    page.get_by_role("link", name="Tables").click()  # it does look
    page.wait_for_function("window.sidebars > 0")
