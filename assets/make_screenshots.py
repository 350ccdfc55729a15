"""The pictures in assets/screenshots: pages, a notebook, and frames of the first picture.

    python assets/make_screenshots.py [--runs FOLDER] [PICTURE ...]

Needs what requirements-dev.txt installs, and a Chromium. FOLDER holds the runs that the page
Train shows and the sweep that Sweeps shows. Times on Cost are those that ``python -m explorer time
resnet50 resnext50_32x4d --batch 8`` has kept on this machine. PICTURE is one of the names in
`PICTURES`, or `jupyterlab`, or `cardinality-strip`: the first picture while its slider is dragged.
All by default.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "notebook"))

from app_pages import App
from conftest import CHROMIUM
from notebook_servers import LAB, Server, click_part, open_page, write_notebook
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from waiting import settled

from explorer.charts.cardinality.choices import CARDINALITIES

FOLDER = Path(__file__).parent / "screenshots"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
SIZES = {"": (1440, 900), "-phone": (390, 844)}
LECTURE, ROOM = "-1280x720", (1280, 720)  # what a projector shows of `IN_A_ROOM`
PATIENCE = 180_000  # milliseconds
BELOW_THE_BAR = "e => { e.style.scrollMarginTop = '76px'; e.scrollIntoView({block: 'start'}); }"
HEADING = "[data-testid=stMain] h2"
INSIDE = "learn?lesson=Inside&lesson_off_way=At+random"

# Name: address, and what to bring to the top of the window, if that is not the page's own top.
PICTURES = {
    "architecture": ("", ""),
    "map": ("?open=stages,stage2,stage2/block1&at=stage2/block1/conv2", ".netmap"),
    "map-paths": ("?form=aggregated&open=paths&at=stage1/block1/path7/conv2", ".netmap"),
    "map-heat": ("?network=resnext101_32x4d&open=blocks&colour=macs&size=macs", ".netmap"),
    "tables": ("tables", ""),
    "compare": ("compare", ""),
    "cost": ("cost", ""),
    "cost-memory": ("cost", "text=Peak of each stage"),
    "cost-time": ("cost?time_batch=8", "h3:has-text('Time')"),
    "cost-roofline": ("cost?time_batch=8", "text=The roofline: which ceiling each layer meets"),
    "verify": ("verify", ""),
    "accuracy": ("accuracy", ""),
    "train": ("train", ""),
    "sweeps": ("sweeps", ""),
    "learn-1-paths": ("learn?lesson=Paths&lesson_move=Add", HEADING),
    "learn-2-forms": ("learn?lesson=Forms", HEADING),
    "learn-2-forms-map": ("learn?lesson=Forms", ".netmap"),
    "learn-3-width": ("learn?lesson=Width", HEADING),
    "learn-4-inside": (INSIDE, "text=Switch paths off"),
    "learn-5-depth": ("learn?lesson=Depth", HEADING),
    "learn-6-check": ("learn?lesson=Check", HEADING),
    "learn-full-screen": ("learn?lesson_full=on&lesson=Width", ""),
}
GRADIENTS = ("map-heat",)
IN_A_ROOM = ("learn-full-screen",)
STRIP = "cardinality-strip"
FRAMES = (1, 2, 4, 8, 16, 32)  # cardinalities
WIDTH, HEIGHT, TOP = 300, 700, 64  # a narrow window, with the slider below the block; its own bar
NOTEBOOK = "jupyterlab"
CELLS = (
    'from explorer import explore\n\nwidget = explore("resnext50_32x4d", height=440)\nwidget',
    "widget.selected",
    "widget.report.at(widget.selected).params",
)


def main() -> None:
    """Take those that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument(
        "pictures", nargs="*", metavar="PICTURE", choices=[*PICTURES, NOTEBOOK, STRIP, []]
    )
    asked = parser.parse_args()
    names = [name for name in PICTURES if name in (asked.pictures or PICTURES)]
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or CHROMIUM
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        wants_strip = STRIP in (asked.pictures or [STRIP])
        if names or wants_strip:
            app = App(asked.runs.resolve()).start()
            try:
                take_pages(browser, app.url, names)
                if wants_strip:
                    take_strip(browser, app.url)
            finally:
                app.kill()
        if not asked.pictures or NOTEBOOK in asked.pictures:
            take_notebook(browser)
        browser.close()


def take_pages(browser: Browser, url: str, names: list[str]) -> None:
    """Pages of the app, in both themes and sizes."""
    for theme in ("light", "dark"):
        for suffix, (width, height) in {**SIZES, LECTURE: ROOM}.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme
            )
            page = context.new_page()
            for name in names:
                if suffix == LECTURE and name not in IN_A_ROOM:
                    continue
                save(taken(page, url, *PICTURES[name]), f"{name}-{theme}{suffix}")
            context.close()


def take_notebook(browser: Browser) -> None:
    """The map in JupyterLab with a part selected, and below it what Python knows of that."""
    with TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "resnext.ipynb", CELLS)
        server = Server(Path(folder), LAB, "/api")
        try:
            page = open_page(browser, f"{server.url}/lab/tree/resnext.ipynb")
            page.get_by_text("(ipykernel) | Idle").wait_for()
            page.get_by_role("button", name="No", exact=True).click()  # no news
            page.keyboard.press("Control+B")  # no list of files
            for cell, seen in enumerate((".netmap-canvas", "text='stage2'", "text=1197056")):
                page.locator(".jp-CodeCell .cm-content").nth(cell).click()
                page.keyboard.press("Shift+Enter")
                page.locator(seen).first.wait_for()
                if cell == 0:
                    click_part(page, "stage 2,")
            for theme in ("Light", "Dark"):
                page.get_by_role("menuitem", name="Settings", exact=True).click()
                page.get_by_text("Theme", exact=True).hover()
                page.get_by_text(f"JupyterLab {theme}", exact=True).click()
                page.locator(f'.netmap[data-mode="{theme.lower()}"]').wait_for()
                page.wait_for_timeout(1_000)
                save(shot(page), f"{NOTEBOOK}-{theme.lower()}")
            page.context.close()
        finally:
            server.stop()


def save(picture: Image.Image, name: str) -> None:
    """Write a picture, in 256 colours where these suffice."""
    if not name.startswith(GRADIENTS):
        picture = picture.quantize(256, dither=Image.Dither.NONE)
    picture.save(FOLDER / f"{name}.png", optimize=True)


def shot(page: Page) -> Image.Image:
    """A picture of the window."""
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def taken(page: Page, url: str, address: str, top: str) -> Image.Image:
    """A picture of the window on a page of the app."""
    page.goto(f"{url}/{address}", timeout=PATIENCE)
    page.wait_for_selector("h1, h2", timeout=PATIENCE)  # full screen has no title
    page.wait_for_timeout(2_000)
    settled(page, PATIENCE)
    if top:
        place = page.locator(top).first
        place.wait_for(timeout=PATIENCE)
        place.evaluate(BELOW_THE_BAR)
    page.wait_for_timeout(2_500)
    return shot(page)


def take_strip(browser: Browser, url: str) -> None:
    """Frames of the first picture, in both themes."""
    for theme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme
        )
        save(strip(context.new_page(), url), f"{STRIP}-{theme}")
        context.close()


def strip(page: Page, url: str) -> Image.Image:
    """Frames of the first picture while the mouse drags its slider, side by side."""
    page.goto(f"{url}/architecture")
    slider = page.locator(".cardinality .slider")
    slider.wait_for(timeout=PATIENCE)
    page.wait_for_timeout(2_000)
    settled(page, PATIENCE)
    page.locator(".cardinality .block").first.evaluate(BELOW_THE_BAR)
    box = slider.bounding_box()
    assert box is not None
    frames = []
    for cardinality in FRAMES:
        share = CARDINALITIES.index(cardinality) / (len(CARDINALITIES) - 1)
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, box["y"] + box["height"] / 2)
        if not frames:
            page.mouse.down()
        page.wait_for_timeout(500)  # transitions are over
        frame = page.screenshot(clip={"x": 0, "y": TOP, "width": WIDTH, "height": HEIGHT - TOP})
        frames.append(Image.open(io.BytesIO(frame)).convert("RGB"))
    page.mouse.up()
    width, height = frames[0].size
    joined = Image.new("RGB", (width * len(frames), height))
    for number, frame in enumerate(frames):
        joined.paste(frame, (number * width, 0))
    return joined


if __name__ == "__main__":
    main()
