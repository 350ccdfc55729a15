"""Five tasks of a person's first minutes, in a browser: clicks, keys and seconds, before and now.

    RESNEXT_CIFAR10=FOLDER python benchmarks/tasks.py [--before ../before] [--rounds 3] [TASK ...]

Each task is done from a cold start: a new browser context, 1440x900, that opens the app's address.
FOLDER has `cifar-10-mini.tar.gz`; `--before` is a checkout of commit 1d13ff7, whose pages need
other steps, in turn with this one. Counted is what a person does:

- clicks: presses of the mouse; a drag is one;
- keys: presses of a key, a shortcut and a pasted path being one;
- scrolled: screens that the page was scrolled by to see the next thing.

Seconds are from the opening of the address to the answer on the screen, medians of the rounds, for
hands that never hesitate: the script acts as soon as it can. So they compare how long the app keeps
a person waiting. Training itself, from the press on Start to the end of the run, is left out and
given apart. Prints a table as Markdown, `results/tasks.md`.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from first_page import FLAGS, ROOT, server
from playwright.sync_api import Browser, Locator, Page, sync_playwright

HEIGHT = 900
WAIT = 240_000  # milliseconds
IMAGES, EPOCHS = 400, 1
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"
# Pixels of a table, which is drawn on a canvas; the last is inside the column Parameters, by layer.
HEADER, ROW, PARAMETERS_AT = 35, 35, 490
SHELL = shutil.which("chromium-headless-shell")  # opens a page in a third of the time
CHROMIUM = os.environ.get("CHROMIUM") or SHELL or shutil.which("chromium")
ARCHIVE = Path(os.environ.get("RESNEXT_CIFAR10", "")) / "cifar-10-mini.tar.gz"


@dataclass
class Person:
    """Does things in a page, and counts them."""

    page: Page
    clicks: int = 0
    keys: int = 0
    scrolled: float = 0.0
    began: float = field(default_factory=time.perf_counter)
    apart: float = 0.0  # seconds that are left out

    def see(self, what: Locator) -> Locator:
        """Wait until it is there, and scroll to it if it is not on the screen as a whole."""
        what.wait_for()
        before = self.page.evaluate(SCROLLED)
        what.evaluate("element => element.scrollIntoView({block: 'nearest'})")
        self.scrolled += abs(self.page.evaluate(SCROLLED) - before) / HEIGHT
        return what

    def click(self, what: Locator, **where: dict[str, float]) -> None:
        self.see(what).click(**where)
        self.clicks += 1

    def click_column(self, table: Locator, x: int) -> None:
        """Click the head of a table's column, to sort by it."""
        self.click(table, position={"x": x, "y": HEADER / 2})

    def tick_row(self, table: Locator, row: int) -> None:
        self.click(table, position={"x": 16, "y": HEADER + ROW * (row + 0.5)})

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def type(self, what: Locator, text: str, *, pasted: bool = False) -> None:
        """Click into a field, select what it has, type or paste, and leave it with Enter."""
        self.click(what)
        self.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.keys += 1 if pasted else len(text)
        self.press("Enter")
        self.settle()

    def choose(self, box: Locator, option: str | re.Pattern[str]) -> None:
        """Open a list and click on one of its options."""
        self.click(box)
        self.click(self.page.get_by_role("option", name=option))
        self.settle()

    def drag(self, slider: Locator, start: float, end: float) -> None:
        """Drag a slider's thumb from a share of its length to another."""
        box = self.see(slider).bounding_box()
        assert box is not None
        xs = [box["x"] + 8 + (box["width"] - 16) * share for share in (start, end)]
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(xs[0], y)
        self.page.mouse.down()
        self.page.mouse.move(xs[1], y, steps=10)
        self.page.mouse.up()
        self.clicks += 1

    def open_page(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def settle(self) -> None:
        """Wait until the page has answered, as who types on too early may lose what was typed."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector(SETTLED)

    def wait_apart(self, what: Locator) -> None:
        """Wait for what takes its time in any version; the seconds are left out."""
        began = time.perf_counter()
        what.wait_for()
        self.apart += time.perf_counter() - began


Task = Callable[[Person], None]


def cardinality_now(person: Person) -> None:
    page = person.page
    person.drag(page.locator(".cardinality .slider"), 8 / 11, 0)  # from 32 to 1
    person.see(page.locator(".cardinality .title", has_text="1 path of width 64").first)
    person.see(page.locator(".cardinality .why .shown"))


def cardinality_before(person: Person) -> None:
    """The first page says nothing of it; the lesson's third step does."""
    page = person.page
    person.open_page("Learn")
    person.click(page.get_by_role("radio", name="Width"))
    thumb = page.get_by_role("slider", name="Cardinality C")
    person.click(page.get_by_role("button", name="1x64d"))
    person.see(page.get_by_text("1x64d is a point"))
    person.see(thumb)
    person.see(page.get_by_text("The block, to scale"))


def depths_now(person: Person) -> None:
    page = person.page
    person.open_page("Compare")
    person.see(page.locator(".st-key-decision"))
    person.see(page.locator(".js-plotly-plot").first)


def depths_before(person: Person) -> None:
    page = person.page
    person.open_page("Compare")
    person.see(page.get_by_text("2.40\N{NO-BREAK SPACE}× the parameters"))
    person.see(page.locator(".st-key-accuracy_scatter .js-plotly-plot"))
    person.see(page.locator(".st-key-throughput .js-plotly-plot"))


def largest_layer_now(person: Person) -> None:
    depth = person.page.locator(".cardinality").get_by_role("group", name="Depth (layers)")
    person.click(depth.locator("label", has_text="101"))
    person.see(person.page.get_by_role("heading", name="resnext101_32x4d", level=2))
    _largest_layer(person)


def largest_layer_before(person: Person) -> None:
    person.choose(person.page.get_by_role("combobox", name="Preset"), "resnext101_32x4d")
    _largest_layer(person)


def _largest_layer(person: Person) -> None:
    """By the table, which sorts, to the map, which saves."""
    page = person.page
    person.open_page("Tables")
    person.click(page.get_by_role("radio", name="By layer"))
    table = page.get_by_test_id("stDataFrame").first
    person.see(page.get_by_text("344 of 344 rows"))
    person.settle()
    for _ in range(2):  # upwards, then downwards
        person.click_column(table, PARAMETERS_AT)
        person.settle()
    person.tick_row(table, 0)
    person.see(page.get_by_text("2,097,152 parameters"))
    person.settle()
    person.click(page.get_by_role("link", name="Show on the map"))
    person.see(page.locator(".netmap-canvas"))
    person.see(page.locator(".netmap-card h3"))
    person.click(page.get_by_role("button", name="Save the picture"))
    with page.expect_download():
        person.click(page.get_by_role("button", name="Picture as PNG"))


def train_now(person: Person) -> None:
    page = person.page
    _train(person, "Start training")
    person.click(page.get_by_role("button", name="Use a sample image"))
    person.see(page.locator("strong", has_text="Predicted "))


def train_before(person: Person) -> None:
    """A run's page shows no image of one's own; the lesson's fourth step does."""
    page = person.page
    _train(person, "Start training")
    person.open_page("Learn")
    person.click(page.get_by_role("radio", name="Inside"))
    person.choose(page.get_by_role("combobox", name="Network"), re.compile("^mini_resnext: "))
    person.click(page.get_by_role("radio", name="One", exact=True))
    person.see(page.get_by_text("Answer, all paths on"))


def _train(person: Person, start: str) -> None:
    page = person.page
    person.open_page("Train")
    person.choose(page.get_by_role("combobox", name="Images"), "A path on this machine")
    person.type(page.get_by_label("Path", exact=True), str(ARCHIVE), pasted=True)
    page.get_by_text("10 classes").wait_for()
    person.type(page.get_by_label("Images used", exact=True), str(IMAGES))
    person.type(page.get_by_label("Epochs", exact=True), str(EPOCHS))
    person.click(page.get_by_role("button", name=start))
    person.wait_apart(page.locator(".stMarkdownBadge", has_text="finished"))


def lesson_now(person: Person) -> None:
    page = person.page
    person.open_page("Learn")
    person.click(page.get_by_role("radio", name="Width"))
    person.see(page.get_by_role("heading", name=re.compile("^Step 3 of 6")))
    person.click(page.get_by_role("button", name="Full screen", exact=True))
    person.see(page.get_by_role("button", name="Leave full screen"))
    page.get_by_test_id("stHeader").wait_for(state="hidden")


def lesson_before(person: Person) -> None:
    """Hide the sidebar and the texts, and fill the screen by the browser's own key."""
    page = person.page
    person.open_page("Learn")
    person.click(page.get_by_role("radio", name="Width"))
    person.see(page.get_by_role("heading", name=re.compile("^3. ")))
    person.click(page.get_by_text("Show the text"))
    page.get_by_test_id("stSidebar").hover()
    person.click(page.get_by_test_id("stSidebarCollapseButton").get_by_role("button"))
    page.get_by_test_id("stSidebar").wait_for(state="hidden")
    person.press("F11")


TASKS: dict[str, tuple[str, Task, Task]] = {
    "cardinality": ("see what cardinality does", cardinality_before, cardinality_now),
    "depths": ("choose between 50, 101 and 152", depths_before, depths_now),
    "largest": (
        "find the layer with most parameters of ResNeXt-101, and take its picture along",
        largest_layer_before,
        largest_layer_now,
    ),
    "train": ("train the mini network on CIFAR-10, and try an image", train_before, train_now),
    "lesson": ("show step 3 of the lesson to a class", lesson_before, lesson_now),
}


def done(browser: Browser, url: str, task: Task) -> tuple[Person, float]:
    """Do a task in a browser that has not seen the app before; what it took, and its seconds."""
    context = browser.new_context(viewport={"width": 1440, "height": HEIGHT}, accept_downloads=True)
    context.set_default_timeout(WAIT)
    person = Person(context.new_page())
    person.page.goto(url)
    task(person)
    seconds = time.perf_counter() - person.began - person.apart
    context.close()
    return person, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--before", type=Path, help="a checkout of commit 1d13ff7")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("tasks", nargs="*", metavar="TASK", choices=[*TASKS, []])
    arguments = parser.parse_args()
    checkouts = [("now", ROOT)]
    if arguments.before:
        checkouts.insert(0, ("before", arguments.before.resolve()))
    found: dict[tuple[str, str], list[tuple[Person, float]]] = {}
    with ExitStack() as stack, sync_playwright() as playwright:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {
            name: stack.enter_context(server(path / "streamlit_app.py", path, folder / name))
            for name, path in checkouts
        }
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(arguments.rounds):
            for word in arguments.tasks or TASKS:
                for name, url in urls.items():
                    task = TASKS[word][1 if name == "before" else 2]
                    found.setdefault((word, name), []).append(done(browser, url, task))
        browser.close()
    print("| task | version | clicks | keys | screens scrolled | seconds | training, s |")
    print("|---|---|---|---|---|---|---|")
    for (word, name), tries in found.items():
        person = tries[-1][0]
        middle = statistics.median(seconds for _, seconds in tries)
        training = statistics.median(one.apart for one, _ in tries)
        print(
            f"| {TASKS[word][0]} | {name} | {person.clicks} | {person.keys} "
            f"| {person.scrolled:.1f} | {middle:.1f} | {f'{training:.0f}' if training else ''} |"
        )
    print(f"\nLoad {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")


if __name__ == "__main__":
    main()
