"""The tables of the pages, and what a page says where something is not there."""

import plotly.graph_objects as go
import pytest
from app_pages import open_page, page_script
from streamlit.testing.v1 import AppTest

from explorer.analysis import verify
from explorer.analysis.compare import compare as compared
from explorer.analysis.formats import FORMATS
from explorer.analysis.report import analyse
from explorer.app.components import map_component, map_downloads
from explorer.app.state import network
from explorer.app.views import compare
from explorer.app.views.tables import HIDDEN, OFFERED, columns, display_frame, file_name
from explorer.cost import measured
from explorer.cost.memory import memory
from explorer.cost.settings import Settings
from explorer.formatting import numbers
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))


def opened(page, **query):
    return open_page(page_script(page), **query)


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


def test_a_network_too_large_for_a_page_is_refused_in_a_comparison():
    app = opened("compare", **{"with": "resnext50_32x4d,resnext1208_32x4d"})
    assert any("at most 400 blocks" in error.value for error in app.error)


def test_a_link_to_a_run_is_answered_where_there_is_none():
    app = opened("train", run="20260101-000000-abcdef")
    assert any("was not found" in warning.value for warning in app.warning)
    assert any("No run yet" in info.value for info in app.info)


def test_a_build_that_failed_says_what_to_do():
    def show():
        import streamlit as st

        from explorer.app.components.build import build_section
        from explorer.building.job import start_build
        from resnext import ResNeXtSpec

        spec = ResNeXtSpec.from_name("mini_resnext")
        if "build" not in st.session_state:
            st.session_state["build"] = start_build(spec)
            st.session_state["build_spec"] = spec
            st.session_state["build"].close()
        build_section(spec)

    app = AppTest.from_function(show).run()
    assert [error.value for error in app.error] == [r"It was cancelled\."]
    assert app.caption[-1].value == "Press *Build the Keras model* to try again."


def test_a_bug_in_a_worker_is_called_one(caplog):
    def show():
        from explorer.app.components.jobs import ask
        from explorer.jobs.worker_process import JobBug

        def question(asker):
            raise JobBug("KeyError: 'ours'")

        assert ask("key", "Asking", 1, question) is None

    app = AppTest.from_function(show).run()
    assert "a bug in the explorer, not in your input" in app.error[0].value
    assert "KeyError: 'ours'" in caplog.text


def test_downloads_have_names_of_their_own():
    reports = [analyse(ResNeXtSpec(), count) for count in ("torchvision", "timm")]
    names = [
        f"{file_name(report, level)}.{FORMATS[word].ending}"
        for report in reports
        for level in ("stage", "block", "layer")
        for word in OFFERED
    ]
    assert len(set(names)) == len(names)
    assert "resnext50_32x4d-by-stage.md" in names
    assert {name.rpartition(".")[2] for name in names} == {"csv", "json", "md"}
    specs = [ResNeXtSpec(cardinality=c) for c in (32, 16, 8, 4, 2)]
    assert compare.file_name(compared(specs[:2])) == "resnext50_32x4d-resnext50_16x4d"
    assert compare.file_name(compared(specs, "timm")).endswith("8x4d-2-more-timm")


def test_a_link_to_a_place_that_is_not_there_says_so():
    app = opened("tables", at="stage9/block7")
    assert any("stage9/block7" in warning.value for warning in app.warning)
    assert "at" not in app.query_params
    assert not opened("tables", at="stage2/block1").warning


@pytest.mark.parametrize(
    ("networks", "heading"),
    [
        ("resnet50,resnext50_32x4d", "Same MACs, different speed"),
        ("resnext50_32x4d,resnext101_32x4d", "Published speed"),
    ],
)
def test_speeds_are_said_to_be_of_equal_macs_only_where_they_are(networks, heading):
    app = opened("compare", **{"with": networks})
    assert heading in [one.value for one in app.subheader]


def test_a_source_that_nobody_chose_follows_the_networks():
    app = opened("compare", **{"with": "resnext50_32x4d,resnext101_32x4d,resnext152_32x4d"})
    assert app.selectbox(key="accuracy").value == "pycls"
    networks = app.multiselect(key="with")
    networks.set_value(["resnet50", "resnext50_8x14d", "resnext50_32x4d"]).run()
    assert not app.exception
    assert app.selectbox(key="accuracy").value == "paper"
    assert "accuracy" not in app.query_params
    app.selectbox(key="accuracy").set_value("torchvision-v1").run()
    app.multiselect(key="with").set_value(["resnet50", "resnext50_32x4d"]).run()
    assert app.selectbox(key="accuracy").value == "torchvision-v1"  # somebody chose it


@pytest.mark.parametrize("page", ["architecture", "tables", "compare"])
def test_a_page_that_somebody_has_seen_traces_and_draws_nothing_again(page, monkeypatch):
    opened(page)
    made = []

    def counted(function):
        def call(*arguments, **options):
            made.append(function.__qualname__)
            return function(*arguments, **options)

        return call

    for where, name in (
        (network, "trace"),
        (network, "analyse"),
        (map_component, "map_data"),
        (map_downloads, "draw"),
        (go.Figure, "__init__"),
    ):
        monkeypatch.setattr(where, name, counted(getattr(where, name)))
    opened(page)
    assert not made
    opened(page, network="resnext29_3x5d", **{"with": "resnext29_3x5d"})
    assert made


def test_the_page_of_checked_figures_can_show_only_those_that_differ():
    checks = verify.verify()
    app = opened("verify", verdict="differs")
    table = app.dataframe[0].value
    assert len(table) == sum(check.verdict == verify.DIFFERS for check in checks)
    assert table["reason"].all()
    assert verify.summary(checks) in app.markdown[0].value


def test_the_tables_name_the_peak_of_memory():
    found = memory("resnext101_32x4d", Settings())
    said = " ".join(one.value for one in opened("tables", network="resnext101_32x4d").caption)
    assert numbers.size(found.peak_bytes) in said
    assert found.peak_at.place in said.replace("\\", "")


def test_the_page_of_checked_figures_shows_measured_peaks():
    steps = measured.measured_steps()
    app = opened("verify")
    table = app.dataframe[1].value
    assert list(table["Ratio"]) == [f"{one.ratio:.2f}" for one in steps]
    assert any(measured.summary(steps) in one.value for one in app.markdown)
