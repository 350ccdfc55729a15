"""The architecture, written once: stem, learner, groups, blocks and classifier.

Every function takes a tensor and returns one. Given a symbolic tensor it describes the
network without TensorFlow; given a Keras tensor it builds the layers. Names, arguments and
defaults are those of the Keras zoo (so a projection shortcut has a bias unless told
otherwise); the paper's networks are made from a `ResNeXtSpec`, which passes its own.

Paper: "Aggregated Residual Transformations for Deep Neural Networks", arXiv 1611.05431.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resnext.graph import SymbolicTensor
from resnext.layers import (
    Add,
    BatchNormalization,
    ChannelSlice,
    Concatenate,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
)
from resnext.spec import ResNeXtSpec, SpecError, Stage, one_stride

Strides = int | tuple[int, int]


def build(spec: ResNeXtSpec, x: Any) -> Any:
    """Apply the whole network of ``spec`` to ``x``, a tensor of ``spec.input_shape``."""
    x = stem(x, spec.stem)
    x = learner(x, spec.stages, spec.cardinality, form=spec.form, shortcut_bias=spec.shortcut_bias)
    return classifier(x, spec.classes, head=spec.head) if spec.include_top else x


def stem(x: Any, kind: str = "imagenet", *, name: str = "stem") -> Any:
    """First layers of the network.

    Args:
        x: Images, (h, w, channels).
        kind: ``imagenet``: 7x7/2 convolution and 3x3/2 max pooling (table 1);
            ``cifar``: 3x3/1 (section 5.3); ``mini``: the biased 3x3/1 convolution of 32
            filters without normalisation that the zoo's README example starts with.
        name: Place of the layers.

    Returns:
        (h/4, w/4, 64), (h, w, 64) or (h, w, 32), sizes rounded up.
    """
    if kind == "imagenet":
        x = _conv_bn_relu(x, 64, f"{name}/", kernel_size=7, strides=2)
        return MaxPooling2D(f"{name}/pool", pool_size=3, strides=2)(x)
    if kind == "cifar":
        return _conv_bn_relu(x, 64, f"{name}/", kernel_size=3)
    if kind == "mini":
        return ReLU(f"{name}/relu")(Conv2D(f"{name}/conv", 32, 3, use_bias=True)(x))
    raise SpecError(f"The stem must be 'imagenet', 'cifar' or 'mini'. Received {kind!r}.")


def learner(
    x: Any,
    groups: Sequence[Any],
    cardinality: int = 32,
    *,
    form: str = "grouped",
    shortcut_bias: bool = True,
) -> Any:
    """All groups ("stages" in the paper), one after the other.

    Args:
        x: Output of the stem.
        groups: For each group a `Stage`, or, as the zoo writes it, a tuple
            (filters_in, filters_out, n_blocks) or a dict of these; in the zoo's form the
            first group keeps the resolution and the others halve it.
        cardinality: Number of paths in each block.
        form: See `identity_block`.
        shortcut_bias: See `projection_block`.
    """
    for number, stage in enumerate(Stage.from_groups(groups), start=1):
        x = _stage(x, stage, cardinality, form, shortcut_bias, f"stage{number}")
    return x


def group(
    x: Any,
    filters_in: int,
    filters_out: int,
    n_blocks: int,
    cardinality: int = 32,
    strides: Strides = 2,
    *,
    form: str = "grouped",
    shortcut_bias: bool = True,
    name: str | None = None,
) -> Any:
    """One projection block and then ``n_blocks`` identity blocks: n_blocks + 1 in all.

    Args:
        x: (h, w, c).
        filters_in: Channels of the grouped 3x3 convolution.
        filters_out: Channels of the output.
        n_blocks: Number of identity blocks.
        cardinality: Number of paths in each block.
        strides: Of the first block's 3x3 convolution and shortcut.
        form: See `identity_block`.
        shortcut_bias: See `projection_block`.
        name: Place of the layers; by default the first free of ``group1``, ``group2``, ...

    Returns:
        (h / strides, w / strides, filters_out), rounded up.
    """
    (stage,) = Stage.from_groups([(filters_in, filters_out, n_blocks, strides)])
    name = name or _unique_name(x, "group")
    return _stage(x, stage, cardinality, form, shortcut_bias, name)


def projection_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    strides: Strides = 2,
    *,
    form: str = "grouped",
    shortcut_bias: bool = True,
    name: str | None = None,
) -> Any:
    """A block whose shortcut is a 1x1 convolution, for a change of shape.

    ``shortcut_bias`` gives that convolution a bias, which the zoo's has and the paper's has
    not. For the rest see `identity_block` and `group`.
    """
    stage = _checked(filters_in, filters_out, cardinality, strides)
    name, stride = name or _unique_name(x, "block"), stage.strides
    shortcut = Conv2D(
        f"{name}/shortcut/conv", filters_out, 1, strides=stride, use_bias=shortcut_bias
    )(x)
    shortcut = BatchNormalization(f"{name}/shortcut/bn")(shortcut)
    x = _transform(x, filters_in, filters_out, cardinality, stride, form, name)
    return ReLU(f"{name}/relu")(Add(f"{name}/add")(shortcut, x))


def identity_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    *,
    form: str = "grouped",
    name: str | None = None,
) -> Any:
    """A block whose shortcut is its input (figure 3).

    Args:
        x: (h, w, filters_out).
        filters_in: Channels of the 3x3 convolution, over all paths: C x d.
        filters_out: Channels of the output.
        cardinality: Number of paths, C.
        form: One of `resnext.FORMS`; all compute the same function.
            ``aggregated``: C separate paths, summed (figure 3a);
            ``concatenated``: C paths, concatenated before the last convolution (3b);
            ``grouped``: one grouped convolution (3c);
            ``split``: slice, convolve each, concatenate, as the zoo writes it.
        name: Place of the layers; by default the first free of ``block1``, ``block2``, ...

    Returns:
        (h, w, filters_out).
    """
    _checked(filters_in, filters_out, cardinality)
    if x.shape[-1] != filters_out:
        raise SpecError(
            "An identity block keeps its input's channels: filters_out must equal them. "
            f"Received {x.shape[-1]} channels and filters_out={filters_out}."
        )
    name = name or _unique_name(x, "block")
    y = _transform(x, filters_in, filters_out, cardinality, 1, form, name)
    return ReLU(f"{name}/relu")(Add(f"{name}/add")(x, y))


def classifier(x: Any, n_classes: int, *, head: str = "average", name: str = "classifier") -> Any:
    """Class probabilities, (n_classes,).

    ``head`` is ``average`` (global average pooling, the paper's) or ``flatten`` (as in the
    zoo's README example).
    """
    if isinstance(n_classes, bool) or not isinstance(n_classes, int) or n_classes < 1:
        raise SpecError(f"The classes must be a whole number from 1. Received {n_classes!r}.")
    if head == "average":
        x = GlobalAveragePooling2D(f"{name}/pool")(x)
    elif head == "flatten":
        x = Flatten(f"{name}/flatten")(x)
    else:
        raise SpecError(f"The head must be 'average' or 'flatten'. Received {head!r}.")
    return Dense(f"{name}/dense", n_classes, activation="softmax")(x)


def _stage(
    x: Any, stage: Stage, cardinality: int, form: str, shortcut_bias: bool, name: str
) -> Any:
    """The blocks of one stage; the first is a projection block unless the stage has none."""
    width, filters = stage.width, stage.filters
    for number in range(1, stage.blocks + 1):
        place = f"{name}/block{number}"
        if number == 1 and stage.projection:
            x = projection_block(
                x,
                width,
                filters,
                cardinality,
                stage.strides,
                form=form,
                shortcut_bias=shortcut_bias,
                name=place,
            )
        else:
            x = identity_block(x, width, filters, cardinality, form=form, name=place)
    return x


def _checked(width: int, filters: int, cardinality: int, strides: Strides = 1) -> Stage:
    """What a block is made of, as a stage of one block, which checks itself."""
    stage = Stage(1, width, filters, one_stride(strides))
    if isinstance(cardinality, bool) or not isinstance(cardinality, int) or cardinality < 1:
        raise SpecError(f"The cardinality must be a whole number from 1. Received {cardinality!r}.")
    if stage.width % cardinality:
        raise SpecError(
            "The channels of the 3x3 convolution must be divisible by the cardinality. "
            f"Received filters_in={width}, cardinality={cardinality}."
        )
    return stage


def _transform(
    x: Any, width: int, filters: int, cardinality: int, strides: int, form: str, name: str
) -> Any:
    """Split, transform, merge: the residual branch up to its last normalisation."""
    if form not in _FORMS:
        raise SpecError(f"The form must be one of {', '.join(_FORMS)}. Received {form!r}.")
    merge = _FORMS["grouped" if cardinality == 1 else form]
    x = merge(x, width, filters, cardinality, strides, name)
    return BatchNormalization(f"{name}/bn3")(x)


def _grouped(x: Any, width: int, filters: int, cardinality: int, strides: int, name: str) -> Any:
    """Figure 3c: 1x1, grouped 3x3, 1x1."""
    x = _conv_bn_relu(x, width, f"{name}/", number="1")
    x = _conv_bn_relu(
        x, width, f"{name}/", number="2", kernel_size=3, strides=strides, groups=cardinality
    )
    return Conv2D(f"{name}/conv3", filters)(x)


def _split(x: Any, width: int, filters: int, cardinality: int, strides: int, name: str) -> Any:
    """The zoo's form: 1x1, slices, a 3x3 convolution each, concatenation, 1x1."""
    x = _conv_bn_relu(x, width, f"{name}/", number="1")
    d = width // cardinality
    paths = []
    for i in range(cardinality):
        path = f"{name}/path{i + 1}"
        part = ChannelSlice(f"{path}/slice", i * d, (i + 1) * d)(x)
        paths.append(Conv2D(f"{path}/conv2", d, 3, strides=strides)(part))
    x = Concatenate(f"{name}/concat")(*paths)
    x = ReLU(f"{name}/relu2")(BatchNormalization(f"{name}/bn2")(x))
    return Conv2D(f"{name}/conv3", filters)(x)


def _concatenated(
    x: Any, width: int, filters: int, cardinality: int, strides: int, name: str
) -> Any:
    """Figure 3b: C paths of 1x1 and 3x3, concatenation, 1x1."""
    d = width // cardinality
    paths = []
    for i in range(cardinality):
        path = f"{name}/path{i + 1}/"
        part = _conv_bn_relu(x, d, path, number="1")
        paths.append(_conv_bn_relu(part, d, path, number="2", kernel_size=3, strides=strides))
    return Conv2D(f"{name}/conv3", filters)(Concatenate(f"{name}/concat")(*paths))


def _aggregated(x: Any, width: int, filters: int, cardinality: int, strides: int, name: str) -> Any:
    """Figure 3a: C paths of 1x1, 3x3 and 1x1, summed; normalised after the sum (section 4)."""
    d = width // cardinality
    paths = []
    for i in range(cardinality):
        path = f"{name}/path{i + 1}/"
        part = _conv_bn_relu(x, d, path, number="1")
        part = _conv_bn_relu(part, d, path, number="2", kernel_size=3, strides=strides)
        paths.append(Conv2D(f"{path}conv3", filters)(part))
    return Add(f"{name}/merge")(*paths)


_FORMS = {
    "grouped": _grouped,
    "split": _split,
    "concatenated": _concatenated,
    "aggregated": _aggregated,
}


def _conv_bn_relu(x: Any, filters: int, place: str, *, number: str = "", **conv: Any) -> Any:
    """Convolution, normalisation, ReLU: ``place`` is the prefix of the three names."""
    x = Conv2D(f"{place}conv{number}", filters, **conv)(x)
    x = BatchNormalization(f"{place}bn{number}")(x)
    return ReLU(f"{place}relu{number}")(x)


def _unique_name(x: Any, prefix: str) -> str:
    """A place that no earlier call in this graph (or this Keras session) has taken."""
    if isinstance(x, SymbolicTensor):
        return x.tracer.unique_name(prefix)
    import keras

    return f"{prefix}{keras.backend.get_uid(prefix)}"
