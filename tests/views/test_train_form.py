"""The page Train without a browser: what others typed or damaged is told, and is no markup."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.training import Recipe, RunStore
from explorer.views.train_form import PATH
from resnext import ResNeXtSpec

SCRIPT = """
import streamlit as st
from explorer.views import address, train

address.open_page("train")
train.render()
address.close_page()
"""
SPEC = ResNeXtSpec.from_name("mini_resnext")


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("explorer.training.scheduler.tick", lambda store: None)
    return RunStore(tmp_path / "runs")


def opened():
    app = AppTest.from_string(SCRIPT, default_timeout=60).run()
    assert not app.exception
    return app


def test_a_path_is_no_markup(store):
    app = opened()
    app.selectbox(key="train_source").select(PATH).run()
    app.text_input(key="train_path").input("/no/![x](http://evil/p.png)").run()
    assert "\\!\\[x\\]\\(http\\:" in app.error[0].value


def test_a_damaged_run_is_told_and_can_be_deleted(store):
    good, bad = (store.create(SPEC, Recipe(), "synthetic") for _ in range(2))
    (store.folder(bad) / "state.json").write_text("{")
    app = opened()
    assert any(bad in warning.value.replace("\\", "") for warning in app.warning)
    app.button(key=f"damaged_{bad}").click().run()
    assert store.ids() == [good]
    assert not app.warning


def test_a_wrong_setting_is_told_by_the_race(store, monkeypatch):
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "abc")
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    assert not app.exception
    assert any("RESNEXT" in error.value for error in app.error)
    assert app.button(key="race_start").disabled


def test_a_race_that_a_host_refuses_starts_nobody(store, monkeypatch):
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setattr("explorer.views.train_race.visitor", lambda: "alice")
    monkeypatch.setattr("explorer.views.train_form.visitor", lambda: "alice")
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    app.button(key="race_start").click().run()
    assert store.ids() == []
    assert "2 runs at a time" in app.toast[0].value
