"""The address: what it asks for is shown, Back is followed, what a person changes is written."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.views.compare import MOST

# One page with one choice, driven as the entry script drives its pages.
SCRIPT = """
import streamlit as st
from explorer.views import address
from explorer.views.compare import read_names
from explorer.views.widgets import select

address.open_page(st.query_params.get("page", "first"))
select(st, "level", ("model", "stage", "block"), "stage", "level")
address.restore("with", ["a", "b"], read_names)
st.multiselect("with", ["a", "b", *st.session_state["with"]], key="with")
address.chosen("with", ["a", "b"], ",".join)
st.checkbox("another", key="another")
st.write(sorted(address.asked(["level", "with"])))
address.close_page()
"""


def opened(**query):
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return checked(app.run())


def checked(app):
    assert not app.exception
    return app


def said(app):
    """The address as plain text by part."""
    return {
        key: value[-1] if isinstance(value, list) else value
        for key, value in app.query_params.items()
    }


def go_to(app, **query):
    """What Back or Forward does: another address, and no widget changed."""
    app.query_params.clear()
    for key, value in query.items():
        app.query_params[key] = value
    return checked(app.run())


def test_the_usual_choice_leaves_the_address_alone():
    app = opened()
    assert app.selectbox(key="level").value == "stage"
    assert said(app) == {}


def test_a_link_is_shown():
    app = opened(level="block", **{"with": "x,y"})
    assert app.selectbox(key="level").value == "block"
    assert app.multiselect(key="with").value == ["x", "y"]
    assert not app.warning


def test_a_choice_is_written_and_the_usual_one_taken_away_again():
    app = opened()
    checked(app.selectbox(key="level").set_value("model").run())
    assert said(app) == {"level": "model"}
    checked(app.multiselect(key="with").set_value(["b"]).run())
    assert said(app) == {"level": "model", "with": "b"}
    checked(app.selectbox(key="level").set_value("stage").run())
    assert said(app) == {"with": "b"}


def test_back_is_followed():
    app = opened(level="block")
    checked(app.selectbox(key="level").set_value("model").run())
    go_to(app, level="block")
    assert app.selectbox(key="level").value == "block"
    assert said(app) == {"level": "block"}


def test_a_late_address_does_not_undo_what_a_person_did():
    app = opened(level="block")
    checked(app.selectbox(key="level").set_value("model").run())
    app.checkbox(key="another").check()
    go_to(app, level="block")  # the browser had not heard of "model" yet
    assert app.selectbox(key="level").value == "model"
    assert said(app) == {"level": "model"}


def test_a_bad_value_is_told_once_and_replaced():
    app = opened(level="<script>*x*</script>")
    assert app.selectbox(key="level").value == "stage"
    assert "\\<script\\>\\*x\\*" in app.warning[0].value
    assert said(app) == {}
    assert not app.run().warning


@pytest.mark.parametrize("text", ["", ",,,", "a" * 10_000, ",".join("abcdefghijkl"), "\x00", "ü,é"])
def test_any_list_is_borne(text):
    app = opened(**{"with": text})
    assert len(app.multiselect(key="with").value) <= MOST
    assert all(len(word) <= 60 for word in app.multiselect(key="with").value)


def test_a_choice_is_kept_when_a_page_is_left_and_come_back_to():
    app = opened(level="block")
    go_to(app, page="second")
    assert app.selectbox(key="level").value == "block"
    assert said(app)["level"] == "block"
