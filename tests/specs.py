"""Strategies for hypothesis: specs that hold every rule, and fields that break one."""

from hypothesis import strategies as st

from resnext import FORMS, STEMS, ResNeXtSpec, SpecError, Stage
from resnext.layer import PADDINGS


def valid_specs(max_blocks=3, max_side=96, max_cardinality=8):
    """Any valid spec of modest size, its fields drawn and then checked by the spec itself."""
    return st.builds(
        make,
        blocks=st.lists(st.integers(1, max_blocks), min_size=1, max_size=4),
        cardinality=st.integers(1, max_cardinality),
        width=st.integers(1, 6),
        height=st.integers(1, max_side),
        side=st.integers(1, max_side),
        channels=st.integers(1, 4),
        classes=st.integers(1, 12),
        stem=st.sampled_from(STEMS),
        form=st.sampled_from(FORMS),
        shortcut_bias=st.booleans(),
        include_top=st.booleans(),
        head=st.sampled_from(("average", "flatten")),
        padding=st.sampled_from(PADDINGS),
    ).filter(lambda spec: spec is not None)


def make(*, blocks, height, side, channels, **fields):
    """The spec, its input enlarged to the least that its strides allow; None if there is none."""
    least = ResNeXtSpec(blocks=tuple(blocks), stem=fields["stem"], cardinality=1).total_stride
    shape = (max(height, least), max(side, least), channels)
    try:
        return ResNeXtSpec(blocks=tuple(blocks), input_shape=shape, **fields)
    except SpecError:
        return None


def custom_stages(cardinality):
    """Stages of one's own: any strides, with and without projection."""
    width = st.integers(1, 4).map(lambda d: d * cardinality)
    stage = st.builds(
        Stage,
        blocks=st.integers(1, 3),
        width=width,
        filters=st.integers(1, 40),
        strides=st.integers(1, 3),
    )
    return st.lists(stage, min_size=1, max_size=3).map(tuple)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(-5, 10**10), max_size=20),
    st.lists(st.text(max_size=3), max_size=4),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=3),
    st.just(["blocks", {"blocks": 1}, [1, 2, 3], None]),
)
FIELDS = (
    "blocks",
    "cardinality",
    "width",
    "input_shape",
    "classes",
    "stem",
    "form",
    "shortcut_bias",
    "include_top",
    "head",
    "groups",
    "padding",
    "unknown",
)
