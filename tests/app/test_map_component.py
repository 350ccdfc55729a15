"""The map in the app: mounted through Streamlit, and who leads when both sides speak."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.app.components.map_component import View
from explorer.map.state import MapState

pytestmark = pytest.mark.slow  # pages


def _page():
    import streamlit as st

    from explorer.app.components.map_component import network_map
    from explorer.map.state import MapState
    from resnext import ResNeXtSpec

    names = ["mini_resnext", "resnext29_8x64d"][: st.session_state.get("count", 1)]
    view = network_map(
        [ResNeXtSpec.from_name(name) for name in names],
        key="m",
        wanted=st.session_state.get("wanted"),
        state=MapState(open="blocks", colour="macs"),
    )
    st.text(view.selected)
    st.text(view.open)


def test_it_mounts_and_begins_as_asked():
    app = AppTest.from_function(_page, default_timeout=120).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["", "blocks"]


def test_a_row_that_is_selected_elsewhere_is_selected_here():
    app = AppTest.from_function(_page, default_timeout=120).run()
    app.session_state["wanted"] = {"selected": "stage1/block1/conv2"}
    app.run()
    assert not app.exception
    assert app.text[0].value == "stage1/block1/conv2"
    assert app.session_state["m-view"].asked == 1
    app.run()
    assert app.session_state["m-view"].asked == 1


def test_two_networks():
    app = AppTest.from_function(_page, default_timeout=120)
    app.session_state["count"] = 2
    assert not app.run().exception


def said(asked=0, **fields):
    """What the browser sends: all that it shows, and the last request that it has seen."""
    return {**MapState(**fields).to_dict(), "asked": asked}


def test_a_persons_selections_are_never_taken_back():
    """Thirty in a row: the page sends each back as what it wants, and that asks for nothing."""
    view = View()
    for turn in range(30):
        view.hear(said(selected=f"stage{turn % 4}"))
        view.ask(selected=view.now.selected)
        assert (view.now.selected, view.asked) == (f"stage{turn % 4}", 0)


def test_both_sides_are_followed_in_turn():
    view = View()
    view.ask(selected="stem")
    assert (view.now.selected, view.asked) == ("stem", 1)
    view.hear(said(1, selected="stage1", open="blocks"))
    assert (view.now.selected, view.now.open, view.asked) == ("stage1", "blocks", 1)
    view.ask(selected="stem")
    assert (view.now.selected, view.now.open, view.asked) == ("stem", "blocks", 2)


def test_a_click_that_crosses_a_request_counts_and_undoes_no_other_part_of_it():
    view = View()
    view.hear(said(selected="stage1", colour="macs"))
    view.ask(selected="stem", form="split", open="blocks")
    view.hear(said(selected="stage2", colour="macs"))  # clicked before the request was seen
    assert view.now == MapState(open="blocks", selected="stage2", form="split", colour="macs")
    assert view.asked == 2  # the browser, which shows the stem by now, is asked for the outcome
    view.hear(said(1, selected="stem", form="split", open="blocks", colour="params"))
    assert view.now == MapState(open="blocks", selected="stage2", form="split", colour="params")
    assert view.asked == 3
    view.hear(said(3, **{**view.now.to_dict(), "selected": "stage3"}))
    assert (view.now.selected, view.asked, len(view.shown)) == ("stage3", 3, 1)


def test_the_same_message_again_changes_nothing():
    view = View()
    view.hear(said(selected="stage1"))
    view.ask(selected="stem")
    view.hear(said(selected="stage1"))
    assert view.now.selected == "stem"


@pytest.mark.parametrize("asked", [None, [], {}, 7, -1, "x", 1e300])
def test_a_number_that_was_never_given_is_read_as_the_last(asked):
    view = View()
    view.ask(selected="stem")
    view.hear(said(asked, selected="stage1"))
    assert (view.now.selected, view.asked) == ("stage1", 1)


def test_the_last_report_is_named():
    view = View()
    view.hear(said(selected="stage1") | {"sent": 1_700_000_000_000})
    assert view.heard == 1_700_000_000_000
    for nonsense in (None, "x", 1.5, []):
        view.hear(said(selected="stage2") | {"sent": nonsense})
        assert view.heard == 1_700_000_000_000


def test_nonsense_from_a_browser_is_left_out():
    view = View()
    view.hear(["x"])
    view.hear({"selected": 7, "colour": "url(javascript:)", "network": -3})
    assert view.now == MapState()
