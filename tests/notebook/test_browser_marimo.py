"""The map in a real marimo: the notebook reacts to a click, and sets what is selected."""

from importlib.util import find_spec

import pytest
from notebook_servers import Server, click_part, open_page

MISSING = [name for name in ("marimo", "anywidget") if find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

NOTEBOOK = """
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
    from explorer import explore

    widget = mo.ui.anywidget(explore("resnext50_32x4d"))
    widget
    return mo, widget


@app.cell
def _(mo, widget):
    mo.md(f"Python has **{widget.selected or 'nothing'}**.")
    return


@app.cell
def _(mo, widget):
    def go(_):
        widget.widget.selected = "stage3/block2/conv2"

    mo.ui.button(label="Go there", on_click=go)
    return


if __name__ == "__main__":
    app.run()
"""
COMMAND = ("marimo", "run", "notebook.py", "--headless", "--no-token", "--port", "{port}")


@pytest.fixture
def opened(browser, tmp_path):
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    server = Server(tmp_path, COMMAND, "/health")
    page = open_page(browser, server.url)
    page.locator(".netmap-canvas").wait_for()
    yield page
    page.context.close()
    server.stop()


def test_a_click_reaches_python_and_python_selects(opened):
    opened.get_by_text("Python has nothing.").wait_for()
    click_part(opened, "stage 2,")
    opened.get_by_text("Python has stage2.").wait_for()
    opened.get_by_role("button", name="Go there").click()
    place = opened.locator(".netmap-card .netmap-place")
    place.filter(has_text="stage3/block2/conv2").wait_for()


def test_it_has_the_theme_of_the_notebook(opened):
    assert opened.locator('.netmap[data-mode="light"]').count() == 1
