"""The map in the app: mounted through Streamlit, and who leads when both sides speak."""

from streamlit.testing.v1 import AppTest

from explorer.map.state import MapState
from explorer.views.map_component import _View


def _page():
    import streamlit as st

    from explorer.map.state import MapState
    from explorer.views.map_component import network_map
    from resnext import ResNeXtSpec

    names = ["mini_resnext", "resnext29_8x64d"][: st.session_state.get("count", 1)]
    view = network_map(
        [ResNeXtSpec.from_name(name) for name in names],
        key="m",
        selected=st.session_state.get("row"),
        state=MapState(open="blocks", colour="macs"),
    )
    st.text(view.selected)
    st.text(view.open)


def test_it_mounts_and_begins_as_asked():
    app = AppTest.from_function(_page, default_timeout=30).run()
    assert not app.exception
    assert [text.value for text in app.text] == ["", "blocks"]


def test_a_row_that_is_selected_elsewhere_is_selected_here():
    app = AppTest.from_function(_page, default_timeout=30).run()
    app.session_state["row"] = "stage1/block1/conv2"
    app.run()
    assert not app.exception
    assert app.text[0].value == "stage1/block1/conv2"
    assert app.session_state["m-view"].asked == 1
    app.run()
    assert app.session_state["m-view"].asked == 1


def test_two_networks():
    app = AppTest.from_function(_page, default_timeout=30)
    app.session_state["count"] = 2
    assert not app.run().exception


def test_the_browser_leads_until_python_asks_anew():
    view = _View(now=MapState())
    view.ask("stem")
    assert (view.now.selected, view.asked) == ("stem", 1)
    view.hear({"selected": "stage1", "open": "blocks"})
    view.ask("stem")  # the row is still selected, but the person has gone on
    assert (view.now.selected, view.now.open, view.asked) == ("stage1", "blocks", 1)
    view.ask("stage1")  # the table follows the map
    assert view.asked == 1
    view.ask("stem")
    assert (view.now.selected, view.now.open, view.asked) == ("stem", "blocks", 2)
    view.hear({"selected": "stage1", "open": "blocks"})  # an old answer, heard again
    assert view.now.selected == "stem"


def test_a_click_made_before_python_asked_is_not_heard_and_one_after_is():
    view = _View(now=MapState())
    view.hear({"selected": "stage1", "asked": 0})
    view.ask("stem")
    view.hear({"selected": "stage2", "asked": 0})  # the browser had not yet been told
    assert view.now.selected == "stem"
    view.hear({"selected": "stage1", "asked": 1})  # the first click again
    assert view.now.selected == "stage1"


def test_the_whole_view_can_be_changed():
    view = _View(now=MapState(open="layers"))
    view.go(MapState(open="blocks", selected="stem"))
    assert (view.now.open, view.now.selected, view.asked) == ("blocks", "stem", 1)


def test_nonsense_from_a_browser_is_left_out():
    view = _View(now=MapState())
    view.hear(["x"])
    view.hear({"selected": 7, "colour": "url(javascript:)", "network": -3})
    assert view.now == MapState()
