"""The map of a ResNeXt-152 in headless Chromium, and Netron on the same network.

    python benchmarks/map.py [--runs 5] [--skip-netron] [--keras FOLDER]

Needs what requirements-dev.txt installs, and a Chromium (CHROMIUM names one; else the one on
the path, else Playwright's). Software rendering, 1440x900. Reported are medians in seconds:

- first picture: from the start of the page's loading to the first frame that is drawn;
- click to drawn: from the click on a level's button until the first frame that follows it is
  on the screen, and until the last frame of the animation is. Each click must have changed
  the picture and what is open in it, or no figure is written;
- frames a second while the mouse drags the map, with everything on the screen and nearer;
- Netron: from the start of its page's loading to its graph on the screen, the .keras file
  being served by Netron on the same machine, whole and without its 240 MB of weights; the
  faster is compared. The files are built once, in FOLDER. The question for consent that
  Netron asks first is answered beforehand.

Writes benchmarks/results/map.json; with --skip-netron, Netron's part of it stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, Page, sync_playwright

from explorer.map.export import to_html
from resnext import ResNeXtSpec, trace

RESULTS = Path(__file__).parent / "results" / "map.json"
LOAD = "load at the start, processes waiting"
SCREEN = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ZOOMS = (1, 2, 3, 4, 6, 10, 20)
LEVELS = {"folded": "Stages", "blocks": "Blocks", "all layers": "Layers", "every path": "Paths"}
GOALS = {
    "folded": "under 0.3 s",
    "all layers": "under 0.5 s",
    "every path": "under 2 s",
    "panning": "30 frames a second",
    "against Netron, split form": "10 times as fast",
}

# Click a level's button; time until the first and the last frame after it are on the screen,
# which they are when the next one begins. And what changed: the picture, and the boxes drawn.
CLICK = """(text) => new Promise((done) => {
  const { screen } = map.map;
  const picture = () => {
    const copy = new OffscreenCanvas(screen.canvas.width, screen.canvas.height);
    const context = copy.getContext("2d");
    context.drawImage(screen.canvas, 0, 0);
    return context.getImageData(0, 0, copy.width, copy.height).data;
  };
  const drawn = () => screen.scene.roots.reduce((sum, { box }) => sum + box.count, 0);
  const all = [...document.querySelectorAll(".netmap button")];
  const button = all.find((b) => b.textContent.trim() === text);
  const [old, before] = [picture(), screen.drawn];
  let [first, seen] = [0, before];
  const start = performance.now();
  button.click();
  const look = () => {
    const now = performance.now();
    if (!first && seen > before) first = now;
    if (first && !screen.move && !screen.frame && seen === screen.drawn) {
      const fresh = picture();
      const changed = fresh.reduce((sum, value, i) => sum + (value !== old[i]), 0) / fresh.length;
      const pressed = button.ariaPressed === "true";
      done({ first: first - start, last: now - start, changed, pressed, drawn: drawn() });
      return;
    }
    seen = screen.drawn;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

# Shapes and texts that one picture is made of.
COUNT = """() => new Promise((done) => {
  const { screen } = map.map;
  const kind = CanvasRenderingContext2D.prototype;
  const names = ["fill", "stroke", "fillRect", "strokeRect", "fillText", "drawImage"];
  const own = Object.fromEntries(names.map((name) => [name, kind[name]]));
  let count = 0;
  for (const name of names) {
    kind[name] = function (...given) { count += 1; return own[name].apply(this, given); };
  }
  const before = screen.drawn;
  screen.invalidate();
  const look = () => {
    if (screen.drawn === before) requestAnimationFrame(look);
    else {
      Object.assign(kind, own);
      done(count);
    }
  };
  requestAnimationFrame(look);
})"""

# Drag the map, one move of the mouse a frame: moves from outside come only 40 to 50 a second.
PAN = """(steps) => new Promise((done) => {
  const { screen } = map.map;
  const [before, start] = [screen.drawn, performance.now()];
  let step = 0;
  const move = () => {
    if (step === steps) {
      done((1000 * (screen.drawn - before)) / (performance.now() - start));
      return;
    }
    const [clientX, clientY] = [820 + 200 * Math.sin(step / 16), 480 + 90 * Math.sin(step / 10)];
    const event = new PointerEvent("pointermove", { pointerId: 1, clientX, clientY });
    screen.canvas.dispatchEvent(event);
    step += 1;
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
})"""
FRAMES = """(steps) => new Promise((done) => {
  const start = performance.now();
  let step = 0;
  const count = () => {
    if (step === steps) done((1000 * steps) / (performance.now() - start));
    else requestAnimationFrame(count);
    step += 1;
  };
  requestAnimationFrame(count);
})"""

BOXES = "() => map.map.screen.scene.roots.reduce((sum, { box }) => sum + box.count, 0)"
BUNDLES = "() => map.map.nets.some((net) => net.templates.some(({ role }) => role === 'bundle'))"
LEAST = 0.001  # of the picture's bytes, that a click on a level changes

DRAWN = "() => globalThis.map && map.map.screen.drawn > 0 && performance.now()"
NETRON_DRAWN = """() => document.body.className === "default"
  && document.querySelectorAll("#canvas .node").length > 3 && performance.now()"""
# Netron takes eval away, which Playwright needs to look at the page.
KEEP_EVAL = """const own = window.eval;
Object.defineProperty(window, "eval", { get: () => own, set: () => {} });"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--skip-netron", action="store_true")
    parser.add_argument("--keras", type=Path, help="folder for the two .keras files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        results: dict[str, Any] = {
            "network": "resnext152_32x4d",
            "browser": f"Chromium {browser.version}, software rendering, 1440x900",
            "processors": os.cpu_count(),
            LOAD: round(os.getloadavg()[0], 1),
            "runs": options.runs,
            "goals": GOALS,
            "frames a second of an empty page": _empty(browser),
            "map": _ours(browser, Path(scratch), options.runs),
        }
        if options.skip_netron:
            results["netron"] = json.loads(RESULTS.read_text(encoding="utf-8"))["netron"]
        else:
            folder = options.keras or Path(scratch)
            results["netron"] = _netron(browser, folder, options.runs)
        ours = results["map"]["split"]["first picture"]
        theirs = results["netron"]["split"]["first picture, file without weights"]
        results["times faster than Netron, split form"] = round(theirs / ours, 1)
        browser.close()
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(results, indent=2))


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def _ours(browser: Browser, scratch: Path, runs: int) -> dict[str, Any]:
    """Each form's first picture; levels and panning for the grouped and the aggregated form."""
    path = scratch / "map.html"
    path.write_text(to_html(ResNeXtSpec.from_depth(152)), encoding="utf-8")
    found: dict[str, Any] = {"page, KiB": round(path.stat().st_size / 1024)}
    for form in ("grouped", "split", "aggregated"):
        layers = len(trace(ResNeXtSpec.from_depth(152, form=form)))
        url = f"{path.as_uri()}#form={form}"
        found[form] = {
            "layers": layers,
            "first picture": _first(browser, url, DRAWN, runs),
            "first picture, all open": _first(browser, f"{url}&open=paths", DRAWN, runs),
            **_walk(browser, url, runs),
        }
    return found


def _first(browser: Browser, url: str, ready: str, runs: int) -> float:
    """Median seconds from the start of loading to the first picture, each in a new context."""
    times = []
    for _ in range(runs):
        with _page(browser, url) as page:
            times.append(page.wait_for_function(ready, polling="raf").json_value() / 1000)
    return round(statistics.median(times), 3)


def _median(milliseconds: Iterable[float]) -> float:
    return round(statistics.median(milliseconds) / 1000, 3)


def _walk(browser: Browser, url: str, runs: int) -> dict[str, Any]:
    """Click to drawn for each level, and panning with everything open."""
    with _page(browser, f"{url}&open=paths") as page:
        page.wait_for_function(DRAWN)
        clicks: dict[str, list[dict[str, Any]]] = {level: [] for level in LEVELS}
        for _ in range(runs):
            boxes = page.evaluate(BOXES)
            for level, text in LEVELS.items():
                if level == "every path" and not page.evaluate(BUNDLES):
                    continue  # a grouped convolution has no paths to spread
                click = page.evaluate(CLICK, text)
                if not click["pressed"] or click["drawn"] == boxes or click["changed"] < LEAST:
                    raise RuntimeError(f"the click on {text} did not change the picture: {click}")
                boxes = click["drawn"]
                clicks[level].append(click)
        found: dict[str, Any] = {
            level: {
                "boxes and layers": times[0]["drawn"],
                "first frame": _median(t["first"] for t in times),
                "last frame": _median(t["last"] for t in times),
            }
            for level, times in clicks.items()
            if times
        }
        page.evaluate("map.map.showEverything()")  # Fit shows no more than is legible
        page.wait_for_function("map.map.screen.move === null && !map.map.screen.frame")
        nearer = 1
        for zoom in ZOOMS:
            page.evaluate("(by) => map.map.zoomBy(by)", zoom / nearer)
            nearer = zoom
            found[f"panning, {zoom} times nearer than all" if zoom > 1 else "panning, all seen"] = {
                "frames a second": _pan(page),
                "shapes and texts drawn": page.evaluate(COUNT),
            }
        return found


def _pan(page: Page, steps: int = 120) -> float:
    """Frames drawn a second while the mouse drags the map to and fro."""
    page.mouse.move(820, 480)
    page.mouse.down()
    frames: float = page.evaluate(PAN, steps)
    page.mouse.up()
    return round(frames, 1)


def _empty(browser: Browser) -> float:
    """Frames a second of an empty page: what this machine could show at most."""
    with _page(browser, "about:blank") as page:
        return round(page.evaluate(FRAMES, 120), 1)


def _netron(browser: Browser, folder: Path, runs: int) -> dict[str, Any]:
    """Netron's first picture of the grouped and the split form, as .keras files."""
    import netron

    load = round(os.getloadavg()[0], 1)
    found: dict[str, Any] = {"version": netron.__version__, LOAD: load}
    for form in ("grouped", "split"):
        path = folder / f"resnext152-{form}.keras"
        if not path.exists():
            _build(form, path)
        found[form] = {}
        files = {"first picture": path, "first picture, file without weights": _bare(path)}
        for name, file in files.items():
            address = netron.start(str(file), browse=False)
            url = f"http://{address[0]}:{address[1]}"
            found[form][name] = _first(browser, url, NETRON_DRAWN, runs)
            netron.stop(address)
    return found


def _bare(path: Path) -> Path:
    """The same .keras file with the architecture only."""
    bare = path.with_stem(f"{path.stem}-bare")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(bare, "w") as part:
        for name in ("metadata.json", "config.json"):
            part.writestr(name, whole.read(name))
    return bare


def _build(form: str, path: Path) -> None:
    """Write the Keras model, in a process of its own: TensorFlow must not be in this one."""
    code = (
        "import sys; from resnext import ResNeXtSpec, build_model;"
        f"build_model(ResNeXtSpec.from_depth(152, form={form!r})).save(sys.argv[1])"
    )
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    root = Path(__file__).resolve().parents[1]
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=root, env=environment)


@contextmanager
def _page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREEN)
    if url.startswith("http"):
        consent = {"name": "consent", "value": str(int(1000 * time.time())), "url": url}
        context.add_cookies([consent])
        context.add_init_script(KEEP_EVAL)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    yield page
    context.close()


if __name__ == "__main__":
    main()
