"""Links: any spec comes back; anything else gives a note and a network, never an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.app.state.url_params import KEYS, from_query, numbers, to_query
from resnext import FORMS, PRESETS, ResNeXtSpec, SpecError, Stage


@pytest.mark.parametrize("name", [*PRESETS, "resnext29_4x24d", "resnext200_2x8d"])
@pytest.mark.parametrize("form", ["grouped", "split"])
def test_a_named_network_comes_back(name, form):
    spec = ResNeXtSpec.from_name(name, form=form, classes=7, input_shape=(64, 96, 1))
    query = to_query(spec)
    assert query["network"] == name
    assert from_query(query) == (spec, [])


def test_a_plain_preset_is_a_short_link():
    assert to_query(ResNeXtSpec.from_name("resnext101_64x4d")) == {"network": "resnext101_64x4d"}


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        ResNeXtSpec,
        blocks=st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
        cardinality=st.integers(1, 64),
        width=st.integers(1, 64),
        input_shape=st.tuples(st.integers(32, 512), st.integers(32, 512), st.integers(1, 4)),
        classes=st.integers(1, 2000),
        stem=st.sampled_from(["imagenet", "cifar"]),
        form=st.sampled_from(FORMS),
        shortcut_bias=st.booleans(),
        include_top=st.booleans(),
        head=st.sampled_from(["average", "flatten"]),
        padding=st.sampled_from(["same", "symmetric"]),
    )
)
def test_any_network_comes_back(spec):
    assert from_query(to_query(spec)) == (spec, [])


def test_an_address_without_padding_is_an_old_one():
    assert from_query({"network": "resnext50_32x4d"})[0].padding == "same"
    spec, notes = from_query({"network": "resnext50_32x4d", "padding": "symmetric"})
    assert (spec.padding, notes) == ("symmetric", [])
    assert to_query(spec) == {"network": "resnext50_32x4d", "padding": "symmetric"}
    spec, notes = from_query({"padding": "torch"})
    assert spec.padding == "same"
    assert len(notes) == 1
    assert "same, symmetric" in notes[0]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.one_of(
            st.text(max_size=30),
            st.integers(-5, 10**12).map(str),
            st.sampled_from([*FORMS, "3-4-6-3", "0x0x0", "999999999x3x3", "zoo50", "1", "cifar"]),
        ),
    )
)
def test_hostile_queries_give_a_network(query):
    spec, notes = from_query(query)
    assert isinstance(spec, ResNeXtSpec)
    assert all(len(note) < 600 for note in notes)


def test_notes_state_rule_and_value():
    spec, notes = from_query({"network": "vgg16", "classes": "many", "cardinality": "8"})
    assert spec == ResNeXtSpec(cardinality=8)
    assert "'vgg16'" in notes[0]
    assert "whole number" in notes[1]
    assert "'many'" in notes[1]


def test_a_part_that_breaks_a_rule_leaves_the_others():
    query = {"network": "resnext101_32x4d", "input": "8x8x3", "classes": "7", "form": "odd"}
    spec, notes = from_query(query)
    assert spec == ResNeXtSpec.from_name("resnext101_32x4d", classes=7)
    assert len(notes) == 2
    assert "at least 32" in notes[0]
    assert "'odd'" in notes[1]


def test_a_part_that_another_makes_possible_is_kept():
    # 8,192 paths of width 4 are too wide, of width 1 they are not; the classes are wrong.
    spec, notes = from_query({"cardinality": "8192", "width": "1", "classes": "0"})
    with pytest.raises(SpecError):
        ResNeXtSpec(cardinality=8192)
    assert spec == ResNeXtSpec(cardinality=8192, width=1)
    assert len(notes) == 1
    assert "Received 0" in notes[0]


def test_a_named_network_that_no_page_can_show():
    spec, notes = from_query({"network": "resnext1208_32x4d", "classes": "7"})
    assert spec == ResNeXtSpec(classes=7)
    assert len(notes) == 1
    assert "at most 400 blocks" in notes[0]


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({"cardinality": "1000000000"}, "whole number from 1 to 65,536. Received 1000000000"),
        ({"cardinality": "-5"}, "whole number from 1 to 65,536. Received -5"),
        ({"width": "9" * 60}, "whole number from 1 to 65,536. Received 9999"),
        ({"classes": "9" * 500}, "at most 100 characters"),
        ({"classes": "1e3"}, "must be a whole number of at most"),
        ({"blocks": "3-4-1000000000"}, "whole number from 1 to 200. Received 1000000000"),
        ({"blocks": "-".join("1" * 20)}, "Received 20"),
        ({"input": "10000000000x224x3"}, "at most 4096. Received 10000000000x224"),
    ],
)
def test_a_note_states_the_rule_that_was_broken(query, rule):
    spec, notes = from_query(query)
    assert spec == ResNeXtSpec()
    assert len(notes) == 1
    assert rule in notes[0]


@pytest.mark.parametrize("digits", ["٣-٤", "３", "²"])
def test_only_plain_digits_are_numbers(digits):
    with pytest.raises(SpecError):
        numbers(digits)
    spec, notes = from_query({"classes": digits})
    assert spec == ResNeXtSpec()
    assert "whole number" in notes[0]


def test_the_mini_network_with_other_paths_comes_back():
    spec = ResNeXtSpec.from_name("mini_resnext", cardinality=8, shortcut_bias=False)
    assert from_query(to_query(spec)) == (spec, [])


def test_custom_groups_have_no_link():
    with pytest.raises(SpecError, match="no link"):
        to_query(ResNeXtSpec(groups=(Stage(1, 64, 128),)))


def test_lists_of_numbers():
    assert numbers("3, 4, 6, 3") == numbers("3-4-6-3") == numbers("3 4 6 3") == (3, 4, 6, 3)
    for text in ("", "3-", "a", "1.5", "-3", "1-" * 99 + "1"):
        with pytest.raises(SpecError):
            numbers(text)
