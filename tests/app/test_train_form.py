"""The page Train without a browser: what others typed or damaged is told, and is no markup."""

import json

import pytest
from app_pages import open_page
from streamlit.testing.v1 import AppTest

from explorer.app.state.network import SIDEBAR
from explorer.app.views.train.images import PATH
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunStore
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages

SCRIPT = """
import streamlit as st
from explorer.app.state import address
from explorer.app.views.train import page

address.open_page("train")
page.render()
address.close_page()
"""
SPEC = ResNeXtSpec.from_name("mini_resnext")


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    return RunStore(tmp_path / "runs")


def opened():
    return open_page(SCRIPT)


def test_a_path_is_no_markup(store):
    app = opened()
    app.selectbox(key="train_source").select(PATH).run()
    app.text_input(key="train_path").input("/no/![x](http://evil/p.png)").run()
    assert "\\!\\[x\\]\\(http\\:" in app.error[0].value


def test_a_damaged_run_is_shown_and_can_be_deleted(store):
    good, bad = (store.create(SPEC, Recipe(), "synthetic") for _ in range(2))
    (store.folder(bad) / "state.json").write_text("{")
    app = opened()
    assert any(bad in warning.value.replace("\\", "") for warning in app.warning)
    app.button(key=f"damaged_{bad}").click().run()
    assert store.ids() == [good]
    assert not app.warning


def test_a_wrong_setting_is_refused_by_the_race(store, monkeypatch):
    monkeypatch.setenv("RESNEXT_MAX_RUNS", "abc")
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    assert not app.exception
    assert any("RESNEXT" in error.value for error in app.error)
    assert app.button(key="race_start").disabled


def test_a_race_that_a_host_refuses_starts_nobody(store, monkeypatch):
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setattr("explorer.app.state.visitor.visitor_id", lambda store: "alice")
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    app.number_input(key="race_short_limit").set_value(100).run()
    app.button(key="race_start").click().run()
    assert store.ids() == []
    assert "2 runs at a time" in app.error[0].value


def trained(store, source, accuracy, limit=None):
    """A run with one epoch, as its files tell it."""
    run = store.create(SPEC, Recipe(limit=limit), source)
    epoch = {"epoch": 1, "step": 10, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0}
    epoch |= {"val_accuracy": accuracy, "rate": 0.1, "seconds": 1.0, "elapsed": 10.0}
    with (store.folder(run) / "metrics.jsonl").open("w") as lines:
        lines.write(json.dumps({"kind": "epoch", **epoch}) + "\n")
    return run


def test_runs_on_different_images_have_places_of_their_own(store):
    shapes = [trained(store, "synthetic", accuracy) for accuracy in (0.8, 0.9)]
    photographs = trained(store, "cifar10", 0.99, limit=4000)
    app = AppTest.from_string(SCRIPT, default_timeout=120)
    app.query_params["run"] = ",".join([*shapes, photographs])
    app.run()
    assert not app.exception
    assert "not comparable" in app.info[0].value
    first, second, every = (table.value for table in app.dataframe)
    assert first[["Rank", "Images"]].values.tolist() == [
        ["1", "synthetic shapes"],
        ["2", "synthetic shapes"],
    ]
    assert second[["Rank", "Images"]].values.tolist() == [["1", "CIFAR-10, 4,000 images"]]
    assert sorted(every["Images"]) == ["CIFAR-10, 4,000 images", *["synthetic shapes"] * 2]
    assert "CIFAR-10, 4,000 images" in store.export_csv(photographs).splitlines()[1]


def asked_about(app, key):
    """What a press of Start says, and whether a run would have to be confirmed."""
    app.button(key=f"{key}_start").click().run()
    assert not app.exception
    return [warning.value for warning in app.warning]


def test_a_long_race_is_asked_about_before_it_starts(store):
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    app.number_input(key="race_short_limit").set_value(None).run()
    assert any(" h** for 5 runs, " in caption.value and "MACs per image" in caption.value
               for caption in app.caption)  # fmt: skip
    assert "This will take about" in asked_about(app, "race")[0]
    assert store.ids() == []
    app.button(key="race_not").click().run()
    assert not app.warning
    asked_about(app, "race")
    app.number_input(key="race_short_epochs").set_value(11).run()
    assert not app.warning  # an answer to that would be about another race
    asked_about(app, "race")
    app.button(key="race_sure").click().run()
    assert len(store.ids()) == 5
    assert {store.snapshot(run).recipe.epochs for run in store.ids()} == {11}


def test_a_race_begins_with_so_many_images_that_it_is_not_asked_about(store):
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    used = app.number_input(key="race_short_limit").value
    assert 200 <= used < 10_000
    assert asked_about(app, "race") == []
    assert [store.snapshot(run).recipe.limit for run in store.ids()] == [used] * 5


def test_images_that_a_person_chose_for_a_race_are_kept(store):
    app = opened()
    app.segmented_control(key="train_mode").set_value("Race").run()
    app.number_input(key="race_short_limit").set_value(60).run()
    app.number_input(key="race_short_epochs").set_value(2).run()
    assert app.number_input(key="race_short_limit").value == 60
    app.number_input(key="race_short_limit").set_value(None).run()
    app.number_input(key="race_short_epochs").set_value(3).run()
    assert app.number_input(key="race_short_limit").value is None


def test_a_short_training_starts_at_once(store):
    app = opened()
    app.number_input(key="train_short_limit").set_value(200).run()
    assert asked_about(app, "train") == []
    assert len(store.ids()) == 1


def test_the_sidebars_network_is_offered_for_the_images_at_hand(store):
    app = AppTest.from_string(SCRIPT, default_timeout=120)
    app.session_state["spec"] = ResNeXtSpec.from_name("resnext50_32x4d")
    app.run()
    app.selectbox(key="train_network").select(SIDEBAR).run()
    assert any("32×32×3 and 10 classes, instead of 224×224×3 and 1,000" in caption.value
               for caption in app.caption)  # fmt: skip
    app.number_input(key="train_short_limit").set_value(20).run()
    app.number_input(key="train_short_epochs").set_value(1).run()
    app.button(key="train_start").click().run()
    spec = store.snapshot(store.ids()[0]).spec
    assert (spec.name, spec.input_shape, spec.classes) == ("resnext50_32x4d", (32, 32, 3), 10)
