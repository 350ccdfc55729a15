"""Lists of many runs: ``runs list``, a poll of the page, and clicks on the pages Train and Sweeps.

    python benchmarks/many_runs.py --checkout ../before --checkout . [--runs 200 1000] [--browser]

Writes finished runs of ten epochs through the store's own writers, once, and lists them with the
code of each checkout in turn: the command in a new process; the first list and later ones of a
process; `tick`, which each poll of a page calls, too; and the script of a page, first and again as
each click runs it. Nobody has trained these runs: their figures are made up, and in the sweep they
differ by the seed alone, so that they say nothing of any network.

With ``--browser`` it adds a sweep of 80 runs, of which one trains and 63 wait, opens the app of
each checkout on these runs and times clicks in Chromium. Medians are printed, on the clock and of
the processor, which depend less on other work of the machine; the goal is 0.3 s for a click.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("train", "sweeps")
CLICKS = 6  # on each view
TRAIN_DETAILS = (("Settings", "[data-testid=stJson]"), ("Log", "[data-testid=stCode]"))
SWEEP_DETAILS = (
    ("Plan", "[data-testid=stJson]"),
    ("Networks", "text=Bars and bands in the charts"),
    ("Distribution of errors", "text=Radosavovic"),
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PROBE = """
import json, sys, time
from explorer.training.runs.scheduler import tick
from explorer.training.runs.store import RunStore
store, found = RunStore(sys.argv[1]), {}
def timed(name, act, rounds):
    for _ in range(rounds):
        began = time.perf_counter(), time.process_time()
        act()
        ended = time.perf_counter(), time.process_time()
        found.setdefault(name, []).append([b - a for a, b in zip(began, ended)])
timed("first list", store.list, 1)
timed("list", store.list, 5)
timed("tick", lambda: tick(store), 5)
print(json.dumps(found))
"""
# One run of a page's script is what each click and each poll costs the server.
PAGE = """
import json, sys, time
from streamlit.testing.v1 import AppTest
name, found = sys.argv[2], {}
app = AppTest.from_string(f'''
from explorer.app.state import address
from explorer.app.views.{name}.page import render
address.open_page("{name}")
render()
address.close_page()
''', default_timeout=600)
for round in range(6):
    began = time.perf_counter(), time.process_time()
    app.run()
    assert not app.exception
    ended = time.perf_counter(), time.process_time()
    title = f"page {name}, first run" if round == 0 else f"page {name}, a click"
    found.setdefault(title, []).append([b - a for a, b in zip(began, ended)])
print(json.dumps(found))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checkout", action="append", type=Path)
    parser.add_argument("--runs", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--picture", type=Path, help="where the page Sweeps is saved as a PNG")
    arguments = parser.parse_args()
    checkouts = [path.resolve() for path in arguments.checkout or [ROOT]]
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}")
    for count in arguments.runs:
        with tempfile.TemporaryDirectory() as folder:
            runs = Path(folder) / "runs"
            write(runs, count)
            measure(checkouts, runs, count, arguments.rounds)
            if arguments.browser:
                for checkout in checkouts:
                    found = clicks(checkout, runs, arguments.picture)
                    show(f"{count} runs", checkout, found)


def write(runs: Path, count: int) -> None:
    """Finished runs: a sweep of eight networks with 25 seeds, and single ones up to the count."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from run_folders import many

    from explorer.training.runs.store import RunStore

    plan = sweep(runs, 25, 25)
    many(RunStore(runs), count - len(plan.runs))
    time.sleep(3)  # what has just been written is read again each time


def sweep(runs: Path, seeds: int, finished: int) -> Any:
    """Write a sweep of eight networks, the runs of some seeds finished, and return its plan.

    Their errors are made up: they differ by the seed alone, and no network is better than another.
    """
    from run_folders import trained

    from explorer.sweeps import control
    from explorer.sweeps.design import Design
    from explorer.training.engine.recipe import Recipe
    from explorer.training.runs import scheduler
    from explorer.training.runs.store import RunStore

    store, tick = RunStore(runs), scheduler.tick
    scheduler.tick = lambda store: None  # they train nothing
    design = Design(
        {"depth": (20,), "cardinality": (1, 2, 4, 8, 16, 32)},
        at="equal-macs",
        channels=64,
        widths="per-stage",
        rivals=True,
    )
    recipe = Recipe.from_name("short", batch_size=128)
    name = f"{8 * seeds} runs"
    plan = control.start(store, control.planned(design, recipe, "synthetic", seeds, name))
    for (_, seed), run in plan.runs.items():
        if seed < finished:
            trained(store, run, 0.75 + seed % 7 / 100)
    scheduler.tick = tick
    return plan


def measure(checkouts: list[Path], runs: Path, count: int, rounds: int) -> None:
    """Processes of each checkout in turn."""
    found: dict[Path, dict[str, list[list[float]]]] = {checkout: {} for checkout in checkouts}
    for number in range(rounds):
        for checkout in checkouts:
            began = time.perf_counter(), _children()
            command = [sys.executable, "-m", "explorer", "runs", "list", "--runs", str(runs)]
            subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.DEVNULL)
            ended = time.perf_counter(), _children()
            title = "runs list, a new process" if number else "runs list, the first time"
            found[checkout].setdefault(title, []).append([b - a for a, b in zip(began, ended)])
            pages = [page for page in PAGES if (checkout / "explorer/app/views" / page).is_dir()]
            for code, *more in ((PROBE,), *((PAGE, page) for page in pages)):
                probe = subprocess.run(
                    [sys.executable, "-c", code, str(runs), *more],
                    cwd=checkout,
                    check=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    env={**os.environ, "RESNEXT_RUNS": str(runs)},
                )
                for name, values in json.loads(probe.stdout).items():
                    found[checkout].setdefault(name, []).extend(values)
    for checkout in checkouts:
        show(f"{count} runs", checkout, found[checkout])


def _children() -> float:
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def show(title: str, checkout: Path, found: dict[str, list[list[float]]]) -> None:
    """Medians: seconds on the clock, and of the processor where they were taken."""
    for name, values in found.items():
        middle = [statistics.median(column) for column in zip(*values)]
        busy = f"{middle[1]:8.3f} s of processor" if len(middle) > 1 else ""
        print(
            f"{title:>10}  {checkout.name:<10} {name:<26} {middle[0]:8.3f} s{busy}  "
            f"(of {len(values)})",
            flush=True,
        )


def clicks(checkout: Path, runs: Path, picture: Path | None) -> dict[str, list[list[float]]]:
    """Seconds from a click to its view, in headless Chromium, while a run trains."""
    plan = live(runs)
    try:
        return _clicks(checkout, runs, picture)
    finally:
        command = [sys.executable, "-m", "explorer", "sweeps", "delete", plan.id, "--runs-too"]
        subprocess.run(
            [*command, "--runs", str(runs)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )


def live(runs: Path) -> Any:
    """A sweep of 80 runs, of which 16 are finished; wait until one of the others trains."""
    plan = sweep(runs, 10, 2)
    command = [sys.executable, "-m", "explorer", "runs", "list", "--runs", str(runs)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    first = runs / plan.runs[0, 2] / "metrics.jsonl"
    end = time.monotonic() + 600
    while time.monotonic() < end:
        if first.exists() and '"kind":"point"' in first.read_text():
            return plan
        time.sleep(0.5)
    raise TimeoutError("the run did not start to train")


def _clicks(checkout: Path, runs: Path, picture: Path | None) -> dict[str, list[list[float]]]:
    from playwright.sync_api import sync_playwright

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    app = subprocess.Popen(
        [*command, *options],
        cwd=checkout,
        env={**os.environ, "RESNEXT_RUNS": str(runs)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    found: dict[str, list[list[float]]] = {}
    try:
        _wait(port)
        with sync_playwright() as playwright:
            names = ("chromium-headless-shell", "chromium", "chromium-browser")
            path = next(filter(None, map(shutil.which, names)), None)
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            page.goto(f"http://localhost:{port}/train")
            page.get_by_role("heading", name="All runs").wait_for()
            for _ in range(CLICKS):
                for name, sign in TRAIN_DETAILS:
                    _timed(page, found, "Train: details", name, sign)
            if (checkout / "explorer" / "sweeps").is_dir():
                page.goto(f"http://localhost:{port}/sweeps")
                page.locator(".js-plotly-plot").nth(1).wait_for()
                for _ in range(CLICKS):
                    for name, sign in SWEEP_DETAILS:
                        _timed(page, found, "Sweeps: details", name, sign)
                if picture is not None:
                    page.screenshot(path=picture)
            browser.close()
    finally:
        app.kill()
        app.wait()
    return found


def _timed(
    page: Any, found: dict[str, list[list[float]]], title: str, name: str, sign: str
) -> None:
    """Choose a view, and wait until what only that view shows is there."""
    time.sleep(0.5)
    began = time.perf_counter()
    page.get_by_role("radio", name=name).click()
    page.locator(sign).first.wait_for()
    found.setdefault(title, []).append([time.perf_counter() - began])


def _wait(port: int) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the app did not start")


if __name__ == "__main__":
    main()
