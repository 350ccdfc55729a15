"""A JupyterLab in a process of its own, and the kernel of its notebook."""

import ast
import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from waiting import until

ROOT = Path(__file__).parents[2]
LAB = (
    "jupyterlab",
    "--no-browser",
    "--allow-root",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.port={port}",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except urllib.error.HTTPError as error:  # it is there, and wants something else
        return error.code < 500
    except OSError:
        return False
    return True


class Server:
    """A server of notebooks in a folder of its own, with no settings of the person's."""

    def __init__(self, folder, command, health):
        self.folder = folder
        self.log = folder / "server.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        own = {
            name: str(folder / name.lower())
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
                         "IPYTHONDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        }  # fmt: skip
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *(part.format(port=port) for part in command)],
                cwd=folder,
                env={**os.environ, **own, "PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # what touches the terminal would stop the tests, too
            )
        try:
            until(lambda: self.process.poll() is not None or answers(self.url + health), 180)
            assert self.process.poll() is None, self.log.read_text()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Kernel:
    """The kernel of the one notebook that is open in JupyterLab."""

    def __init__(self, folder):
        from jupyter_client import BlockingKernelClient

        (connection,) = (folder / "jupyter_runtime_dir").glob("kernel-*.json")
        self.client = BlockingKernelClient(connection_file=str(connection))
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)

    def run(self, code):
        reply = self.client.execute_interactive(
            code, store_history=False, timeout=120, output_hook=lambda _: None
        )
        assert reply["content"]["status"] == "ok", reply["content"]

    def value(self, expression):
        reply = self.client.execute_interactive(
            "", store_history=False, timeout=120, output_hook=lambda _: None,
            user_expressions={"value": f"__import__('json').dumps({expression})"},
        )  # fmt: skip
        text = reply["content"]["user_expressions"]["value"]["data"]["text/plain"]
        return json.loads(ast.literal_eval(text))

    def close(self):
        with contextlib.suppress(Exception):
            self.client.stop_channels()


def write_notebook(path, cells):
    """A notebook of cells of code."""
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def open_page(browser, url, scheme="light"):
    """A page that reaches this machine only."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(120_000)
    context.route(
        lambda url: "//127.0.0.1:" not in url and url.startswith("http"),
        lambda route: route.abort(),
    )
    page = context.new_page()
    page.goto(url)
    return page


def click_part(page, label):
    """Walk to a part by keys, which selects nothing, and click on where it is drawn."""
    tree = page.locator(".netmap-tree")
    tree.focus()
    item = page.locator(".netmap-tree [role=treeitem]")
    for _ in range(12):
        if item.count() and (item.get_attribute("aria-label") or "").startswith(label):
            break
        page.keyboard.press("ArrowDown")
    box = item.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
