"""How long a person waits for the page while a run trains: clicks in headless Chromium.

    python benchmarks/interactions.py [--rounds 6] [--idle]

Starts the app, starts a run on the built-in images, waits until it trains, and then changes the
network, turns pages, opens tables and the map, one after the other. Timed is from the click or key
to the frame that shows what was asked for. With --idle the same without a run. Goal: 95 % under
half a second on two cores.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as NeverSeen

from explorer.training.engine.recipe import Recipe
from explorer.training.runs.scheduler import start
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

ROOT = Path(__file__).resolve().parents[1]
GOAL = 0.5
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PARAMETERS = """(text) => [...document.querySelectorAll("[data-testid=stMetric]")]
  .some((box) => box.textContent.includes("Parameters") && box.textContent.includes(text))"""
TITLE = """(text) => [...document.querySelectorAll("h1")].some((h) => h.textContent === text)"""
SHOWN = """(text) => [...document.querySelectorAll("[data-testid=stCaptionContainer]")]
  .some((box) => box.textContent.includes(text))"""
# The map lives in a shadow tree of its own.
PRESSED = """(text) => [...document.querySelectorAll("div")]
  .flatMap((div) => [...(div.shadowRoot?.querySelectorAll(".netmap button") ?? [])])
  .some((b) => b.textContent.trim() === text && b.getAttribute("aria-pressed") === "true")
  && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning" """

Step = tuple[str, Callable[[Page], None], str, str]  # what, the act, and when it is seen


def steps() -> list[Step]:
    """One round: what a person does in a minute."""

    def filled(label: str, text: str) -> Callable[[Page], None]:
        def act(page: Page) -> None:
            box = page.get_by_test_id("stSidebar").get_by_label(label, exact=True)
            box.fill(text)
            box.press("Enter")

        return act

    def turned(page_name: str) -> Callable[[Page], None]:
        return lambda page: page.get_by_role("link", name=page_name, exact=True).first.click()

    def pressed(name: str) -> Callable[[Page], None]:
        return lambda page: page.get_by_role("radio", name=name).click()

    def opened(level: str) -> Callable[[Page], None]:
        return lambda page: page.locator(".netmap button", has_text=level).first.click()

    return [
        ("depth 101", filled("Blocks per stage", "3-4-23-3"), PARAMETERS, "44.2 M"),
        ("depth 152", filled("Blocks per stage", "3-8-36-3"), PARAMETERS, "60.0 M"),
        ("map: blocks", opened("Blocks"), PRESSED, "Blocks"),
        ("map: layers", opened("Layers"), PRESSED, "Layers"),
        ("map: stages", opened("Stages"), PRESSED, "Stages"),
        ("depth 50", filled("Blocks per stage", "3-4-6-3"), PARAMETERS, "25.0 M"),
        ("cardinality 16", filled("Cardinality C", "16"), PARAMETERS, "26.4 M"),
        ("cardinality 32", filled("Cardinality C", "32"), PARAMETERS, "25.0 M"),
        ("page: Tables", turned("Tables"), TITLE, "resnext50_32x4d in numbers"),
        ("table by block", pressed("By block"), SHOWN, "18 of 18 rows"),
        ("table by layer", pressed("By layer"), SHOWN, "174 of 174 rows"),
        ("table by stage", pressed("By stage"), SHOWN, "6 of 6 rows"),
        ("page: Compare", turned("Compare"), TITLE, "Compare"),
        ("page: Learn", turned("Learn"), TITLE, "Learn"),
        ("page: Architecture", turned("Architecture"), TITLE, "ResNeXt explorer"),
    ]


def walk(page: Page, rounds: int) -> dict[str, list[float]]:
    """Seconds of each step in each round; the first round, which fills caches, is left out."""
    times: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        for what, act, seen, text in steps():
            page.wait_for_timeout(300)
            began = time.perf_counter()
            act(page)
            try:
                page.wait_for_function(seen, arg=text, polling="raf", timeout=60_000)
            except NeverSeen:
                raise SystemExit(f"never seen on the page: {what}, {text!r}") from None
            if number:
                times.setdefault(what, []).append(time.perf_counter() - began)
    return times


@contextmanager
def app(runs: Path) -> Iterator[str]:
    """The app on a free port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options],
        cwd=ROOT,
        env={**os.environ, "RESNEXT_RUNS": str(runs)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health").close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}"
    finally:
        process.kill()


@contextmanager
def training(store: RunStore) -> Iterator[None]:
    """A run that trains until the block is left."""
    spec = ResNeXtSpec.from_name("mini_resnext")
    run = start(store, spec, Recipe(epochs=1000, warmup_epochs=1), "synthetic")
    while not store.snapshot(run).points:
        time.sleep(0.2)
    try:
        yield
        assert store.snapshot(run).state == "running", store.snapshot(run).reason
    finally:
        store.delete(run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--idle", action="store_true", help="without a run")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, app(Path(scratch)) as url:
        store = RunStore(scratch)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url)
            page.wait_for_function(PARAMETERS, arg="25.0 M", timeout=60_000)
            if asked.idle:
                times = walk(page, asked.rounds)
            else:
                with training(store):
                    times = walk(page, asked.rounds)
    print("| what | median, s | slowest, s |")
    print("|---|---|---|")
    for what, values in times.items():
        print(f"| {what} | {statistics.median(values):.2f} | {max(values):.2f} |")
    every = sorted(value for values in times.values() for value in values)
    under = sum(value < GOAL for value in every) / len(every)
    print(
        f"\n{len(every)} interactions: median {statistics.median(every):.2f} s, "
        f"95 % under {every[int(0.95 * len(every))]:.2f} s, {under:.0%} under {GOAL} s; "
        f"load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
