"""How long the first page of a session takes, next to a blank page of the same Streamlit.

    python benchmarks/first_page.py [--rounds 5] [--checkout ../before --checkout .]

Starts a blank page and the app of each checkout as servers of their own, and opens them in turn in
headless Chromium, each time in a new context with an empty cache. Timed by the browser's clock,
from the start of the navigation to the first frame that has the title, the first picture (the
block with its paths; before there was one, the map) and the map. The first round, which fills the
servers' caches, is left out. Goals: the title within 0.2 s of the blank page's, the picture within
0.6 s.
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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BLANK = "import streamlit as st\nst.title('Blank')\n"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
GOALS = {"title": 0.2, "picture": 0.6}
# When each is seen first, in milliseconds from the start of the navigation.
WATCH = """
window.seen = {};
const inside = (name) => [...document.querySelectorAll("div")]
  .some((div) => div.shadowRoot?.querySelector(name));
const look = () => {
  const found = {
    title: () => document.querySelector("h1")?.textContent,
    picture: () => inside(".cardinality .cells, .netmap-canvas"),
    map: () => inside(".netmap-canvas"),
  };
  for (const [name, is] of Object.entries(found)) {
    if (!(name in seen) && is()) seen[name] = performance.now();
  }
  requestAnimationFrame(look);
};
if (window === window.top) requestAnimationFrame(look);
"""


@contextmanager
def server(script: Path, folder: Path, runs: Path) -> Iterator[str]:
    """A server of a script on a free port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=folder,
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
        process.wait()


def opened(browser: Browser, url: str, names: tuple[str, ...]) -> dict[str, float]:
    """Seconds until each was seen, in a browser that has not seen the page before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(url)
    for name in names:
        page.wait_for_function("(name) => name in window.seen", arg=name, timeout=60_000)
    seen: dict[str, float] = page.evaluate("window.seen")
    context.close()
    return {name: seen[name] / 1000 for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checkout", type=Path, action="append", help="default: this one")
    arguments = parser.parse_args()
    checkouts = [path.resolve() for path in arguments.checkout or [ROOT]]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    times: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack, sync_playwright() as playwright:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        blank = folder / "blank.py"
        blank.write_text(BLANK)
        pages = {"blank": (stack.enter_context(server(blank, ROOT, folder / "runs")), ("title",))}
        for path in checkouts:
            url = stack.enter_context(server(path / "streamlit_app.py", path, folder / "runs"))
            pages[path.name] = url, ("title", "picture", "map")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for number in range(arguments.rounds + 1):
            for name, (url, seen) in pages.items():
                found = opened(browser, url, seen)
                if number:
                    for what, seconds in found.items():
                        times.setdefault(name, {}).setdefault(what, []).append(seconds)
        browser.close()
    base = statistics.median(times["blank"]["title"])
    for name, found in times.items():
        for what, values in found.items():
            middle = statistics.median(values)
            goal = f", goal {GOALS[what]} s" if name != "blank" and what in GOALS else ""
            print(
                f"{name:<16} {what:<8} median {middle:.2f} s, {middle - base:+.2f} s to the blank "
                f"page{goal}; {' '.join(f'{value:.2f}' for value in values)}"
            )


if __name__ == "__main__":
    main()
