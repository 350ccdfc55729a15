"""The app in a process of its own, and what is read off its pages."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENTRY = ROOT / "streamlit_app.py"
START_SECONDS = 240


# Every page by its address, with its heading for resnext29_8x64d.
PAGES = {
    "architecture": "resnext29_8x64d",
    "tables": "resnext29_8x64d in numbers",
    "compare": "Compare",
    "cost": "What resnext29_8x64d costs to run",
    "accuracy": "What accuracy does the cost buy?",
    "train": "Train",
    "sweeps": "Sweeps",
    "learn": "Learn",
    "verify": "Do these figures agree with others?",
}
PACKAGES = ("cost", "train", "sweeps", "learn")  # pages that are packages, not modules


def page_script(page):
    """The source of a page alone, driven as the entry script drives it."""
    return f"""
import streamlit as st
from explorer.app.state import address, network
from explorer.app.views.{page}{".page" if page in PACKAGES else ""} import render
st.set_page_config(layout="wide")
address.open_page("{page}")
network.sidebar(network.take_over())
render()
address.close_page()
"""


def open_page(source, **query):
    """A page without a browser, after its first run.

    Args:
        source: Its script, or a script's path.
        query: Its address.
    """
    from streamlit.testing.v1 import AppTest  # imports pandas

    make = AppTest.from_file if isinstance(source, Path) else AppTest.from_string
    page = make(source, default_timeout=120)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


class App:
    """The app in a process of its own, with a runs folder that outlives it."""

    def __init__(self, runs):
        self.runs = runs
        self.log = runs.with_name(f"{runs.name}-app.log")
        self.process = None
        self.url = ""

    def start(self, **environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://localhost:{port}"
        options = ["--server.port", str(port), "--server.headless", "true"]
        log = self.log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", *options],
            cwd=ROOT,
            env={**os.environ, "RESNEXT_RUNS": str(self.runs), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).close()
                return self
            except OSError:
                time.sleep(0.2)
        self.kill()
        raise TimeoutError(f"the app did not start within {START_SECONDS} s")

    def kill(self):
        """End it; an error that nobody caught and that it printed fails the test."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None
        printed = self.log.read_text(errors="replace")
        assert "Traceback" not in printed, printed


def metric(page, label):
    """The figure under a label."""
    box = page.get_by_test_id("stMetric").filter(has_text=re.compile(label)).first
    return box.get_by_test_id("stMetricValue")


def badge(page, word):
    """The badge that tells a run's state."""
    return page.locator(".stMarkdownBadge").filter(has_text=word)
