"""The Accuracy page: recipes, the chart's axis, and the rows with their sources."""

import pytest
from app_pages import open_page, page_script

from explorer.analysis.gains import by_recipe
from explorer.cost.accuracy import points

pytestmark = pytest.mark.slow  # pages


def opened(**query):
    return open_page(page_script("accuracy"), **query)


def table(page, column):
    return next(one.value for one in page.dataframe if column in one.value)


def test_the_page_says_what_cardinality_gains():
    page = opened()
    assert any(by_recipe() in one.value for one in page.markdown)
    gains = table(page, "101")
    assert "pycls" in list(gains["Recipe"])


def test_the_recipes_of_the_address_are_shown_with_their_sources():
    page = opened(recipes="pycls,wsl", against="params")
    rows = table(page, "Source")
    assert list(rows["Network"]) == [p.row.network for p in points(["pycls", "wsl"])]
    assert rows["Source"].str.len().min() > 0
    assert page.query_params["recipes"] in ("pycls,wsl", ["pycls,wsl"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"recipes": "best"}, "recipes must be names joined by commas"),
        ({"against": "price"}, "against must be one of macs, params, ms"),
    ],
)
def test_an_address_that_cannot_be_read_states_the_rule(query, words):
    page = opened(**query)
    assert any(words in one.value.replace("\\", "") for one in page.warning)


def test_without_measured_times_the_page_says_so(monkeypatch):
    page = opened(against="ms")
    assert any("measured on this machine" in one.value for one in (*page.info, *page.caption))


def test_no_recipe_asks_for_one():
    page = opened()
    page.multiselect[0].set_value([]).run()
    assert any("at least one recipe" in one.value for one in page.info)
