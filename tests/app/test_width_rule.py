"""The width follows the cardinality unless it is kept: in the sidebar and the address."""

import pytest
from app_pages import ENTRY, open_page

from explorer.app.components.cardinality_component import _chosen
from resnext import ResNeXtSpec, SpecError

pytestmark = pytest.mark.slow  # pages

SPEC = ResNeXtSpec()


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def opened(**query):
    return open_page(ENTRY, **query)


def at(app, cardinality):
    """Cardinality and width after the cardinality was changed in the sidebar."""
    app.sidebar.number_input(key="net_cardinality").set_value(cardinality).run()
    assert not app.exception
    spec = app.session_state["spec"]
    assert app.sidebar.number_input(key="net_width").value == spec.width
    return spec.cardinality, spec.width


def test_the_width_follows_through_table_2_and_back():
    app = opened()
    assert [at(app, c) for c in (8, 2, 1, 4, 5, 300, 32)] == [
        (8, 14), (2, 40), (1, 64), (4, 24), (5, 20), (300, 1), (32, 4),
    ]  # fmt: skip


def test_a_kept_width_stays_and_is_in_the_address():
    app = opened()
    app.sidebar.toggle(key="keep_width").set_value(True).run()
    assert at(app, 8) == (8, 4)
    assert app.query_params["keep_width"] in ("on", ["on"])
    again = opened(network="resnext50_8x14d", keep_width="on")
    assert again.sidebar.toggle(key="keep_width").value
    assert at(again, 2) == (2, 14)


def test_a_width_that_was_typed_is_the_new_cost():
    app = opened()
    app.sidebar.number_input(key="net_width").set_value(8).run()
    assert app.session_state["spec"].width == 8
    assert at(app, 64) == (64, 4)  # 149,504 weights; 64 paths of width 4 have 140,288, of 5 178,240


def test_custom_groups_have_no_width_to_follow():
    app = opened(network="mini_resnext")
    assert app.sidebar.toggle(key="keep_width").disabled
    assert at(app, 8) == (8, 8)  # C x d stays 64


@pytest.mark.parametrize("form", ["resnext50_32x4d", "mini_resnext"])
@pytest.mark.parametrize(
    ("key", "number", "rule"),
    [
        ("cardinality", 0, "The cardinality must be a whole number from 1 to 65,536. Received 0."),
        ("classes", -3, "The number of classes must be a whole number from 1 to 1,000,000."),
        ("input_height", 0, "The input shape must be positive whole numbers. Received (0,"),
        ("input_channels", 2000, "The input's channels must be 1 to 1024. Received 2000."),
    ],
)
def test_a_number_out_of_bounds_gets_the_sentence_of_its_rule(form, key, number, rule):
    app = opened(network=form)
    app.sidebar.number_input(key=f"net_{key}").set_value(number).run()
    assert not app.exception
    said = app.sidebar.error[0].value.replace("\\", "")
    assert said.startswith(rule)
    assert said.endswith(f"Still showing {form}.")
    assert app.session_state["spec"].name == form


def test_a_wrong_rule_in_the_address_is_refused():
    app = opened(keep_width="yes")
    assert any("must be on or off" in warning.value for warning in app.warning)
    assert not app.sidebar.toggle(key="keep_width").value


def test_a_report_of_the_picture_is_a_network():
    report = {"cardinality": 8, "width": 14, "blocks": [3, 4, 23, 3], "keep": False, "number": 1}
    assert _chosen(SPEC, report).name == "resnext101_8x14d"


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"cardinality": 8, "width": 14},
        {"cardinality": "8", "width": 14, "blocks": [3, 4, 6, 3]},
        {"cardinality": 8, "width": True, "blocks": [3, 4, 6, 3]},
        {"cardinality": 8, "width": 14, "blocks": 3},
        {"cardinality": 8, "width": 14, "blocks": [10**9]},
        {"cardinality": 10**9, "width": 14, "blocks": [3, 4, 6, 3]},
        {"cardinality": None, "width": [], "blocks": [[]]},
    ],
)
def test_another_report_is_none(report):
    with pytest.raises((KeyError, TypeError, SpecError)):
        _chosen(SPEC, report)
