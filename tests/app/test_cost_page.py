"""The Cost page: the memory of a step, and a search."""

import pytest
from app_pages import open_page, page_script

from explorer.cost.budget import Budget
from explorer.cost.charts import MOST_MOMENTS, MOST_POINTS, scatter, shown_moments, timeline
from explorer.cost.grid import Grid
from explorer.cost.memory import memory
from explorer.cost.search import frontier, search
from explorer.cost.search_job import compute, found_of, share_done, start_search
from explorer.cost.settings import Settings
from explorer.formatting import numbers
from resnext import ResNeXtSpec

pytestmark = pytest.mark.slow  # pages


def opened(**query):
    return open_page(page_script("cost"), **query)


def metric(page, label):
    return next(one.value for one in page.metric if one.label.startswith(label))


def test_the_peak_is_that_of_the_step_in_the_address():
    page = opened(network="resnext50_32x4d", step_batch="64", step_precision="bfloat16")
    found = memory("resnext50_32x4d", Settings(64, True, "bfloat16"))
    assert metric(page, "Peak memory") == numbers.size(found.peak_bytes)
    assert metric(page, "Reached at") == found.peak_at.place
    assert metric(page, "Largest batch in 16 GiB") == f"{found.largest_batch(16 * 2**30):,}"


def test_inference_has_no_optimizer():
    page = opened(network="mini_resnext", step="inference")
    assert metric(page, "Peak memory") == numbers.size(
        memory("mini_resnext", Settings(32)).peak_bytes
    )  # fmt: skip
    assert "Optimizer" not in [box.label for box in page.selectbox]


def test_the_four_forms_are_those_of_their_reports():
    page = opened(network="resnext29_8x4d")
    table = next(one.value for one in page.dataframe if "Implementation" in one.value)
    assert len(table) == 4
    for form, size in zip(("grouped", "split", "concatenated", "aggregated"), table["Peak memory"]):
        spec = ResNeXtSpec.from_name("resnext29_8x4d", form=form)
        assert size == numbers.size(memory(spec, Settings(32, True)).peak_bytes)


def test_a_limit_that_cannot_be_read_states_the_rule():
    page = opened(most_macs="lots")
    next(one for one in page.button if one.label == "Find networks").click().run()
    said = [error.value.replace("\\", "") for error in page.error]
    assert any("a number such as 4.3G" in text and "'lots'" in text for text in said)


def test_results_say_of_which_step_their_memory_is():
    before, after = Settings(32, True), Settings(1, True)
    page = opened(network="mini_resnext", step_batch="32")

    def said():
        return " ".join(one.value for one in page.markdown)

    page.session_state["_search_found"] = search(Grid((26,), (4,), (8,), (64,)), settings=before)
    page.run()
    assert f"searched with: {before.text}." in said()
    assert "Search again" not in said()
    next(one for one in page.number_input if one.key == "step_batch").set_value(1).run()
    assert not page.exception
    assert f"searched with: {before.text}. Search again for that of {after.text}." in said()


def test_a_search_in_a_process_finds_what_a_search_here_finds():
    grid, budget, step = Grid((26, 29), (4,), (8,), (64,)), Budget(params=10**9), Settings(2, True)
    job = start_search(grid, budget, step, "timm")
    try:
        assert found_of(job.wait()) == search(grid, budget, step, count="timm")
    finally:
        job.close()


def test_progress_of_a_search():
    told = []
    request = {
        "grid": {
            "depth": [26],
            "cardinality": list(range(1, 21)),
            "width": list(range(1, 21)),
            "resolution": [],
            "changes": [["attention", "se"]],
        },
        "budget": {"macs": None, "params": None, "memory": None, "ms": None},
        "settings": {"batch": 1, "train": False, "precision": "float32", "optimizer": "sgd"},
        "count": "torchvision",
    }
    answer = compute(request, {}, told.append)
    assert all(row[0].startswith("se") for row in answer.values["rows"])
    shares = [share_done(phase) for phase in told]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] < 1
    assert share_done("") == 0.0


def test_the_timeline_names_its_peak_and_shows_every_layer():
    found = memory("resnext29_8x64d", Settings(8, True))
    figure = timeline(found, "stage2/block1")
    assert any(numbers.size(found.peak_bytes) in (trace.name or "") for trace in figure.data)
    hover = next(trace for trace in figure.data if trace.hovertemplate)
    assert [row[0] for row in hover.customdata] == [m.place for m in shown_moments(found)]
    assert len(figure.layout.shapes) > 10  # the marked moments of the block


def test_a_long_timeline_keeps_its_peak():
    spec = ResNeXtSpec.from_name("resnext101_32x4d", form="aggregated")
    found = memory(spec, Settings(8, True))
    shown = shown_moments(found)
    assert len(found.moments) > 2 * MOST_MOMENTS > 2 * len(shown) - 2
    assert found.peak_at in shown


def test_the_scatter_has_a_point_for_each_network():
    rows = search(Grid((26, 50), (1, 2, 4, 8), (4, 8, 16))).rows
    figure = scatter(rows, "memory", "macs")
    line, *points = figure.data
    assert len(line.x) == len(frontier(rows, "memory", "macs"))
    assert sum(len(trace.x) for trace in points) == len(rows) < MOST_POINTS
