"""A report in a browser: offline, on a phone, in the dark, and on paper."""

import pytest
from run_snapshots import run_of
from test_report_file import HOSTILE

from explorer.export.report import REPORT_FORMATS, document
from resnext import Graph, ResNeXtSpec, trace

pytestmark = pytest.mark.browser
PAGE = 794 - 2 * 53  # CSS pixels between the margins of A4

NAMES = ("resnet50", "resnext50_32x4d", "resnext101_32x4d", "resnext152_32x4d", "seresnext50_32x4d")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    nodes = trace(ResNeXtSpec.from_name("mini_resnext")).nodes
    report = document([*NAMES, Graph(HOSTILE, nodes)], [run_of(name=HOSTILE[:99])])
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(REPORT_FORMATS["html"].write(report), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, path):
    contexts, errors = [], []

    def start(width=1280, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.on("requestfailed", lambda request: errors.append(request.url))
        page.goto(path.as_uri())
        return page

    yield start
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_is_wider_than_the_page(opened, width):
    page = opened(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_map_in_it_works_without_a_network(opened):
    page = opened()
    frame = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    frame.locator(".netmap-canvas").wait_for()
    frame.get_by_role("button", name="Blocks").click()
    frame.locator('button[aria-pressed="true"]', has_text="Blocks").wait_for()


def test_it_is_dark_on_a_dark_screen_and_light_on_paper(opened):
    page = opened(scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(14, 19, 27)"
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"


def test_no_table_is_cut_on_paper(opened):
    page = opened(PAGE)
    page.emulate_media(media="print")
    assert page.locator("iframe").is_hidden()
    cut = page.evaluate(
        """(width) => [...document.querySelectorAll("table, svg, dl")]
             .filter((one) => one.getBoundingClientRect().right > width + 1)
             .map((one) => one.textContent.slice(0, 60))""",
        PAGE,
    )
    assert cut == []
    display = "(heads) => heads.map((head) => getComputedStyle(head).display)"
    heads = page.locator("thead").evaluate_all(display)
    assert set(heads) == {"table-header-group"}  # repeated on each page
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
