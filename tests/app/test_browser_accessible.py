"""Every page as axe-core judges it, in both themes; no page scrolls sideways, zoomed or small."""

import json

import app_pages
import pytest
from app_pages import ROOT
from waiting import settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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
# The window at 1440x900 zoomed to 200 %, and a phone.
SIZES = {"zoomed": {"width": 720, "height": 450}, "phone": {"width": 390, "height": 844}}

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
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding(browser, app, scheme):
    found = []
    context = browser.new_context(
        viewport={"width": 1440, "height": WHOLE}, color_scheme=scheme, reduced_motion="reduce"
    )
    for name, path in PAGES.items():
        page = context.new_page()
        opened(page, f"{app.url}/{path}")
        found += [f"{name}: {line}" for line in findings(page)]
        page.close()
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_no_page_scrolls_sideways(browser, app, size):
    context = browser.new_context(viewport=SIZES[size], reduced_motion="reduce")
    page = context.new_page()
    wide = {}
    for name, path in PAGES.items():
        opened(page, f"{app.url}/{path}")
        over = page.evaluate(
            """() => ['stMain', 'stApp'].map((id) => document.querySelector(`[data-testid=${id}]`))
              .filter(Boolean).map((box) => box.scrollWidth - box.clientWidth)"""
        )
        if max(over) > 0:
            wide[name] = over
    context.close()
    assert not wide
