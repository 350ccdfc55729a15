"""The pictures in assets/screenshots: every page at two sizes and in two themes.

    python assets/make_screenshots.py [--runs FOLDER] [PICTURE ...]

Needs what requirements-dev.txt installs, and a Chromium. FOLDER holds the runs that the page
Train shows. PICTURE is one of the names in `PICTURES`; all by default.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from app_pages import App
from conftest import CHROMIUM
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
SIZES = {"": (1440, 900), "-phone": (390, 844)}
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
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
    "verify": ("verify", ""),
    "train": ("train", "text=finished"),
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


def main() -> None:
    """Take those that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", choices=[*PICTURES, []])
    asked = parser.parse_args()
    app = App(asked.runs.resolve()).start()
    folder = ROOT / "assets" / "screenshots"
    folder.mkdir(exist_ok=True)
    try:
        with sync_playwright() as playwright:
            path = os.environ.get("CHROMIUM") or CHROMIUM
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            for theme in ("light", "dark"):
                for suffix, (width, height) in SIZES.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=theme
                    )
                    page = context.new_page()
                    for name in asked.pictures or PICTURES:
                        picture = taken(page, app.url, *PICTURES[name])
                        if name not in GRADIENTS:  # 256 colours would be seen in these
                            picture = picture.quantize(256, dither=Image.Dither.NONE)
                        picture.save(folder / f"{name}-{theme}{suffix}.png", optimize=True)
                    context.close()
            browser.close()
    finally:
        app.kill()


def taken(page: Page, url: str, address: str, top: str) -> Image.Image:
    """A picture of the window."""
    page.goto(f"{url}/{address}")
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_timeout(2_000)
    page.wait_for_selector(SETTLED, timeout=180_000)
    if top:
        place = page.locator(top).first
        place.wait_for(timeout=180_000)
        place.evaluate(BELOW_THE_BAR)
    page.wait_for_timeout(2_500)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
