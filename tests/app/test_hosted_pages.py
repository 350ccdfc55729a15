"""Pages of a hosted app without a browser: what one visitor has is not on another's page."""

from pathlib import Path

import pytest
from app_pages import open_page

from explorer.jobs.files import LineWriter
from explorer.training.data.pickles import CIFAR10_NAMES
from explorer.training.data.sources import SYNTHETIC
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunStore
from explorer.training.runs.visitors import Visitor, VisitorRuns
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages

TRAIN = """
import streamlit as st
from explorer.app.state import address
from explorer.app.views.train import page

address.open_page("train")
page.render()
address.close_page()
"""
LEARN = """
import streamlit as st
from explorer.app.views.learn import trained

for network in trained.trained_networks():
    st.text(f"{network.title} {network.path} {network.source}")
"""
SPEC = ResNeXtSpec.from_name("mini_resnext")


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs of all"))
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    return RunStore(tmp_path / "runs of all")


@pytest.fixture
def visitor(monkeypatch):
    def become(name):
        monkeypatch.setattr("explorer.app.state.visitor.visitor_id", lambda store: name)

    become("alice")
    return become


def texts(app):
    """Everything that a page was sent."""
    found, waiting = [], [app._tree]
    while waiting:
        node = waiting.pop()
        found.append(str(getattr(node, "proto", "")))
        waiting += getattr(node, "children", {}).values()
    return "\n".join(found).replace("\\", "")


def trained(store, name, owner):
    """A run of an upload with a model, over; its upload is there."""
    upload = store.root / ".uploads" / f"{owner}-" / "images.zip"
    upload.parent.mkdir(parents=True, exist_ok=True)
    upload.write_bytes(b"")
    run = store.create(SPEC, Recipe(), str(upload), name, owner)
    lines = LineWriter(store.folder(run) / "metrics.jsonl")
    lines.write({"kind": "data", "class_names": list(CIFAR10_NAMES), "steps_per_epoch": 1})
    lines.close()
    (store.folder(run) / "model.keras").write_bytes(b"")
    store.request(run, "stop")
    return run, upload


def test_neither_train_nor_learn_shows_another_visitors_run(store, visitor):
    run, upload = trained(store, "secret name", "alice")
    assert "secret name" in texts(open_page(TRAIN))
    assert "secret name" in texts(open_page(LEARN))
    visitor("bob")
    for app in (
        open_page(TRAIN),
        open_page(TRAIN, run=run),
        open_page(TRAIN, shared=run),
        open_page(LEARN),
    ):
        page = texts(app).replace(f"run: {run}", "")
        assert "secret name" not in page
        assert upload.name not in page
        assert str(store.root) not in page
        assert not app.get("download_button")
        assert not [button for button in app.button if "sample" in button.label]


def test_a_link_shows_the_run_but_not_the_upload(store, visitor):
    run, upload = trained(store, "secret name", "alice")
    app = open_page(TRAIN)
    app.button(key=f"Share by link_{run}").click().run()
    token = store.snapshot(run).share
    assert f"shared={token}" in texts(app)

    visitor("bob")
    guest = open_page(TRAIN, shared=token)
    assert "secret name" in texts(guest)
    assert [button.label for button in guest.button] == ["Start training", "Use a sample image"]
    assert len(guest.get("download_button")) == 2  # the spec and the model
    learn = texts(open_page(LEARN, shared=token))
    assert "secret name" in learn
    assert upload.name not in learn  # not even by its images, to score what comes with the app

    VisitorRuns(store, Visitor("alice")).stop_sharing(run)
    guest.run()
    assert "secret name" not in texts(guest)
    assert "secret name" not in texts(open_page(LEARN, shared=token))


def gone(path: Path) -> None:
    path.unlink(missing_ok=True)


def torn(path: Path) -> None:
    path.write_text("{")


def folder(path: Path) -> None:
    gone(path)
    path.mkdir()


def test_no_page_names_a_folder_of_the_server(store, visitor):
    parts = ("spec", "recipe", "run", "state", "control")
    names = [*(f"{part}.json" for part in parts), "metrics.jsonl", "batch.npz"]
    for name in names:
        for damage in (gone, torn, folder):
            damage(store.folder(trained(store, "mine", "alice")[0]) / name)
    networks = "from explorer.app.views.learn.trained import trained_networks; trained_networks()"
    pages = [open_page(TRAIN), open_page(TRAIN, run=",".join(store.ids()[:6])), open_page(networks)]
    assert "spec.json" in texts(pages[0])
    assert str(store.root.parent) not in "".join(map(texts, pages))


def test_a_failure_names_no_folder(store, visitor):
    from explorer.training.runs.snapshot import RunState

    run = store.create(SPEC, Recipe(), SYNTHETIC, "mine", "alice")
    with store.locked():
        store.set_state(run, RunState("failed", f"nothing is there: '{store.root}/x.zip' /srv/a/b"))
    page = texts(open_page(TRAIN))
    assert "nothing is there" in page
    assert str(store.root) not in page
    assert "/srv" not in page


REPORT = """
import streamlit as st
from explorer.app.components import report_menu

for run in report_menu.offered_runs().values():
    st.text(f"{report_menu.label(run)} {len(run.epochs)}")
"""


def test_a_report_offers_the_visitors_own_runs_only(store, visitor):
    run, _ = trained(store, "secret name", "alice")
    epoch = {"epoch": 1, "step": 1, "loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "rate": 0.1}
    lines = LineWriter(store.folder(run) / "metrics.jsonl")
    lines.write({"kind": "epoch", **epoch, "val_accuracy": 0.25, "seconds": 1.0, "elapsed": 2.0})
    lines.close()
    assert open_page(REPORT).text[0].value == "secret name, mini_resnext, upload images, 25.0 % 1"
    visitor("bob")
    assert not open_page(REPORT).text
