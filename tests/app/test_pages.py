"""Every page through the entry script, without a browser."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resnext import ResNeXtSpec

SCRIPT = str(Path(__file__).parents[2] / "streamlit_app.py")
PAGES = ("architecture", "tables", "compare", "train", "learn")


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def opened(**query):
    app = AppTest.from_file(SCRIPT, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def test_the_first_page_shows_the_papers_resnext50():
    shown = figures(opened())
    assert shown["Parameters"] == "25.0 M"
    assert shown["MACs"] == "4.23 G"
    assert shown["FLOPs"] == "8.46 G"
    assert shown["Receptive field"] == "427 px"


def test_a_preset_fills_the_controls_and_the_address():
    app = opened()
    app.sidebar.selectbox(key="net_name").set_value("resnext101_64x4d").run()
    assert figures(app)["Parameters"] == "83.5 M"
    assert app.sidebar.text_input(key="net_blocks").value == "3-4-23-3"
    assert app.sidebar.number_input(key="net_cardinality").value == 64
    assert app.query_params["network"] in ("resnext101_64x4d", ["resnext101_64x4d"])


def test_controls_that_streamlit_forgot_show_the_network():
    """It does when a page is turned to before the browser has told it of all controls."""
    app = AppTest.from_file(SCRIPT, default_timeout=60)
    app.session_state["spec"] = ResNeXtSpec.from_name("resnext29_8x64d")
    app.session_state["link_notes"] = []
    app.run()
    assert not app.exception
    assert app.sidebar.number_input(key="net_cardinality").value == 8
    assert app.sidebar.text_input(key="net_blocks").value == "3-3-3"
    assert app.query_params["network"] in ("resnext29_8x64d", ["resnext29_8x64d"])


def test_every_control_changes_the_network():
    app = opened()
    app.sidebar.number_input(key="net_classes").set_value(10).run()
    assert figures(app)["Parameters"] == "23.0 M"  # 25,028,904 - 990 * 2,049
    app.sidebar.number_input(key="net_width").set_value(8).run()
    assert app.sidebar.selectbox(key="net_name").value == "resnext50_32x8d"
    app.sidebar.text_input(key="net_blocks").set_value("3, 4, 23, 3").run()
    assert app.sidebar.selectbox(key="net_name").value == "resnext101_32x8d"
    app.sidebar.selectbox(key="net_form").set_value("split").run()
    assert not app.exception


def test_a_broken_rule_is_told_and_the_last_network_stays():
    app = opened()
    app.sidebar.number_input(key="net_input_height").set_value(8).run()
    assert not app.exception
    assert any("at least 32" in error.value and "8x224" in error.value for error in app.error)
    assert figures(app)["Parameters"] == "25.0 M"


def test_a_link_opens_its_network():
    app = opened(network="resnext101_32x4d", classes="7", input="64x96x1", form="split")
    assert app.sidebar.number_input(key="net_classes").value == 7
    assert app.sidebar.number_input(key="net_input_width").value == 96
    assert app.sidebar.selectbox(key="net_form").value == "split"
    assert figures(app)["Parameters"] == "42.1 M"


@pytest.mark.parametrize(
    "query",
    [
        {"network": "<script>alert(1)</script>"},
        {"network": "resnext50_32x4d", "cardinality": "1e9"},
        {"blocks": "999999999-999999999"},
        {"input": "99999x99999x99999", "classes": "-1", "bias": "yes", "form": "../../etc"},
        {"width": "9" * 500},
        {"network": "mini_resnext", "cardinality": "7"},
    ],
)
def test_a_hostile_link_gives_a_note_and_a_network(query):
    app = opened(**query)
    assert any("address" in warning.value for warning in app.warning)
    assert figures(app)["Parameters"]
    assert not any("<script>" in warning.value for warning in app.warning)


@pytest.mark.parametrize("page", PAGES[1:])
@pytest.mark.parametrize("network", ["resnext50_32x4d", "mini_resnext"])
def test_every_page_runs(page, network):
    source = f"""
import streamlit as st
from explorer.views import address, state, {page}
st.set_page_config(layout="wide")
address.open_page("{page}")
state.sidebar()
{page}.render()
address.close_page()
"""
    app = AppTest.from_string(source, default_timeout=60)
    app.query_params["network"] = network
    app.run()
    assert not app.exception
    assert app.title


def test_no_page_imports_tensorflow(tmp_path):
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({SCRIPT!r}, default_timeout=120).run()
assert not app.exception
for page in {PAGES[1:]!r}:
    source = (
        "from explorer.views import address, state, " + page + "\\n"
        "address.open_page('" + page + "')\\n"
        "state.sidebar()\\n" + page + ".render()\\naddress.close_page()\\n"
    )
    assert not AppTest.from_string(source, default_timeout=120).run().exception
heavy = {{"tensorflow", "keras", "torch", "jax"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(SCRIPT).parent, timeout=300)
