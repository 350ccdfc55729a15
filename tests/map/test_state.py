"""The shared view: there and back, and what a browser or an address may send."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.map.state import COLOURS, LEVELS, QUERY_KEYS, SIZES, MapState

STATES = st.builds(
    MapState,
    open=st.builds("{},{}".format, st.sampled_from(LEVELS), st.text(max_size=200)),
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
    fields, refused = MapState.from_query(state.to_query())
    assert not refused
    assert MapState(**fields) == replace(state, network=0, form="")


def test_nothing_is_written_of_a_view_as_it_begins():
    assert MapState().to_query() == {}
    assert MapState(open="paths", selected="stem").to_query() == {"open": "paths", "at": "stem"}
    assert set(MapState("a", "b", 1, "split", "macs", "params").to_query()) == set(QUERY_KEYS)


@pytest.mark.slow
@given(JSON)
def test_anything_gives_a_state(plain):
    assert isinstance(MapState.from_dict(plain), MapState)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from([*MapState().to_dict()]), JSON))
def test_wrong_values_are_left_out(plain):
    state = MapState.from_dict(plain)
    assert state.colour in COLOURS
    assert state.size in SIZES
    assert state.network >= 0
    for name, value in state.to_dict().items():
        assert type(value) is type(getattr(MapState(), name))


def test_an_endless_address_is_not_read():
    for key, name in (("open", "open"), ("at", "selected")):
        fields, refused = MapState.from_query({key: "stages," + "x" * 100_000})
        assert fields == {name: getattr(MapState(), name)}
        assert refused == {key: "at most 4000 characters long"}


def test_what_an_address_cannot_mean_is_said_with_its_rule():
    query = {"open": "nonsense,stage1", "colour": "pink", "size": "kind", "at": None}
    fields, refused = MapState.from_query(query)
    assert MapState(**fields) == MapState()
    assert refused == {
        "open": "one of stages, blocks, layers, paths",
        "colour": "one of kind, params, macs, activations, memory, field, time",
        "size": "one of even, params, macs, activations, memory",
    }
