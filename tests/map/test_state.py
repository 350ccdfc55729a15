"""The shared view: there and back, and what a browser or an address may send."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from explorer.map.state import COLOURS, QUERY_KEYS, SIZES, MapState

STATES = st.builds(
    MapState,
    open=st.text(max_size=200),
    selected=st.text(max_size=80),
    network=st.integers(0, 3),
    form=st.sampled_from(["", "grouped", "split"]),
    colour=st.sampled_from(COLOURS),
    size=st.sampled_from(SIZES),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(STATES)
def test_there_and_back(state):
    assert MapState.from_dict(state.to_dict()) == state


@given(STATES)
def test_an_address_reopens_what_it_holds(state):
    again = MapState.from_query(state.to_query())
    assert again == replace(state, network=0, form="")


def test_nothing_is_written_of_a_view_as_it_begins():
    assert MapState().to_query() == {}
    assert MapState(open="paths", selected="stem").to_query() == {"open": "paths", "at": "stem"}
    assert set(MapState("a", "b", 1, "split", "macs", "params").to_query()) == set(QUERY_KEYS)


@given(JSON)
def test_anything_gives_a_state(plain):
    assert isinstance(MapState.from_dict(plain), MapState)


@given(st.dictionaries(st.sampled_from([*MapState().to_dict()]), JSON))
def test_wrong_values_are_left_out(plain):
    state = MapState.from_dict(plain)
    assert state.colour in COLOURS
    assert state.size in SIZES
    assert state.network >= 0
    for name, value in state.to_dict().items():
        assert type(value) is type(getattr(MapState(), name))


def test_an_endless_address_is_not_read():
    assert MapState.from_query({"open": "x" * 100_000}).open == "stages"
