"""Columns of what steps take, and predicted peaks next to measured ones."""

import csv
import io
import json

import pytest

from explorer.analysis.formats import FORMATS
from explorer.cost import measured
from explorer.cost import measures as module
from explorer.cost.measures import INFERENCE, ROOM, TRAINING, step_measures
from explorer.cost.memory import memory
from explorer.formatting import numbers
from resnext import ResNeXtSpec, trace
from resnext.errors import InputError

NAMES = ["resnext29_8x4d", "resnext29_8x64d"]


class Times:
    """One network was timed."""

    def ms(self, spec):
        return 12.5 if spec.name == NAMES[1] else None


class NoTimes:
    """None was."""

    def ms(self, spec):
        return None


def test_columns_of_memory_are_those_of_the_memory_itself():
    inference, training, largest = step_measures(NAMES, NoTimes())
    for i, name in enumerate(NAMES):
        assert inference.values[i] == memory(name, INFERENCE).peak_bytes
        assert training.values[i] == memory(name, TRAINING).peak_bytes
        assert largest.values[i] == memory(name, TRAINING).largest_batch(ROOM * 2**30)
        assert training.text(i) == numbers.size(int(training.values[i]))
    assert training.difference(1).endswith("% more")
    assert largest.difference(1).endswith("% smaller")


def test_a_column_of_times_where_any_was_measured():
    *_, time = step_measures([NAMES[0], ResNeXtSpec.from_name(NAMES[1])], Times())
    assert (time.text(0), time.text(1)) == ("not measured", "12.5 ms")


def test_where_a_shape_is_not_known_so_is_the_memory(monkeypatch):
    def refuse(graph, settings):
        raise InputError("The output shape of a layer is not known.")

    monkeypatch.setattr(module, "memory", refuse)
    inference, *_ = step_measures([trace(ResNeXtSpec.from_name(NAMES[1]))], Times())
    assert inference.values == (None,)
    assert inference.text(0) == "not known"


@pytest.fixture(scope="module")
def steps():
    return measured.measured_steps()


def test_predictions_are_within_fifteen_percent_of_every_measured_step(steps):
    assert len(steps) >= 5
    assert all(abs(one.ratio - 1) <= 0.15 for one in steps)
    assert len({one.spec.form for one in steps}) == 4


def test_predictions_are_computed_now(steps):
    for one in steps:
        assert one.ours == memory(one.spec, one.settings).peak_bytes
        assert one.difference == one.ours - one.theirs


def test_steps_in_every_format(steps):
    written = {form: FORMATS[form].write(measured.answer(steps)) for form in FORMATS}
    rows = json.loads(written["json"])
    assert [row["measured_bytes"] for row in rows] == [one.theirs for one in steps]
    table = list(csv.DictReader(io.StringIO(written["csv"])))
    assert [int(row["predicted_bytes"]) for row in table] == [one.ours for one in steps]
    for form in ("table", "markdown"):
        assert measured.summary(steps) in written[form]
