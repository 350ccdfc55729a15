"""Over random specs: sums equal totals, forms agree, drawings are whole, bad input is told."""

import json
import math

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from specs import ANYTHING, FIELDS, custom_stages, valid_specs

from explorer.analysis.conventions import CONVENTIONS
from explorer.analysis.report import LEVELS, SUMMED, analyse
from explorer.analysis.tables import frame, to_json
from explorer.foreign.keras_graph import KerasConfigError, graph_of_keras
from explorer.graphviz.collapsed_graph import LEVELS as DRAWN
from explorer.graphviz.collapsed_graph import draw, groups
from resnext import FORMS, ResNeXtSpec, SpecError, trace

relaxed = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def check_sums(spec, count):
    report = analyse(spec, count)
    totals = report.totals
    assert totals.counted
    for level in LEVELS:
        rows = report.by(level)
        for column in (*SUMMED, "layers"):
            assert sum(getattr(row, column) for row in rows) == getattr(totals, column)
    plain = json.loads(to_json(report))
    assert sum(row["macs"] for row in plain["rows"]) == plain["totals"]["macs"]
    assert int(frame(report, "block")["params"].sum()) == totals.params


@pytest.mark.slow
@relaxed
@given(valid_specs(), st.sampled_from(sorted(CONVENTIONS)))
def test_columns_sum_to_the_totals(spec, count):
    check_sums(spec, count)


@pytest.mark.slow
@relaxed
@given(st.data(), st.integers(1, 4), st.sampled_from(FORMS))
def test_so_do_those_of_custom_stages(data, cardinality, form):
    stages = data.draw(custom_stages(cardinality))
    spec = ResNeXtSpec(
        groups=stages, cardinality=cardinality, form=form, input_shape=(128, 130, 3), classes=3
    )
    check_sums(spec, "mmcls")


@pytest.mark.slow
@relaxed
@given(valid_specs())
def test_all_forms_have_the_same_parameters_and_multiply_adds(spec):
    reports = [analyse(spec.replace(form=form)) for form in FORMS]
    for column in ("params", "non_trainable_params", "macs", "receptive_field"):
        assert len({getattr(report.totals, column) for report in reports}) == 1


@pytest.mark.slow
@relaxed
@given(valid_specs())
def test_parameters_by_formula(spec):
    """Weights of every block counted from the spec alone, as in section 3 of the paper."""
    assume(spec.include_top and spec.head == "average")
    total, channels = 0, spec.input_shape[2]
    if spec.stem == "mini":
        total, channels = 9 * channels * 32 + 32, 32
    else:
        kernel = 49 if spec.stem == "imagenet" else 9
        total, channels = kernel * channels * 64 + 4 * 64, 64
    for stage in spec.stages:
        width, filters = stage.width, stage.filters
        for number in range(stage.blocks):
            total += channels * width + 9 * width * width // spec.cardinality + width * filters
            total += 4 * (2 * width + filters)
            if number == 0:
                total += channels * filters + 4 * filters + spec.shortcut_bias * filters
            channels = filters
    total += channels * spec.classes + spec.classes
    assert analyse(spec).totals.total_params == total


@pytest.mark.slow
@relaxed
@given(valid_specs(max_cardinality=3))
def test_drawings_hold_every_layer(spec):
    graph = trace(spec)
    params = sum(node.params for node in graph)
    for level in DRAWN:
        drawing = draw(graph, level)
        assert sum(box.layers for box in drawing.boxes) == len(graph)
        assert sum(box.params for box in drawing.boxes) == params
        ids = {box.id for box in drawing.boxes}
        assert len(ids) == len(drawing.boxes)
        assert all({arrow.source, arrow.target} <= ids for arrow in drawing.arrows)
    for name in groups(graph):
        assert draw(graph, "block", name).boxes


@relaxed
@given(valid_specs())
def test_receptive_fields_grow_and_strides_divide(spec):
    report = analyse(spec)
    fields = [row.receptive_field for row in report.stages if row.receptive_field]
    assert fields == sorted(fields)
    if spec.stem != "mini":
        first = 7 + 2 * 2 if spec.stem == "imagenet" else 3
        assert fields[0] == first
    assert report.totals.stride == spec.total_stride
    # The last feature map has as many positions as strides fit into the input, rounded up.
    last = [row for row in report.stages if row.receptive_field][-1]
    assert last.output_shape[0] == math.ceil(spec.input_shape[0] / spec.total_stride)


@pytest.mark.slow
@relaxed
@example({"groups": None})
@example({"groups": {}})
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=4))
def test_any_fields_give_a_spec_or_its_own_error(fields):
    try:
        spec = ResNeXtSpec.from_dict(fields)
    except SpecError as error:
        message = str(error)
        assert message
        return
    assert ResNeXtSpec.from_dict(spec.to_dict()) == spec


@relaxed
@given(st.text(max_size=40))
def test_any_name_gives_a_spec_or_its_own_error(name):
    try:
        assert ResNeXtSpec.from_name(name).name
    except SpecError as error:
        assert "Received" in str(error)  # noqa: PT017


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("class_name", "config", "layers", "name", "inbound_nodes", "x")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@relaxed
@given(JSON, st.sampled_from(("Functional", "Sequential", "Model")))
def test_any_config_gives_a_graph_or_its_own_error(config, kind):
    layers = config if isinstance(config, list) else [config]
    whole = {"class_name": kind, "config": {"name": "m", "layers": layers}}
    whole["config"] |= {"input_layers": config, "output_layers": config}
    # A text would be the path of a file.
    for given_config in (whole, [config] if isinstance(config, str) else config):
        with pytest.raises(KerasConfigError):
            graph_of_keras(given_config)
