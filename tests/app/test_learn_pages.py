"""The lesson's steps without a browser, on a machine that has neither runs nor CIFAR-10."""

import numpy as np
import pytest
from app_pages import open_page

from explorer.analysis.equal_cost import Solution, solve
from explorer.app.views.learn import off as learn_off
from explorer.app.views.learn import paths as learn_paths
from explorer.app.views.learn.trained import ASSETS, trained_networks
from explorer.app.views.learn.width import where
from explorer.jobs.worker_process import JobError
from explorer.lesson.ablation import Ablation
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunState, RunStore
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages

SCRIPT = """
from explorer.app.state import address
from explorer.app.views.learn import page
address.open_page("learn")
page.render()
address.close_page()
"""


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))

    def too_slow_for_this_test(*arguments):
        raise JobError("not asked")

    monkeypatch.setattr(learn_paths, "look_inside", too_slow_for_this_test)
    return RunStore(tmp_path / "runs")


def opened(**query):
    return open_page(SCRIPT, **query)


def run(store, name, source="synthetic", state="finished"):
    made = store.create(ResNeXtSpec.from_name("mini_resnext"), Recipe(), source, name=name)
    # Nothing here opens it.
    (store.folder(made) / "model.keras").write_bytes(b"")
    store.set_state(made, RunState(state))


def test_each_session_is_asked_with_numbers_of_its_own():
    seeds = {opened(lesson="Check").number_input(key="lesson_seed").value for _ in range(5)}
    assert len(seeds) > 1
    linked = opened(lesson="Check", lesson_seed="41")
    assert linked.number_input(key="lesson_seed").value == 41


def test_the_address_says_which_numbers():
    app = opened(lesson="Check")
    seed = app.number_input(key="lesson_seed").value
    assert app.query_params["lesson_seed"] in (str(seed), [str(seed)])
    app.run()
    assert app.number_input(key="lesson_seed").value == seed
    app.button(key="lesson_new").click().run()
    assert not app.exception


def test_without_cifar10_the_step_says_how_to_get_an_accuracy():
    app = opened(lesson="Inside")
    (note,) = [info.value for info in app.info]
    assert "no accuracy can be shown" in note
    (how,) = [text.value for text in app.markdown if "Unchanged predictions** is" in text.value]
    assert "page **Train**" in how
    shown = " ".join(str(element.value) for element in (*app.info, *app.caption, *app.warning))
    assert "Errno" not in shown
    assert "://" not in shown


def test_a_network_that_can_be_scored_comes_first(runs):
    shipped = {path.stem for path in ASSETS.glob("*.keras")}
    assert [net.title.split(" ")[0] for net in trained_networks()] == sorted(shipped)
    run(runs, "gone", source="/no/such/folder")
    run(runs, "halted", state="stopped")
    run(runs, "ready")
    titles = [net.title.split(":")[0].split(" ")[0] for net in trained_networks()]
    assert titles == ["ready", "halted", *sorted(shipped), "gone"]
    app = opened(lesson="Inside")
    assert app.selectbox(key="lesson_net").value.startswith("ready")
    assert not app.info
    assert any("Its accuracy can be measured" in caption.value for caption in app.caption)


def test_cifar10_in_kerass_cache_scores_the_shipped_network(tmp_path, runs):
    run(runs, "ready")
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / "cifar-10-python.tar.gz").write_bytes(b"")
    assert "included with the explorer" in trained_networks()[0].title


def test_the_slider_says_its_value():
    assert where(solve(32)) == "**32x4d** is a point of the paper's table 2."
    assert "between the paper's points 8x14d and 32x4d" in where(solve(9))
    assert "beyond the last of the paper's points, 32x4d" in where(solve(64))
    assert "The paper has 8x14d here" in where(Solution(8, 13, 0, 0))


def test_the_current_point_is_the_filled_one():
    app = opened(lesson="Width", lesson_c="4")
    points = {b.label: b.proto.type for b in app.button if b.key.startswith("lesson_point_")}
    assert [name for name, kind in points.items() if kind == "primary"] == ["4x24d"]
    app.button(key="lesson_point_1x64d").click().run()
    points = {b.label: b.proto.type for b in app.button if b.key.startswith("lesson_point_")}
    assert [name for name, kind in points.items() if kind == "primary"] == ["1x64d"]


def test_shares_are_of_the_sample_and_not_of_the_chosen_image():
    # Two sets, three images, of which the first is the one that was chosen.
    answers = np.array([[0, 0, 1], [1, 0, 0]])
    logits = np.eye(2, dtype=np.float32)[answers]
    labels = np.array([-1, 0, 1])
    right = (answers == labels).mean(axis=1)
    same = (answers == answers[0]).mean(axis=1)
    found = Ablation("stage1/block1", (frozenset(), frozenset({1})), logits, right, same)
    assert learn_off.accuracy(found).tolist() == [1.0, 0.5]
    assert learn_off.unchanged(found).tolist() == [1.0, 0.5]
