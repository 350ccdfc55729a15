"""The search's figures against full reports, and its order against a plain filter."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specs import custom_stages, valid_specs

from explorer.analysis.formats import FORMATS
from explorer.analysis.report import analyse
from explorer.cost.blocks import Parts
from explorer.cost.budget import Budget, read_bytes, read_ms, read_number
from explorer.cost.grid import Grid
from explorer.cost.memory import memory
from explorer.cost.search import Candidate, frontier, search
from explorer.cost.search_text import answer
from explorer.cost.settings import Settings
from resnext import ResNeXtSpec, SpecError
from resnext.errors import InputError

STEPS = st.builds(
    Settings,
    batch=st.integers(1, 70),
    train=st.booleans(),
    precision=st.sampled_from(("float32", "bfloat16")),
    optimizer=st.sampled_from(("sgd", "adam")),
)
GRID = Grid((26, 50), (1, 4, 32), (4, 16, 64))


def full(spec, step, count):
    totals = analyse(spec, count).totals
    return totals.params, totals.macs, totals.activations, memory(spec, step).peak_bytes


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    valid_specs(), st.sampled_from(("none", "se")), STEPS, st.sampled_from(("timm", "torchvision"))
)
def test_figures_are_those_of_the_full_report(spec, attention, step, count):
    spec = spec.replace(attention=attention)
    assert Parts(step, count).figures(spec) == full(spec, step, count)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 4), STEPS)
def test_also_of_stages_of_ones_own(data, cardinality, step):
    stages = data.draw(custom_stages(cardinality))
    spec = ResNeXtSpec(
        groups=stages, cardinality=cardinality, stem="cifar", input_shape=(64, 64, 3), classes=5
    )
    assert Parts(step).figures(spec) == full(spec, step, "torchvision")


def test_parts_met_before_change_nothing():
    parts = Parts(Settings(4, True))
    for name in ("resnext50_32x4d", "resnext101_32x4d", "resnext29_8x64d", "resnet50"):
        spec = ResNeXtSpec.from_name(name)
        assert parts.figures(spec) == full(spec, parts.settings, "torchvision")


def test_published_counts():
    found = search(Grid((50,), (32,), (4,)))
    assert (found.rows[0].name, found.rows[0].params) == ("resnext50_32x4d", 25_028_904)
    assert found.rows[0].macs == 4_230_479_872  # torchvision: 4.23 GMACs


@pytest.mark.parametrize(
    "budget",
    [
        Budget(macs=3_000_000_000),
        Budget(params=20_000_000),
        Budget(memory=140 * 2**20),
        Budget(macs=10_000_000_000, params=30_000_000),
    ],
)
def test_the_largest_that_fits_comes_first(budget):
    everything = search(GRID).rows
    found = search(GRID, budget)
    order = next(iter(budget.limits))
    fitting = [
        row
        for row in everything
        if all(getattr(row, name) <= limit for name, limit in budget.limits.items())
    ]
    assert 0 < len(fitting) < len(everything)
    assert set(found.rows) == set(fitting)
    sizes = [getattr(row, order) for row in found.rows]
    assert sizes == sorted(sizes, reverse=True)


def test_a_limit_may_be_reached():
    row = search(Grid((50,), (32,), (4,))).rows[0]
    assert search(Grid((50,), (32,), (4,)), Budget(macs=row.macs)).rows == (row,)
    assert search(Grid((50,), (32,), (4,)), Budget(macs=row.macs - 1)).rows == ()


class Timed:
    """Knows the time of one network."""

    def ms(self, spec):
        return 42.0 if spec.name == "resnext50_32x4d" else None

    def conditions(self, specs):
        return f"Times: of {sum(map(bool, map(self.ms, specs)))} network."


def test_only_measured_networks_keep_a_limit_of_time():
    found = search(GRID, Budget(ms=50.0), timings=Timed())
    assert [row.name for row in found.rows] == ["resnext50_32x4d"]
    assert found.not_measured == found.searched - 1
    assert "were not measured on this machine" in found.summary
    assert search(GRID, Budget(ms=41.0), timings=Timed()).rows == ()
    assert search(GRID, timings=Timed()).not_measured == 0  # no time was asked for


def test_a_row_says_of_which_step_its_memory_is_and_how_its_time_was_measured():
    found = search(Grid((26, 50), (32,), (4,)), settings=Settings(64, True), timings=Timed())
    rows = json.loads(FORMATS["json"].write(answer(found)))
    assert {row["memory_step"] for row in rows} == {Settings(64, True).text}
    said = {row["name"]: row["ms_conditions"] for row in rows}
    assert said == {"resnext26_32x4d": None, "resnext50_32x4d": "Times: of 1 network."}
    table = csv.DictReader(io.StringIO(FORMATS["csv"].write(answer(found))))
    assert [list(row) for row in table] == [list(row) for row in rows]
    for form in ("table", "markdown"):
        assert "Times: of 1 network." in FORMATS[form].write(answer(found))


def test_resolutions_and_combinations_that_are_no_network():
    found = search(Grid((50, 29), (32,), (4,), (16, 224)))
    # 16 pixels are less than the strides of an ImageNet network; both sizes fit a CIFAR one.
    assert {(row.depth, row.resolution) for row in found.rows} == {(50, 224), (29, 16), (29, 224)}
    assert (found.searched, found.invalid) == (3, 1)
    assert "at least 32" in found.summary
    with pytest.raises(SpecError, match="depth must be"):
        search(Grid((51,), (32,), (4,)))


@pytest.mark.slow
def test_progress_ends_before_the_total():
    told = []
    search(
        Grid((26,), tuple(range(1, 30)), tuple(range(1, 20))), progress=lambda *n: told.append(n)
    )
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert {total for _, total in told} == {29 * 19}
    assert len(told) == 3


ROWS = st.builds(
    Candidate, *[st.just(0)] * 5, *[st.integers(0, 6)] * 4, st.none() | st.floats(0, 5)
)  # fmt: skip


@given(st.lists(ROWS, max_size=30), st.sampled_from(("memory", "ms", "params")))
def test_the_frontier_is_what_nothing_dominates(rows, cost):
    best = frontier(rows, cost, "macs")
    known = [row for row in rows if getattr(row, cost) is not None]
    points = {(getattr(row, cost), row.macs) for row in known}
    expected = {
        (c, g)
        for c, g in points
        if not any((a <= c and b >= g) and (a, b) != (c, g) for a, b in points)
    }
    assert [(getattr(row, cost), row.macs) for row in best] == sorted(expected)


def test_limits_as_a_person_writes_them():
    assert read_number("4.3G") == 4_300_000_000
    assert read_number(" 30m ") == 30_000_000
    assert read_number("25000") == 25_000
    assert read_bytes("2GiB") == 2**31
    assert read_bytes("1.5 GB") == 1_500_000_000
    assert read_bytes("800KiB") == 800 * 1024
    assert read_ms("12.5 ms") == 12.5
    for read in (read_number, read_bytes, read_ms):
        for wrong in ("", "-3", "0", "3Q", "G", "1e9", "4,3G", "9" * 30, "nan"):
            with pytest.raises(InputError, match="Received"):
                read(wrong)


def test_grids_as_a_person_writes_them():
    grid = Grid.read(["depth=26,50", "width=4,4,8"], {"attention": "se"})
    assert (grid.depth, grid.width, len(grid)) == ((26, 50), (4, 8), 2 * 7 * 2)
    assert next(grid.specs()).attention == "se"
    for wrong in (["depth"], ["depth="], ["depth=a"], ["colour=1"], ["depth=26", "depth=50"],
                  ["width=0"], ["width=-4"], ["cardinality=" + "1," * 2000 + "1"]):  # fmt: skip
        with pytest.raises(InputError, match="Received"):
            Grid.read(wrong)
    with pytest.raises(InputError, match="at most 50,000"):
        Grid((26,), tuple(range(1, 1001)), tuple(range(1, 101)))
