"""Bars of class probabilities."""

from explorer.charts.probability_chart import probability_figure


def test_the_most_probable_class_comes_first():
    (bars,) = probability_figure(["cat", "dog", "<b>"], {"P": [0.2, 0.7, 0.1]}).data
    assert list(bars.y) == ["dog", "cat", "&lt;b&gt;"]
    assert list(bars.x) == [0.7, 0.2, 0.1]
    assert list(bars.text) == ["70.0 %", "20.0 %", "10.0 %"]


def test_several_series_keep_the_order_of_the_first_and_only_the_top_is_shown():
    series = {"before": [0.1, 0.6, 0.3], "after": [0.8, 0.1, 0.1]}
    before, after = probability_figure(["a", "b", "c"], series, most=2).data
    assert list(before.y) == list(after.y) == ["b", "c"]
    assert list(after.x) == [0.1, 0.1]
    assert (before.name, after.name) == ("before", "after")


def test_a_class_without_a_name_is_a_number():
    (bars,) = probability_figure([], {"P": [0.2, 0.8]}).data
    assert list(bars.y) == ["1", "0"]
