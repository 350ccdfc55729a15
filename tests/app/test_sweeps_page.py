"""The page Sweeps without a browser, and a live sweep in one."""

import re

import pytest
from app_pages import open_page, page_script
from run_folders import trained
from streamlit.testing.v1 import AppTest

from explorer.analysis.race import equal_cost_names
from explorer.sweeps import control
from explorer.sweeps.design import Design
from explorer.sweeps.plan import plan_path, read_plans
from explorer.training.engine.errors import RunError
from explorer.training.engine.recipe import Recipe
from explorer.training.runs.store import RunStore

pytestmark = pytest.mark.slow  # pages


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNEXT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("explorer.training.runs.scheduler.tick", lambda store: None)
    monkeypatch.setattr("explorer.sweeps.board.tick", lambda store: None)
    return RunStore(tmp_path / "runs")


def opened():
    return open_page(page_script("sweeps"))


def planned(store, seeds=2):
    design = Design({"depth": (20,), "cardinality": (1, 8)}, at="equal-macs", channels=64)
    recipe = Recipe.from_name("short", epochs=3, limit=500)
    return control.start(store, control.planned(design, recipe, "synthetic", seeds, "a <b>try</b>"))


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def test_the_first_sweep_is_planned_and_queued(store):
    app = opened()
    assert any("No sweep yet" in info.value for info in app.info)
    app.number_input(key="sweep_short_limit").set_value(300).run()
    app.number_input(key="sweep_short_epochs").set_value(1).run()
    app.checkbox(key="sweep_rivals").check().run()
    assert any("24 runs" in text.value for text in app.markdown)
    app.button(key="sweep_start").click().run()
    if not store.ids():  # this machine asks whether it may take so long
        app.button(key="sweep_sure").click().run()
    assert not app.exception
    [plan], _ = read_plans(store.root)
    assert [trial.spec.cardinality for trial in plan.trials] == [1, 2, 4, 8, 16, 32, 1, 1]
    assert max(abs(trial.deviation) for trial in plan.trials) <= 0.03
    assert len(store.ids()) == 24
    assert figures(app)["Finished"] == "0 of 24"


def test_a_sweep_shows_what_came_out(store):
    plan = planned(store)
    for place, accuracy in {(0, 0): 0.7, (0, 1): 0.8, (1, 0): 0.9}.items():
        trained(store, plan.runs[place], accuracy)
    app = opened()
    assert figures(app)["Finished"] == "3 of 4"
    assert figures(app)["Lowest: 8x3d"] == "10.00 %"
    frame = app.dataframe[0].value
    assert list(frame["Error, %"]) == ["25.00 ± 5.00", "10.00"]
    assert app.subheader[0].value.replace("\\", "") == "a <b>try</b>"
    for look in ("Runs", "Distribution of errors", "From network to error", "Plan"):
        app.segmented_control(key=f"sweep_look_{plan.id}").set_value(look).run()
        assert not app.exception
        assert not app.error


def test_stop_resume_and_more_seeds(store):
    plan = planned(store, seeds=1)
    app = opened()
    app.button(key=f"Stop_{plan.id}").click().run()
    assert {store.state(run).state for run in store.ids()} == {"stopped"}
    app.button(key=f"Resume_{plan.id}").click().run()
    assert {store.state(run).state for run in store.ids()} == {"queued"}
    app.button(key=f"Train these_{plan.id}").click().run()
    assert len(store.ids()) == 4
    assert figures(app)["Finished"] == "0 of 4"
    app.button(key=f"Stop_{plan.id}").click().run()
    app.button(key=f"Delete the plan and its runs_{plan.id}").click().run()
    assert store.ids() == []
    assert any("No sweep yet" in info.value for info in app.info)


def test_what_the_launcher_says_against_a_resume_is_shown(store, monkeypatch):
    plan = planned(store, seeds=1)
    control.stop(store, plan.id)
    app = opened()

    def refuse(store, run, on):
        raise RunError("Ray is not installed")

    monkeypatch.setattr("explorer.training.runs.scheduler.resume", refuse)
    app.button(key=f"Resume_{plan.id}").click().run()
    assert not app.exception
    assert [toast.value for toast in app.toast] == ["Ray is not installed"]


def test_one_of_several_sweeps_is_shown_and_is_in_the_address(store):
    first, second = planned(store, seeds=1), planned(store, seeds=2)
    newest, other = sorted([first, second], key=lambda plan: plan.id, reverse=True)
    app = opened()
    assert figures(app)["Finished"] == f"0 of {newest.size}"
    app.selectbox(key="sweep").set_value(other.id).run()
    assert figures(app)["Finished"] == f"0 of {other.size}"
    assert app.query_params["sweep"] in (other.id, [other.id])
    app = AppTest.from_string(page_script("sweeps"), default_timeout=120)
    app.query_params["sweep"] = other.id
    assert figures(app.run())["Finished"] == f"0 of {other.size}"
    # A sweep that is started is shown, whichever was shown before.
    app.session_state["sweep_form"] = True
    app.run()
    app.number_input(key="sweep_short_limit").set_value(100).run()
    app.number_input(key="sweep_seeds").set_value(1).run()
    app.button(key="sweep_start").click().run()
    assert not app.exception
    assert figures(app)["Finished"] == "0 of 6"


def test_a_damaged_plan_is_named_and_hides_no_other(store):
    good, bad = planned(store, seeds=1), planned(store, seeds=1)
    plan_path(store.root, bad.id).write_text("{")
    app = opened()
    assert any(bad.id in warning.value.replace("\\", "") for warning in app.warning)
    assert figures(app)["Finished"] == f"0 of {good.size}"


def test_a_race_is_a_sweep_of_one_seed(store):
    app = AppTest.from_string(page_script("train"), default_timeout=120).run()
    app.segmented_control(key="train_mode").set_value("Race").run()
    app.number_input(key="race_short_limit").set_value(100).run()
    app.number_input(key="race_short_seed").set_value(7).run()
    app.button(key="race_start").click().run()
    if not store.ids():
        app.button(key="race_sure").click().run()
    assert not app.exception
    [plan], _ = read_plans(store.root)
    assert [trial.label for trial in plan.trials] == list(equal_cost_names(20))
    assert plan.seeds == (7,)
    assert set(store.ids()) == set(plan.runs.values())
    assert {store.snapshot(run).recipe.seed for run in store.ids()} == {7}
    assert app.query_params["run"] in (",".join(plan.runs.values()), [",".join(plan.runs.values())])
    more = control.set_seeds(store, plan.id, 3)
    assert more.seeds == (7, 0, 1)


def test_a_host_offers_no_sweeps(store, monkeypatch):
    planned(store, seeds=1)
    monkeypatch.setenv("RESNEXT_HOSTED", "1")
    app = opened()
    assert any("does not offer them" in info.value for info in app.info)
    assert not app.metric
    assert not app.button


@pytest.mark.browser
def test_a_sweep_in_a_browser_draws_its_charts_and_fits_a_phone(own_app, new_page):
    store = RunStore(own_app.runs)
    # Their queue must not move: every run is over.
    from explorer.training.runs import scheduler

    real, scheduler.tick = scheduler.tick, lambda store: None
    try:
        plan = planned(store)
        for number, run in enumerate(plan.runs.values()):
            trained(store, run, 0.7 + number / 50)
    finally:
        scheduler.tick = real
    own_app.start()
    page = new_page(390, 844)
    page.goto(f"{own_app.url}/sweeps")
    charts = page.locator(".js-plotly-plot .scatterlayer")
    charts.nth(1).wait_for()
    page.get_by_role("radio", name="From network to error").click()
    page.locator(".parcoords").first.wait_for(state="attached")
    wide = page.evaluate(
        """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
            .map((element) => element.scrollWidth - element.clientWidth)"""
    )
    assert wide == [0, 0]
    with page.expect_download() as waiting:
        page.get_by_test_id("stPopover").filter(has_text="Download").get_by_role("button").click()
        page.get_by_text("Everything (HTML)").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert re.search(r"<h1>Sweep: a &lt;b&gt;try", text)
