"""Try an image on a run that is over: without a browser, and without running the network."""

import numpy as np
import pytest
from app_pages import open_page

from explorer.app.views.train import own_image
from explorer.training.data import synthetic
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunState, RunStore
from resnext import ResNeXtSpec
from resnext.errors import UserError

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
FORM = "train_form"


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    return RunStore(tmp_path / "runs")


@pytest.fixture
def seen(monkeypatch):
    """The images that the network would be given; it says star with 75 % of each."""
    images = []

    def predict(path, image, *, asker):
        images.append(image)
        share = np.full(10, 0.25 / 9, np.float32)
        share[synthetic.CLASS_NAMES.index("star")] = 0.75
        return share

    monkeypatch.setattr(own_image, "predict", predict)
    return images


def over(store, source="synthetic", state="finished"):
    run = store.create(SPEC, Recipe(), source)
    (store.folder(run) / "model.keras").write_bytes(b"")
    lines = (
        f'{{"kind": "data", "class_names": {list(synthetic.CLASS_NAMES)}, "steps_per_epoch": 1}}'
    )
    (store.folder(run) / "metrics.jsonl").write_text(lines.replace("'", '"') + "\n")
    store.set_state(run, RunState(state))
    return run


def opened(**query):
    return open_page(SCRIPT, **query)


def predicted(app):
    return [text.value for text in app.markdown if text.value.startswith("**Predicted")]


def test_samples_are_tried_one_after_another(store, seen):
    run = over(store)
    app = opened(run=run)
    assert predicted(app) == []
    assert seen == []  # nothing runs before somebody asks
    for count in (1, 2):
        app.button(key=f"try_sample_{run}").click().run()
        assert not app.exception
        assert len(seen) == count
        (words,) = predicted(app)
        assert words.startswith("**Predicted star \\(75 %\\), ")
        assert any(f"Sample {count} of 200" in caption.value for caption in app.caption)
    assert seen[0].shape == (32, 32, 3)
    assert not np.array_equal(seen[0], seen[1])


def test_samples_without_the_images_of_the_run_have_no_class(store, seen):
    run = over(store, source="/no/such/folder")
    app = opened(run=run)
    app.button(key=f"try_sample_{run}").click().run()
    assert predicted(app) == ["**Predicted star \\(75 %\\)**"]
    assert any("the actual class is unknown" in caption.value for caption in app.caption)


@pytest.mark.parametrize("state", ["queued", "paused", "stopped", "finished"])
def test_only_a_run_with_a_model_that_does_not_train_offers_it(store, seen, state):
    without = store.create(SPEC, Recipe(), "synthetic")
    run = over(store, state=state)
    labels = [button.label for button in opened(run=run).button]
    assert ("Use a sample image" in labels) == (state != "queued")
    assert "Use a sample image" not in [button.label for button in opened(run=without).button]


def test_the_form_is_unfolded_until_there_is_a_run_to_see(store):
    assert opened().session_state[FORM] is True
    run = over(store)
    assert opened().session_state[FORM] is False
    assert opened(run=run).session_state[FORM] is False


def test_a_start_folds_the_form_and_shows_the_run(store):
    app = opened()
    app.number_input(key="train_short_limit").set_value(200).run()
    app.button(key="train_start").click().run()
    assert not app.exception
    (run,) = store.ids()
    assert app.session_state[FORM] is False
    assert app.query_params["run"] in (run, [run])
    app.number_input(key="train_short_limit").set_value(300).run()  # what was typed is kept
    assert app.session_state[FORM] is False


def test_a_trained_network_is_exported_with_its_weights(store, monkeypatch):
    run, asked = over(store), []

    def start(source, *, folded, asker):
        asked.append((source, folded))
        raise UserError("The test starts no process")

    monkeypatch.setattr("explorer.app.components.export.start_export", start)
    app = opened(run=run)
    app.toggle(key="onnx_fold").set_value(True).run()
    app.button(key="onnx_start").click().run()
    assert not app.exception
    assert asked == [(store.model_path(run), True)]
    assert "The test starts no process" in app.error[0].value


def test_a_run_without_a_model_is_not_exported(store):
    run = over(store)
    store.model_path(run).unlink()
    app = opened(run=run)
    assert not [button for button in app.button if button.key == "onnx_start"]
