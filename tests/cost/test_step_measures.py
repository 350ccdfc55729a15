"""Columns of what steps take, and predicted peaks next to measured ones."""

import csv
import importlib.util
import io
import json
from pathlib import Path

import pytest

from explorer.analysis.formats import FORMATS
from explorer.cost import measured
from explorer.cost import measures as module
from explorer.cost.measures import INFERENCE, ROOM, TRAINING, step_measures, step_notes
from explorer.cost.memory import memory
from explorer.formatting import numbers
from resnext import ResNeXtSpec, trace
from resnext.errors import InputError

NAMES = ["resnext29_8x4d", "resnext29_8x64d"]


class Times:
    """One network was timed."""

    def ms(self, spec):
        return 12.5 if spec.name == NAMES[1] else None

    def conditions(self, specs):
        return f"Times: of {', '.join(spec.name for spec in specs)}."


class NoTimes:
    """None was."""

    def ms(self, spec):
        return None

    def conditions(self, specs):
        return ""


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


def test_notes_say_how_times_were_measured():
    files = [NAMES[0], "a.keras", trace(ResNeXtSpec.from_name(NAMES[1]))]
    assert step_notes(files, Times())[1:] == [f"Times: of {NAMES[0]}."]
    assert [note[:7] for note in step_notes(files, NoTimes())] == ["Memory:"]


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


def test_every_case_of_the_benchmark_is_published(steps):
    path = Path(__file__).parents[2] / "benchmarks" / "memory.py"
    spec = importlib.util.spec_from_file_location("memory_benchmark", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    cases = [benchmark.Case.read(text) for text in benchmark.CASES]
    assert [(one.spec, one.settings) for one in steps] == [(c.spec, c.settings) for c in cases]
    lines = (path.parent / "results" / "memory.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and "network" not in line]
    ratios = [f"{one.ratio:.2f}" if one.is_near else f"**{one.ratio:.2f}**" for one in steps]
    assert [row.split(" | ")[-1].rstrip(" |") for row in rows] == ratios


def test_what_is_said_of_the_predictions_is_so(steps):
    near = [one for one in steps if abs(one.ratio - 1) <= 0.15]
    far = [one for one in steps if one not in near]
    assert {one.spec.form for one in steps} == {"grouped", "split", "concatenated", "aggregated"}
    assert [one.is_near for one in steps] == [one in near for one in steps]
    said = measured.summary(steps)
    assert f"In {len(near)} of {len(steps)} steps" in said
    assert f"{max(one.ratio for one in far):.2f} of it" in said
    # Those that are far off are of the kinds that the sentence names.
    assert all(one.spec.form != "grouped" or one.spec.name == "mini_resnext" for one in far)
    readme = (Path(__file__).parents[2] / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert f"within 15 % in {len(near)} of {len(steps)} rows" in " ".join(readme.split())
    assert "the other" not in measured.summary(near)


@pytest.mark.slow
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
