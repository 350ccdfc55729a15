"""One cleaner for text that other people wrote."""

import pytest

from explorer.jobs.text import is_one_line, printable


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\n", "\u2028", "\u202e", "\u2066", "\ud800"])
def test_signs_that_steer_are_replaced(sign):
    assert not is_one_line(f"a{sign}b")
    assert printable(f"a{sign}b") == "a b"
    assert printable(f"a{sign}b", instead="?") == "a?b"


@pytest.mark.parametrize("text", ["", "Zoë", "学習", "a b", "👩‍🔬", "a\u00a0b"])
def test_ordinary_text_stays(text):
    assert is_one_line(text)
    assert printable(text) == text


def test_long_text_is_cut():
    assert printable("a" * 10**7, 5) == "aaaa…"
    assert printable("aaaaa", 5) == "aaaaa"
