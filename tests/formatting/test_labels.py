"""Names in prose."""

import pytest

from explorer.formatting.labels import listed, proper_name


@pytest.mark.parametrize(
    ("name", "prose"),
    [
        ("resnext50_32x4d", "ResNeXt-50 32×4d"),
        ("seresnext101_32x4d", "SE-ResNeXt-101 32×4d"),
        ("ecaresnext50_32x4d", "ECA-ResNeXt-50 32×4d"),
        ("resnext29_8x64d (2)", "ResNeXt-29 8×64d (2)"),
        ("resnet50", "resnet50"),
        ("my_model", "my_model"),
    ],
)
def test_names_of_the_paper_are_written_as_in_the_paper(name, prose):
    assert proper_name(name) == prose


def test_names_in_a_sentence():
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([*"abcdefg"]) == "a, b, c and 4 more"
