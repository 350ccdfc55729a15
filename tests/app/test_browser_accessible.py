"""Every page as axe-core judges it, in both themes; no page scrolls sideways, zoomed or small."""

import json

import app_pages
import pytest
from app_pages import ROOT
from waiting import THEME, settled, still

pytestmark = [pytest.mark.browser, pytest.mark.slow(20)]

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NETWORK = "network=resnext29_8x64d"
STEPS = ("Paths", "Forms", "Width", "Inside", "Depth", "Check")
PAGES = {
    "architecture": f"architecture?{NETWORK}&at=stage2/block1",
    "tables": f"tables?{NETWORK}",
    "compare": "compare?with=resnet50,resnext50_32x4d,resnext101_32x4d",
    "cost": f"cost?{NETWORK}",
    "accuracy": "accuracy?recipes=paper,torchvision-v1,timm-a1",
    "train": "train",
    "sweeps": "sweeps",
    **{f"lesson, {step}": f"learn?lesson={step}" for step in STEPS},
    "full screen": "learn?lesson_full=on&lesson=Width",
    "verify": "verify",
}
# A phone, and the window at 1440x900 zoomed to 200 %.
SIZES = {"phone": (390, 844), "zoomed": (720, 450)}

# No page is forgotten here.
assert {path.split("?")[0] for path in PAGES.values()} == set(app_pages.PAGES)
WHOLE = 3000  # pixels: what is not in the window is not looked at
SERIOUS = ("serious", "critical")


def opened(page, url):
    """Open a page, and wait until nothing is drawn any more."""
    page.goto(url)
    page.get_by_role("heading").first.wait_for()
    settled(page)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_function("document.fonts.status === 'loaded'")


def findings(page):
    """Serious findings in all frames, each as one line."""
    for frame in page.frames:
        if not frame.is_detached():
            frame.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations'], elementRef: false})"
    )
    return [
        f"{rule['id']} at {json.dumps(node['target'])}: {node['failureSummary']}"
        for rule in report["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci")
def test_no_page_has_a_serious_finding(new_page, app):
    page = new_page(1440, WHOLE, motion="reduce")
    found = []
    for name, path in PAGES.items():
        page.emulate_media(color_scheme="light")
        opened(page, f"{app.url}/{path}")
        found += [f"{name}: {line}" for line in findings(page)]
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(THEME, arg=True)
        settled(page)
        still(page.locator("body"))  # colours change slowly
        found += [f"{name}, dark: {line}" for line in findings(page)]
    assert not found, "\n".join(found)


def test_no_page_scrolls_sideways(new_page, app):
    page = new_page(motion="reduce")
    wide = {}
    for name, path in PAGES.items():
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if size == "phone":
                opened(page, f"{app.url}/{path}")
            still(page.locator("body"))
            over = page.evaluate(
                """() => [document.documentElement, ...['stMain', 'stApp']
                  .map((id) => document.querySelector(`[data-testid=${id}]`)).filter(Boolean)]
                  .map((box) => box.scrollWidth - box.clientWidth)"""
            )
            if max(over) > 0:
                wide[f"{name}, {size}"] = over
    assert not wide
