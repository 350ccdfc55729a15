"""The address: what it asks for is shown, Back is followed, what a person changes is written."""

from unittest.mock import patch

import pytest
from app_pages import open_page
from streamlit.testing.v1 import AppTest

from explorer.app.state import run_context
from explorer.app.views.compare import MOST, read_names

pytestmark = pytest.mark.slow  # pages

# One page with one choice, driven as the entry script drives its pages.
SCRIPT = """
import streamlit as st
from explorer.app.state import address
from explorer.app.views.compare import read_names
from explorer.app.components.widgets import select

address.open_page(st.query_params.get("page", "first"))
if st.session_state.get("interrupt"):
    st.stop()
select(st, "level", ("model", "stage", "block"), "stage", "level")
address.restore("with", ["a", "b"], read_names, "names")
st.multiselect("with", ["a", "b", *st.session_state["with"]], key="with")
address.chosen("with", ["a", "b"], ",".join)
st.checkbox("another", key="another")
st.button("press", key="press")
st.write(sorted(address.asked(["level", "with"])))
address.close_page()
"""


def opened(**query):
    return open_page(SCRIPT, **query)


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
    """A run for which the browser names this address."""
    app.query_params.clear()
    for key, value in query.items():
        app.query_params[key] = value
    return checked(app.run())


def go_back(app, **query):
    """What Back or Forward does: Streamlit says so."""
    with patch.object(run_context, "went_back", return_value=True):
        return go_to(app, **query)


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


def test_a_run_that_is_interrupted_loses_nothing_that_was_asked():
    """A person turns to another page before this one has been drawn."""
    app = AppTest.from_string(SCRIPT, default_timeout=120)
    app.query_params["level"] = "block"
    app.session_state["interrupt"] = True
    checked(app.run())
    app.session_state["interrupt"] = False
    go_to(app, page="second")
    assert app.selectbox(key="level").value == "block"
    assert said(app)["level"] == "block"
    checked(app.selectbox(key="level").set_value("stage").run())
    assert app.selectbox(key="level").value == "stage"


def test_back_is_followed():
    app = opened(level="block")
    checked(app.selectbox(key="level").set_value("model").run())
    go_back(app, level="block")
    assert app.selectbox(key="level").value == "block"
    assert said(app) == {"level": "block"}


def test_back_is_followed_after_a_button():
    """A button is pressed in one run and not in the next, which is no change by a person."""
    app = opened(level="block")
    checked(app.selectbox(key="level").set_value("model").run())
    checked(app.button(key="press").click().run())
    go_back(app, level="block")
    assert app.selectbox(key="level").value == "block"


def test_a_pick_on_a_page_that_was_cut_off_stays():
    app = opened(level="block")
    app.session_state["interrupt"] = True
    go_to(app, page="second")
    app.session_state["interrupt"] = False
    app.session_state["level"] = "model"
    go_to(app, page="second")
    assert app.selectbox(key="level").value == "model"


def test_a_late_address_does_not_undo_what_a_person_did():
    app = opened(level="block")
    checked(app.selectbox(key="level").set_value("model").run())
    app.checkbox(key="another").check()
    go_to(app, level="block")  # the browser had not heard of "model" yet
    assert app.selectbox(key="level").value == "model"
    assert said(app) == {"level": "model"}


def test_a_late_address_does_not_undo_a_pick_on_the_map_or_in_a_table():
    """They report plain mappings, and count as widgets that a person has touched."""
    app = opened(level="block")
    app.session_state["picked"] = {"selection": {"rows": [1]}}
    checked(app.selectbox(key="level").set_value("model").run())
    app.session_state["picked"] = {"selection": {"rows": [2]}}
    go_to(app, level="block")  # the browser had not heard of "model" yet
    assert app.selectbox(key="level").value == "model"
    assert said(app) == {"level": "model"}


def test_a_change_that_is_taken_back_at_once_does_not_look_like_back():
    """A box on the map closes and opens: the run between is interrupted, all is as before."""
    app = opened(level="block")
    app.session_state["picked"] = {"open": "layers"}
    checked(app.selectbox(key="level").set_value("model").run())
    for opened_boxes, interrupted in (("stages", True), ("layers", False)):
        app.session_state["picked"] = {"open": opened_boxes}
        app.session_state["interrupt"] = interrupted
        go_to(app, level="block")  # the browser had not heard of "model" yet
    assert app.selectbox(key="level").value == "model"
    assert said(app) == {"level": "model"}
    go_back(app, level="block")
    assert app.selectbox(key="level").value == "block"


def test_a_bad_value_is_stated_once_and_replaced():
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


RULES = """
import streamlit as st
from explorer.app.components import widgets
from explorer.app.state import address

address.open_page("first")
widgets.slider(st, "slider", 1, 64, 32, "slider")
widgets.number(st, "number", 0, 99_999, 7, "number")
widgets.several(st, "several", (1, 2, 4), "several")
widgets.switch(st, "switch", False, "switch")
widgets.select(st, "select", tuple("abcdefghijklmnop"), "a", "select")
address.close_page()
"""


@pytest.mark.parametrize(
    ("key", "text", "rule"),
    [
        ("slider", "1000", "must be a whole number from 1 to 64. Received '1000'"),
        ("slider", "0", "must be a whole number from 1 to 64. Received '0'"),
        ("number", "1000000000000", "must be a whole number from 0 to 99,999."),
        ("several", "1-3", "each one of 1, 2, 4. Received '1-3'"),
        ("switch", "yes", "must be on or off. Received 'yes'"),
        ("select", "z", "must be one of a, b, c, d, e, f, g, h, i, j, k, l, …. Received 'z'"),
    ],
)
def test_a_warning_states_the_rule_and_the_value(key, text, rule):
    app = AppTest.from_string(RULES, default_timeout=120)
    app.query_params[key] = text
    (warning,) = checked(app.run()).warning
    assert rule in warning.value.replace("\\", "")
    assert said(app) == {}


def test_too_many_names_break_the_rule():
    assert read_names(",".join("abcdefgh")) == list("abcdefgh")
    assert read_names(",".join("abcdefghi")) is None


WIDGETS = """
import streamlit as st
from explorer.app.state import address
from explorer.app.components import widgets

address.open_page("widgets")
widgets.segments(st, "One", ("a", "b", "c"), "a", "one")
widgets.select(st, "Two", ("a", "b", "c"), "a", "two")
widgets.slider(st, "Three", 1, 9, 1, "three")
widgets.number(st, "Four", 1, 9, 1, "four")
widgets.several(st, "Five", (1, 2, 3), "five")
widgets.switch(st, "Six", False, "six")
address.close_page()
"""


def test_a_widget_begins_with_its_value_in_every_run():
    """A browser may load the code of a widget only after the page has run again."""
    app = AppTest.from_string(WIDGETS, default_timeout=120)
    for key, value in zip(("one", "two", "three", "four", "five", "six"), "bc452"):
        app.query_params[key] = value
    app.query_params["five"], app.query_params["six"] = "2-3", "on"
    for _ in range(3):
        checked(app.run())
        assert app.get("button_group")[0].proto.default == [1]
        assert app.selectbox[0].proto.default == 2
        assert app.slider[0].proto.default == [4]
        assert app.number_input[0].proto.default == 5
        assert app.get("button_group")[1].proto.default == [1, 2]
        assert app.toggle[0].proto.default is True
