"""The map in a real JupyterLab: what is clicked reaches Python, what Python sets is seen."""

from importlib.util import find_spec

import pytest
from notebook_servers import LAB, Kernel, Server, click_part, open_page, write_notebook
from waiting import until

MISSING = [name for name in ("jupyterlab", "anywidget", "nbformat") if find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

CELLS = (
    'from explorer import explore\n\nwidget = explore("resnext50_32x4d")\nwidget',
    'heard = []\nwidget.observe(lambda change: heard.append(change.new), "selected")',
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "map.ipynb", CELLS)
    server = Server(folder, LAB, "/api")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def opened(browser, lab):
    """The notebook with all cells run: the page, and the kernel."""
    page = open_page(browser, f"{lab.url}/lab/tree/map.ipynb")
    page.locator(".jp-Notebook-cell").nth(1).wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()  # before, cells are not run
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".netmap-canvas").wait_for()
    kernel = Kernel(lab.folder)
    until(lambda: kernel.value("'heard' in globals()"))
    yield page, kernel
    kernel.close()
    page.context.close()


def test_a_click_on_the_map_reaches_python(opened):
    page, kernel = opened
    click_part(page, "stage 2,")
    until(lambda: kernel.value("widget.selected") == "stage2")
    assert kernel.value("heard")[-1] == "stage2"
    assert kernel.value("widget.report.at(widget.selected).params") == 1_197_056
    assert page.locator(".netmap-card h3").inner_text() == "stage 2"


def test_what_python_sets_is_selected_on_the_map(opened):
    page, kernel = opened
    kernel.run('widget.selected = "stage3/block2/conv2"')
    page.locator(".netmap-card .netmap-place", has_text="stage3/block2/conv2").wait_for()
    kernel.run('widget.selected = ""')
    page.locator(".netmap-card").wait_for(state="hidden")


def test_a_part_that_this_form_lacks_is_the_block_around_it(opened):
    _, kernel = opened
    kernel.run('widget.selected = "stage1/block2/path3"')
    until(lambda: kernel.value("widget.selected") == "stage1/block2")


def test_a_place_that_there_is_not_is_refused(opened):
    _, kernel = opened
    kernel.run(
        "try:\n    widget.selected = 'stage9'\nexcept ValueError as error:\n    said = str(error)"
    )
    assert kernel.value("said").endswith("such as classifier, or empty. Received 'stage9'.")


def test_keys_on_the_map_are_no_commands_of_the_notebook(opened):
    page, _ = opened
    cells = page.locator(".jp-Notebook-cell").count()
    page.locator(".netmap-tree").focus()
    for key in "ddab":
        page.keyboard.press(key)
    page.keyboard.press("ArrowDown")
    page.locator(".netmap-tree [role=treeitem]").wait_for(state="attached")
    assert page.locator(".jp-Notebook-cell").count() == cells


def test_it_follows_the_theme_of_the_notebook(opened):
    page, _ = opened
    map_ = page.locator(".netmap")
    assert map_.get_attribute("data-mode") == "light"
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.get_by_text("Theme", exact=True).hover()
    page.get_by_text("JupyterLab Dark", exact=True).click()
    page.locator('.netmap[data-mode="dark"]').wait_for()
