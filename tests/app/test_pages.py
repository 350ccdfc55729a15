"""Every page through the entry script, without a browser."""

import re
import subprocess
import sys

import pytest
from app_pages import ENTRY, PAGES, ROOT, open_page, page_script
from streamlit.testing.v1 import AppTest

from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def opened(**query):
    return open_page(ENTRY, **query)


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
    app = AppTest.from_file(ENTRY, default_timeout=120)
    app.session_state["spec"] = ResNeXtSpec.from_name("resnext29_8x64d")
    app.session_state["link_notes"] = []
    app.run()
    assert not app.exception
    assert app.sidebar.number_input(key="net_cardinality").value == 8
    assert app.sidebar.text_input(key="net_blocks").value == "3-3-3"
    assert app.query_params["network"] in ("resnext29_8x64d", ["resnext29_8x64d"])


def test_the_sidebar_adds_squeeze_and_excitation():
    app = opened()
    app.sidebar.selectbox(key="net_attention").set_value("se").run()
    assert not app.exception
    assert figures(app)["Parameters"] == "27.6 M"
    assert app.query_params["network"] in ("seresnext50_32x4d", ["seresnext50_32x4d"])


def test_the_sidebar_chooses_torchvisions_padding():
    app = opened()
    before = figures(app)
    app.sidebar.selectbox(key="net_padding").set_value("symmetric").run()
    assert not app.exception
    assert figures(app) == before
    assert app.query_params["padding"] in ("symmetric", ["symmetric"])
    assert any("symmetric padding" in caption.value for caption in app.caption)
    app.sidebar.selectbox(key="net_name").set_value("resnext101_32x4d").run()
    assert app.session_state["spec"].padding == "symmetric"
    app.sidebar.selectbox(key="net_padding").set_value("same").run()
    assert "padding" not in app.query_params


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


def test_a_broken_rule_is_stated_and_the_last_network_stays():
    app = opened()
    app.sidebar.number_input(key="net_input_height").set_value(8).run()
    assert not app.exception
    assert any("at least 32" in error.value and "8x224" in error.value for error in app.error)
    assert figures(app)["Parameters"] == "25.0 M"


def test_a_lone_number_of_blocks_is_asked_about():
    app = opened()
    blocks = app.sidebar.text_input(key="net_blocks")
    blocks.set_value("101").run()
    assert figures(app)["Parameters"] == "25.0 M"
    assert any("101 means one stage of 101 blocks" in warning.value for warning in app.warning)
    answers = {button.label: button for button in app.sidebar.button}
    answers["Depth 101: 3-4-23-3"].click().run()
    assert app.sidebar.selectbox(key="net_name").value == "resnext101_32x4d"
    blocks.set_value("101").run()
    answers = {button.label: button for button in app.sidebar.button}
    answers["One stage of 101 blocks"].click().run()
    assert app.session_state["spec"].blocks == (101,)
    assert not app.warning
    app.sidebar.number_input(key="net_classes").set_value(7).run()
    assert app.session_state["spec"] == ResNeXtSpec(blocks=(101,), classes=7)


def test_few_blocks_and_links_are_taken_as_they_are():
    app = opened(blocks="101")
    assert app.session_state["spec"].blocks == (101,)
    app.sidebar.text_input(key="net_blocks").set_value("5").run()
    assert app.session_state["spec"].blocks == (5,)
    assert not app.warning


def test_a_link_opens_its_network():
    app = opened(network="resnext101_32x4d", classes="7", input="64x96x1", form="split")
    assert app.sidebar.number_input(key="net_classes").value == 7
    assert app.sidebar.number_input(key="net_input_width").value == 96
    assert app.sidebar.selectbox(key="net_form").value == "split"
    assert figures(app)["Parameters"] == "42.1 M"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"at": "stage9/block7"}, "at must be a part of.*Received.*stage9/block7.*whole network"),
        ({"at": "stage1/block1/path3/conv2"}, "such as classifier.*path3.*showing stage1/block1"),
        ({"at": "stage1/block9+"}, "at must be a part.*showing stage1"),
        ({"at": "x" * 5000}, "at must be a part.*Received.*xxx"),
        ({"open": "all", "colour": "pink"}, "open must be one of stages, blocks.*Received.*all"),
        ({"open": "all", "colour": "pink"}, "colour must be one of kind, params.*Received.*pink"),
    ],
)
def test_a_place_or_view_that_cannot_be_is_said_with_rule_and_value(query, message):
    app = opened(**query)
    said = [re.sub(r"\\\\(.)", r"\\1", warning.value) for warning in app.warning]
    assert any(re.search(message, text) for text in said), said
    assert not app.run().warning


@pytest.mark.parametrize("place", ["stage1/block1/conv2", "stage2", "stage1/block2+", "input", ""])
def test_a_place_that_is_there_is_shown_without_a_word(place):
    app = opened(at=place)
    assert not app.warning
    assert app.query_params.get("at", "") in (place, [place])


def test_the_tables_and_the_comparison_say_it_too():
    for page, query in (("tables", {}), ("compare", {"side": "on"})):
        app = open_page(page_script(page), at="stage9/block7", **query)
        assert any("stage9/block7" in warning.value for warning in app.warning), page


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


@pytest.mark.parametrize("page", list(PAGES)[1:])
@pytest.mark.parametrize("network", ["resnext50_32x4d", "mini_resnext"])
def test_every_page_runs(page, network):
    assert open_page(page_script(page), network=network).title


def test_no_page_imports_tensorflow(tmp_path):
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ENTRY)!r}, default_timeout=120).run()
assert not app.exception
for source in {[page_script(page) for page in list(PAGES)[1:]]!r}:
    assert not AppTest.from_string(source, default_timeout=120).run().exception
heavy = {{"tensorflow", "keras", "torch", "jax"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=300)
