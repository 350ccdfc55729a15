"""The tables of the pages, and what a page says where something is not there."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.building import BuildResult
from explorer.report import analyse
from explorer.views.tables import HIDDEN, columns, display_frame
from resnext import ResNeXtSpec


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def opened(page, **query):
    source = f"""
import streamlit as st
from explorer.views import address, state, {page}
address.open_page("{page}")
state.sidebar()
{page}.render()
address.close_page()
"""
    app = AppTest.from_string(source, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def test_sizes_are_written_and_parameters_are_those_of_the_paper():
    report = analyse(ResNeXtSpec())
    frame = display_frame([*report.stages, report.totals], report.totals, "MACs")
    total = frame.iloc[-1]
    assert total["Parameters"] == 25_028_904
    assert total["Moving statistics"] == 68_224
    assert total["Weights"] == pytest.approx(25_097_128 * 4 / 2**20)
    assert frame["Parameters"].iloc[:-1].sum() == 25_028_904
    assert set(HIDDEN) <= set(frame.columns)
    assert set(columns(frame)) <= set(frame.columns)


def test_a_convention_that_counts_flops_has_one_such_column():
    report = analyse(ResNeXtSpec(), "calflops")
    frame = display_frame([report.totals], report.totals, "FLOPs")
    assert list(frame.columns).count("FLOPs") == 1


def test_differences_are_signed_and_grouped():
    app = opened("compare", **{"with": "resnext50_32x4d,resnext101_32x4d,resnet50"})
    frame = app.dataframe[0].value
    total = frame.iloc[-1]
    assert total["Δ resnext101_32x4d"] == "+3,739,516,928"
    assert total["Δ resnet50"].startswith("−")
    assert "0" in set(frame["Δ resnext101_32x4d"])


def test_a_network_too_large_for_a_page_is_told_in_a_comparison():
    app = opened("compare", **{"with": "resnext50_32x4d,resnext1208_32x4d"})
    assert any("at most 400 blocks" in error.value for error in app.error)


def test_a_link_to_a_run_is_answered_where_there_is_none():
    app = opened("train", run="20260101-000000-abcdef")
    assert any("not here" in warning.value for warning in app.warning)
    assert any("No run yet" in info.value for info in app.info)


def test_a_build_that_failed_says_what_to_do():
    def show(result):
        from explorer.views.build import _show

        _show(result, None)

    result = BuildResult(error="It ended.")
    app = AppTest.from_function(show, kwargs={"result": result}).run()
    assert [error.value for error in app.error] == [r"It ended\. Press Build to try again."]
