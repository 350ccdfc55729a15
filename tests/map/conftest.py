"""A headless browser, and pages on which the map's modules or a whole map are loaded."""

import functools
import http.server
import json
import threading
from importlib.resources import files

import pytest

from explorer.map.data import map_data
from explorer.map.export import page as map_page


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def static_address():
    """Where the modules can be imported from, one by one, as they are."""
    handler = functools.partial(Quiet, directory=str(files("explorer.map") / "static"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def modules(browser, static_address):
    """Calls a JavaScript function with all pure modules and JSON arguments."""
    page = browser.new_page()
    page.goto(f"{static_address}/style.css")
    names = ["model", "layout", "locate", "search", "differ", "series", "export", "theme", "state"]
    names += ["moving", "morph"]
    page.evaluate(
        """async (names) => {
            globalThis.M = {};
            for (const name of names) Object.assign(M, await import(`/${name}.js`));
        }""",
        names,
    )

    def call(function, *arguments):
        return page.evaluate(f"(args) => ({function})(...args)", list(arguments))

    yield call
    page.close()


@pytest.fixture
def open_map(browser, tmp_path):
    """Opens networks as the self-contained page; fails if the page reports an error."""
    contexts, errors = [], []

    def start(*sources, width=1200, height=800, fragment="", scheme="light", touch=False):
        target = tmp_path / f"map{len(contexts)}.html"
        target.write_text(map_page(map_data(sources)), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            has_touch=touch,
            accept_downloads=True,
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(target.as_uri() + fragment)
        page.wait_for_function("globalThis.map && map.map.screen.drawn > 0")
        return page

    yield start
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def data_of():
    """The map's data of some sources, as the browser gets it."""
    return functools.cache(lambda *sources: json.loads(json.dumps(map_data(sources))))
