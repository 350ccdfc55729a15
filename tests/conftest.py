"""What several folders of tests share: one headless browser, and the app on a port of its own."""

import os
import shutil
from pathlib import Path

import pytest
from app_pages import App

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
WAIT = 60_000  # milliseconds; shared machines are slow at times


def pytest_collection_modifyitems(items):
    """A second try for what waits for processes or a browser: machines are slow at times."""
    for item in items:
        if item.get_closest_marker("browser") or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter):
    for error in App.errors:
        terminalreporter.section("The app printed an error", sep="=", red=True)
        terminalreporter.write_line(error)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """An error page in the app fails the whole, even if a test's second try went well."""
    if App.errors:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
