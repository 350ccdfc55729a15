"""Numbers as a person reads them."""

import pytest

from explorer import numbers


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
    ],
)
def test_size(number, text):
    assert numbers.size(number) == text


def test_shape_and_percent():
    assert numbers.shape((56, 56, 64)) == "56×56×64"
    assert numbers.shape((None, 3)) == "?×3"
    assert numbers.shape(None) == "–"
    assert numbers.percent(1, 8) == "12.5 %"
    assert numbers.percent(1, 0) == numbers.percent(None, 8) == "–"
