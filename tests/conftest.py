"""What several folders of tests share: one headless browser, and the app on a port of its own."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
WAIT = 60_000  # milliseconds; shared machines are slow at times


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; Playwright bears only one of its kind in a process."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    playwright.expect.set_options(timeout=WAIT)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A fresh page at 1440x900."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


class App:
    """The app in a process of its own, with a runs folder that outlives it."""

    def __init__(self, runs):
        self.runs = runs
        self.process = None
        self.url = ""

    def start(self, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://localhost:{port}"
        options = ["--server.port", str(port), "--server.headless", "true"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options],
            cwd=ROOT,
            env={**os.environ, "RESNEXT_RUNS": str(self.runs), **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).close()
                return self
            except OSError:
                time.sleep(0.2)
        self.kill()
        raise TimeoutError("the app did not start within 60 s")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """One app for all tests that only look."""
    app = App(tmp_path_factory.mktemp("runs"))
    yield app.start()
    app.kill()


@pytest.fixture
def own_app(tmp_path):
    """An app of the test's own, not started; its runs are ended with it."""
    from explorer.training import RunStore

    app = App(tmp_path / "runs")
    yield app
    app.kill()
    store = RunStore(app.runs)
    for run in store.ids():
        store.delete(run)


@pytest.fixture(scope="session")
def images():
    """A source of real images if there is one on this machine, else the built-in set."""
    folder = os.environ.get("RESNEXT_CIFAR10", "")
    path = Path(folder) / "cifar10-images.zip"
    return str(path) if folder and path.exists() else "synthetic"


def metric(page, label):
    """The figure under a label."""
    box = page.get_by_test_id("stMetric").filter(has_text=re.compile(label)).first
    return box.get_by_test_id("stMetricValue")


def badge(page, word):
    """The badge that tells a run's state."""
    return page.locator(".stMarkdownBadge").filter(has_text=word)
