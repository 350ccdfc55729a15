"""Numbers as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.formatting import numbers


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "–"), (0, "0"), (999, "999"), (25_097_128, "25,097,128"), (-5, "-5")],
)
def test_full(number, text):
    assert numbers.full(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "–"), (0, "0"), (1, "+1"), (-1234, "−1,234"), (3_739_516_928, "+3,739,516,928")],
)
def test_signed(number, text):
    assert numbers.signed(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1_000, "1.00 k"),
        (72_192, "72.2 k"),
        (9_995, "10.0 k"),
        (112_500, "113 k"),  # halves go up, as in JavaScript
        (-112_500, "-113 k"),
        (1_005, "1.01 k"),
        (9_996, "10.0 k"),
        (99_960, "100 k"),
        (999_499, "999 k"),
        (999_999, "1.00 M"),
        (-999_999, "-1.00 M"),
        (99_990_000, "100 M"),
        (999_999_999, "1.00 G"),
        (25_028_904, "25.0 M"),
        (118_013_952, "118 M"),
        (4_230_479_872, "4.23 G"),
        (1.5e15, "1,500 T"),
    ],
)
def test_short(number, text):
    assert numbers.short(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (1000, "1,000 B"),
        (1024, "1.00 KiB"),
        (100_388_512, "95.7 MiB"),
        (2**31, "2.00 GiB"),
        (2**20 - 1, "1.00 MiB"),
        (1023 * 2**10, "1,023 KiB"),
        (2**30 - 1, "1.00 GiB"),
    ],
)
def test_size(number, text):
    assert numbers.size(number) == text


def test_shape_and_percent():
    assert numbers.shape((56, 56, 64)) == "56×56×64"
    assert numbers.shape((None, 3)) == "?×3"
    assert numbers.shape(None) == "–"
    assert numbers.percent(1, 8) == "12.5 %"
    assert (numbers.percent(0.125), numbers.percent(1.0, digits=0)) == ("12.5 %", "100 %")
    assert numbers.percent(1, 0) == numbers.percent(None, 8) == "–"


@pytest.mark.parametrize(
    ("percent", "text"),
    [(0, "same"), (88.4, "88 % more"), (-2.14, "2.1 % fewer"), (9.96, "10 % more"),
     (-0.04, "under 0.1 % fewer"), (1234.5, "1,234 % more")],
)  # fmt: skip
def test_changed(percent, text):
    assert numbers.changed(percent, ("more", "fewer")) == text


@given(st.one_of(st.integers(1, 10**14), st.sampled_from([10**n - 1 for n in range(1, 15)])))
def test_short_has_three_digits_and_is_true(number):
    text, _, unit = numbers.short(number).partition(" ")
    scale = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[unit]
    assert float(text) * scale == pytest.approx(number, rel=0.0051)
    assert float(text) < 1000
    assert not unit or len(text.replace(".", "")) == 3


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1000, "1,000 runs")]
)
def test_counted(number, text):
    assert numbers.counted(number, "run") == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.25, "0.2"), (67.2, "67.2"), (99.94, "99.9"), (99.96, "100"), (6356.02, "6,356")],
)
def test_rate(number, text):
    assert numbers.rate(number) == text
