"""A choice between networks: its columns, and differences in words within one recipe only."""

from dataclasses import replace

from explorer.analysis.compare import compare
from explorer.analysis.measures import measures
from resnext import ResNeXtSpec

NAMES = ("resnet50", "resnext50_32x4d", "resnext101_64x4d", "resnext152_32x4d")


def columns(*names, accuracy="pycls", speed="pycls-v100", count="torchvision"):
    comparison = compare([ResNeXtSpec.from_name(name) for name in names], count)
    return {column.title: column for column in measures(comparison, accuracy, speed)}


def shown(column):
    return [(column.text(i), column.difference(i)) for i in range(len(column.values))]


def test_the_columns_of_a_choice():
    found = columns(*NAMES)
    assert shown(found["Top-1 accuracy"]) == [
        ("76.8 %", ""),
        ("78.1 %", "1.3 points higher"),
        ("not in this source", ""),
        ("79.6 %", "2.8 points higher"),
    ]
    assert shown(found["MACs"]) == [
        ("4.09 G", ""),
        ("4.23 G", "3.5 % more"),  # 4,230,479,872 / 4,089,184,256
        ("15.5 G", "278 % more"),
        ("11.7 G", "186 % more"),
    ]
    assert shown(found["Parameters"])[1] == ("25.0 M", "2.1 % fewer")
    assert shown(found["Weights in memory"])[1] == ("95.7 MiB", "2.0 % less")
    assert shown(found["Images per second"])[1] == ("821", "32 % slower")  # 53 ms against 78 ms


def test_no_difference_to_a_baseline_without_a_figure():
    found = columns("zoo50", "resnext50_32x4d")
    assert shown(found["Top-1 accuracy"]) == [("not in this source", ""), ("78.1 %", "")]
    assert list(columns("zoo50", accuracy="", speed="")) == [
        "MACs",
        "Parameters",
        "Weights in memory",
    ]


def test_accuracies_have_the_digits_of_their_source():
    found = columns("resnet50", "resnet101", accuracy="mmpretrain")
    assert shown(found["Top-1 accuracy"]) == [("76.55 %", ""), ("77.97 %", "1.42 points higher")]


def test_less_than_a_point_is_higher_lower_or_the_same():
    accuracy = replace(columns(*NAMES)["Top-1 accuracy"], values=(78.1, 78.6, 77.9, 78.1))
    words = [accuracy.difference(i) for i in range(4)]
    assert words == ["", "0.5 points higher", "0.2 points lower", "same"]


def test_flops_are_called_so():
    assert columns("resnet50", count="calflops")["FLOPs"].basis == "calflops"
