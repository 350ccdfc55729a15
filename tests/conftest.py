"""What several folders of tests share: one headless browser, and the app on a port of its own."""

import atexit
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from app_pages import ROOT, App
from hypothesis import HealthCheck, settings

# A failure prints how to repeat it; no test fails because the machine is slow.
settings.register_profile(
    "tests", print_blob=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")
settings.register_profile("quick", settings.get_profile("tests"), max_examples=20)

# Who starts the tests may ignore signals (`nohup`, `&`), and what they start would inherit that. A
# signal that is caught, though by nothing, goes back to its default in what is started.
for number in (signal.SIGINT, *([signal.SIGHUP] if os.name == "posix" else [])):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)

QUICK = "not slow and not browser"  # what `make quick` runs
# A file whose tests are all left out there.
LEFT_OUT = re.compile(r"^pytestmark = (\[[^\]]*)?pytest\.mark\.(slow|browser)\b", re.M)

# The shell opens a page in a third of the time of the whole browser, which draws its own windows.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# Pages of one window share a process, and with it what was compiled for the first of them. Code
# that runs for seconds is not worth being parsed ahead on other cores, nor an optimising compiler.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--process-per-site",
    "--js-flags=--no-script-streaming --no-opt --no-maglev",
]
# Tests wait for runs: at the lowest priority these starve beside the other workers' browsers.
os.environ.setdefault("RESNEXT_NICENESS", "0")
SLOW = ("slow", "browser")  # the marks of tests that take seconds
IMPORTED = pytest.StashKey[int]()  # how many modules the last `gc.freeze` met
WAIT = 120_000  # milliseconds; shared machines are slow at times

# What was timed on this machine is no part of a test, nor are a test's times the user's.
if "RESNEXT_CACHE" not in os.environ:
    os.environ["RESNEXT_CACHE"] = tempfile.mkdtemp(prefix="resnext-cache-")
    atexit.register(shutil.rmtree, os.environ["RESNEXT_CACHE"], ignore_errors=True)


def pytest_configure(config):
    """`make quick` tries fewer random examples."""
    if config.option.markexpr == QUICK:
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path, config):
    """`make quick` does not import the files that it leaves out, and what they import."""
    if config.option.markexpr == QUICK and collection_path.name.startswith("test_"):
        return bool(LEFT_OUT.search(collection_path.read_text(encoding="utf-8"))) or None
    return None


def pytest_runtest_setup(item):
    """What large imports leave is there for good: no collection need go through it again."""
    if len(sys.modules) > item.session.stash.get(IMPORTED, 0) + 500:
        item.session.stash[IMPORTED] = len(sys.modules)
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(items):
    """Files that take long come first, so that all workers end at about the same time.

    A test that takes as long as ten slow ones is marked `slow(10)`.
    """
    slow: Counter[Path] = Counter()
    for item in items:
        for mark in item.iter_markers():
            if mark.name in SLOW:
                slow[item.path] += mark.args[0] if mark.args else 1
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; Playwright bears only one of its kind in a process."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    playwright.expect.set_options(timeout=WAIT)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        make = browser.new_context

        def new_context(**options):
            """Its default of 30 seconds is too short for a busy machine."""
            context = make(**options)
            context.set_default_timeout(WAIT)
            return context

        browser.new_context = new_context
        yield browser
        browser.close()


# What earlier pages stored goes as a page first opens an origin; frames may have none. The browser
# takes each question of ours for a person's touch, and the first page waits when it is touched.
FRESH = """try {
  if (!sessionStorage.known) localStorage.clear();
  sessionStorage.known = true;
} catch {}
{
  const touched = { hasBeenActive: false };
  const touch = (event) => { touched.hasBeenActive ||= event.isTrusted; };
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, touch, true);
  Object.defineProperty(navigator, "userActivation", { value: touched });
}"""


@pytest.fixture(scope="session")
def windows(browser):
    """Windows with and without touch; each fetches and compiles the app's code once."""
    made = {}

    def window(touch):
        if touch not in made:
            made[touch] = browser.new_context(has_touch=touch)
            # A window's process ends with its last page; in this one no code runs.
            rest = made[touch].new_page()
            rest.route("**", lambda route: route.fulfill(body=""))
            rest.goto("http://localhost")
        return made[touch]

    yield window
    for context in made.values():
        context.close()


@pytest.fixture
def new_page(windows):
    """Opens fresh pages, of somebody who was never here before."""
    used = []

    def fresh(width=1440, height=900, *, touch=False, scheme="light", motion="no-preference"):
        used.append(windows(touch))
        page = used[-1].new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme, reduced_motion=motion)
        page.add_init_script(FRESH)
        return page

    yield fresh
    for context in used:
        for page in context.pages[1:]:
            page.close()
        context.clear_cookies()


@pytest.fixture
def page(new_page):
    """A fresh page at 1440x900."""
    return new_page()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """One app for all tests that only look."""
    app = App(tmp_path_factory.mktemp("runs"))
    yield app.start()
    app.kill()


@pytest.fixture
def own_app(tmp_path, monkeypatch):
    """An app of the test's own, not started; its runs are ended with it, and take one core."""
    from explorer.training.runs.store import RunStore

    monkeypatch.setenv("RESNEXT_THREADS", "1")
    app = App(tmp_path / "runs")
    yield app
    try:
        app.kill()
    finally:
        store = RunStore(app.runs)
        for run in store.ids():
            store.delete(run)


@pytest.fixture(scope="session")
def images():
    """A source of real images if there is one on this machine, else the built-in set."""
    folder = os.environ.get("RESNEXT_CIFAR10", "")
    path = Path(folder) / "cifar10-images.zip"
    return str(path) if folder and path.exists() else "synthetic"


@pytest.fixture(scope="session")
def keras_facts(tmp_path_factory):
    """Facts by model name, and the folder of the ``.keras`` files."""
    folder = tmp_path_factory.mktemp("keras_models")
    script = Path(__file__).with_name("keras_models.py")
    subprocess.run(
        [sys.executable, script, folder],
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads((folder / "facts.json").read_text()), folder
