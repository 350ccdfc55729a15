"""A page that shows a whole map, and Node for the modules that need no page."""

import functools
import json
import shutil
import subprocess
from pathlib import Path
from subprocess import PIPE

import pytest

from explorer.map.data import map_data
from explorer.map.export import page as map_page


@pytest.fixture(scope="session")
def modules():
    """Calls a JavaScript function with JSON arguments; ``M`` holds what the pure modules export."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = Path(__file__).parent / "js" / "call.js"
    with subprocess.Popen([node, script], stdin=PIPE, stdout=PIPE, text=True) as process:

        def call(function, *arguments):
            process.stdin.write(json.dumps({"call": function, "values": arguments}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert "error" not in answer, answer["error"]
            return answer.get("value")

        yield call
        process.stdin.close()


@pytest.fixture(scope="session")
def map_of():
    """The self-contained page of some networks, written once."""
    return functools.cache(lambda *sources: map_page(map_data(sources)))


@pytest.fixture
def open_map(browser, tmp_path, map_of):
    """Opens networks as the self-contained page; fails if the page reports an error."""
    contexts, errors = [], []

    def start(*sources, width=1200, height=800, fragment="", scheme="light", touch=False):
        target = tmp_path / f"map{len(contexts)}.html"
        target.write_text(map_of(*sources), encoding="utf-8")
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
