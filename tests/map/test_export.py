"""The page that needs no server: what is in it, and that hostile names stay text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from explorer.map.data import map_data
from explorer.map.export import page, to_html
from resnext import ResNeXtSpec, trace

MINI = ResNeXtSpec.from_name("mini_resnext")
HOSTILE = '</script><script>globalThis.hacked = 1</script><img src=x onerror="hacked=1">{{js}}'


class Elements(HTMLParser):
    """All elements with their attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data


def data_of(text):
    (script,) = [e for e in Elements(text).found if e[1].get("type") == "application/json"]
    return json.loads(script[2])


@pytest.mark.slow
def test_the_page_holds_the_data_and_asks_for_nothing():
    text = to_html(MINI)
    assert data_of(text) == json.loads(json.dumps(map_data([MINI])))
    for _, attributes, _ in Elements(text).found:
        assert not {"src", "href"} & set(attributes)
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:)", text)


def hostile_graph():
    graph = trace(MINI)
    name = lambda text: text.replace("stem", HOSTILE.replace("/", "\\"))  # noqa: E731
    nodes = tuple(
        replace(
            node,
            layer=replace(node.layer, name=name(node.name)),
            inputs=tuple(name(source) for source in node.inputs),
        )
        for node in graph
    )
    return replace(graph, name=HOSTILE, nodes=nodes)


def test_hostile_names_stay_text():
    text = page(map_data([hostile_graph()]))
    assert data_of(text)["networks"][0]["name"] == HOSTILE
    assert [e[0] for e in Elements(text).found].count("script") == 2
    assert "<img" not in text


@pytest.mark.browser
def test_hostile_names_are_drawn_and_not_run_offline(browser, tmp_path):
    path = tmp_path / "map.html"
    path.write_text(page(map_data([hostile_graph()])), encoding="utf-8")
    context = browser.new_context(offline=True)
    errors = []
    tab = context.new_page()
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(path.as_uri() + "#open=paths&selected=" + "stage1")
    tab.wait_for_function("() => globalThis.map && map.map.screen.drawn > 0")
    tab.get_by_role("tree").press("ArrowDown")
    tab.wait_for_timeout(300)
    assert errors == []
    assert tab.evaluate("() => globalThis.hacked") is None
    assert tab.locator("img").count() == 0
    context.close()
