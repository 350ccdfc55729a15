"""The architecture, written once: stem, learner, groups, blocks and classifier.

Every function takes a value and returns one. Given a symbolic tensor it describes the network
without TensorFlow; given the builder's value it makes the Keras layers (`resnext.zoo.procedural`
has the same functions for plain Keras tensors). Names, arguments and defaults are those of the
Keras zoo (so a projection shortcut has a bias unless the caller says otherwise); the paper's
networks are made from a `ResNeXtSpec`, which passes its own.

Paper: "Aggregated Residual Transformations for Deep Neural Networks", arXiv 1611.05431.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from resnext.attention import ATTENTIONS
from resnext.checks import MAX_CHANNELS, MAX_CLASSES, one_of, whole_number
from resnext.errors import SpecError
from resnext.forms import BRANCHES, Branch, conv_bn_relu
from resnext.layer import PADDINGS
from resnext.layers import (
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
)
from resnext.spec import HEADS, STEM_FILTERS, STEMS, ResNeXtSpec
from resnext.stage import Stage, one_stride

Strides = int | tuple[int, int]
_BLOCK_OPTIONS = ("form", "shortcut_bias", "attention", "padding")


def build(spec: ResNeXtSpec, x: Any) -> Any:
    """Apply the whole network of ``spec`` to ``x``, a tensor of ``spec.input_shape``."""
    x = stem(x, spec.stem, padding=spec.padding)
    x = learner(x, spec.stages, spec.cardinality, **block_options(spec))
    return classifier(x, spec.classes, head=spec.head) if spec.include_top else x


def block_options(spec: ResNeXtSpec) -> dict[str, Any]:
    """The fields of a spec that `learner` and `group` take as keyword arguments."""
    return {name: getattr(spec, name) for name in _BLOCK_OPTIONS}


def stem(x: Any, kind: str = "imagenet", *, padding: str = "same", name: str = "stem") -> Any:
    """First layers of the network.

    Args:
        x: Images, (h, w, channels).
        kind: ``imagenet``: 7x7/2 convolution and 3x3/2 max pooling (table 1);
            ``cifar``: 3x3/1 (section 5.3); ``mini``: the biased 3x3/1 convolution of 32
            filters without normalisation that the zoo's README example starts with.
        padding: See `identity_block`.
        name: Place of the layers.

    Returns:
        (h/4, w/4, 64), (h, w, 64) or (h, w, 32), sizes rounded up.
    """
    one_of(kind, "stem", STEMS, SpecError)
    one_of(padding, "padding", PADDINGS, SpecError)
    filters = STEM_FILTERS[kind]
    if kind == "imagenet":
        x = conv_bn_relu(x, filters, f"{name}/", kernel_size=7, strides=2, padding=padding)
        return MaxPooling2D(f"{name}/pool", pool_size=3, strides=2, padding=padding)(x)
    if kind == "cifar":
        return conv_bn_relu(x, filters, f"{name}/", kernel_size=3, padding=padding)
    x = Conv2D(f"{name}/conv", filters, 3, padding=padding, use_bias=True)(x)
    return ReLU(f"{name}/relu")(x)


def learner(
    x: Any,
    groups: Sequence[Any],
    cardinality: int = 32,
    *,
    form: str = "grouped",
    shortcut_bias: bool = True,
    attention: str = "none",
    padding: str = "same",
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
        attention: See `identity_block`.
        padding: See `identity_block`.
    """
    options = {
        "form": form,
        "shortcut_bias": shortcut_bias,
        "attention": attention,
        "padding": padding,
    }
    for number, stage in enumerate(Stage.from_groups(groups), start=1):
        x = _stage(x, stage, cardinality, f"stage{number}", **options)
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
    attention: str = "none",
    padding: str = "same",
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
        attention: See `identity_block`.
        padding: See `identity_block`.
        name: Place of the layers; by default the first free of ``group1``, ``group2``, ...

    Returns:
        (h / strides, w / strides, filters_out), rounded up.
    """
    (stage,) = Stage.from_groups([(filters_in, filters_out, n_blocks, strides)])
    options = {
        "form": form,
        "shortcut_bias": shortcut_bias,
        "attention": attention,
        "padding": padding,
    }
    return _stage(x, stage, cardinality, name or x.unique_name("group"), **options)


def projection_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    strides: Strides = 2,
    *,
    form: str = "grouped",
    shortcut_bias: bool = True,
    attention: str = "none",
    padding: str = "same",
    name: str | None = None,
) -> Any:
    """A block whose shortcut is a 1x1 convolution, for a change of shape.

    ``shortcut_bias`` gives that convolution a bias. It is True here, as in the zoo's functions
    (its mini network then has 461,450 weights); `ResNeXtSpec` says False, as the paper does.
    For the rest see `identity_block` and `group`.
    """
    block = _checked(filters_in, filters_out, cardinality, strides)
    name = name or x.unique_name("block")
    shortcut = Conv2D(
        f"{name}/shortcut/conv", filters_out, strides=block.strides, use_bias=shortcut_bias
    )(x)
    shortcut = BatchNormalization(f"{name}/shortcut/bn")(shortcut)
    options = {"form": form, "attention": attention, "padding": padding}
    return _merged(shortcut, x, block, cardinality, name, **options)


def identity_block(
    x: Any,
    filters_in: int,
    filters_out: int,
    cardinality: int = 32,
    *,
    form: str = "grouped",
    attention: str = "none",
    padding: str = "same",
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
        attention: One of `resnext.attention.ATTENTIONS`: what follows the last normalisation.
        padding: ``same`` or ``symmetric``; see `resnext.layer.window_pads`. They differ only
            where a window moves by more than one position.
        name: Place of the layers; by default the first free of ``block1``, ``block2``, ...

    Returns:
        (h, w, filters_out).
    """
    block = _checked(filters_in, filters_out, cardinality)
    if x.shape[-1] != filters_out:
        raise SpecError(
            "An identity block keeps its input's channels: filters_out must equal them. "
            f"Received {x.shape[-1]} channels and filters_out={filters_out}."
        )
    name = name or x.unique_name("block")
    options = {"form": form, "attention": attention, "padding": padding}
    return _merged(x, x, block, cardinality, name, **options)


def classifier(x: Any, n_classes: int, *, head: str = "average", name: str = "classifier") -> Any:
    """Class probabilities, (n_classes,).

    ``head`` is ``average`` (global average pooling, the paper's) or ``flatten`` (as in the
    zoo's README example).
    """
    classes = whole_number(n_classes, "the number of classes", MAX_CLASSES)
    one_of(head, "head", HEADS, SpecError)
    if head == "average":
        x = GlobalAveragePooling2D(f"{name}/pool")(x)
    else:
        x = Flatten(f"{name}/flatten")(x)
    return Dense(f"{name}/dense", classes, activation="softmax")(x)


def _stage(
    x: Any, stage: Stage, cardinality: int, name: str, *, shortcut_bias: Any, **options: Any
) -> Any:
    """The blocks of one stage; the first is a projection block unless the stage has none."""
    shape = stage.width, stage.filters, cardinality
    for number in range(1, stage.blocks + 1):
        options["name"] = f"{name}/block{number}"
        if number == 1 and stage.projection:
            x = projection_block(x, *shape, stage.strides, shortcut_bias=shortcut_bias, **options)
        else:
            x = identity_block(x, *shape, **options)
    return x


def _checked(width: int, filters: int, cardinality: int, strides: Strides = 1) -> Stage:
    """What a block is made of, as a stage of one block, which checks itself."""
    stage = Stage(1, width, filters, one_stride(strides))
    if stage.width % whole_number(cardinality, "the cardinality", MAX_CHANNELS):
        raise SpecError(
            "The channels of the 3x3 convolution must be divisible by the cardinality. "
            f"Received filters_in={width}, cardinality={cardinality}."
        )
    return stage


def _merged(
    shortcut: Any,
    x: Any,
    block: Stage,
    cardinality: int,
    name: str,
    *,
    form: str,
    attention: str,
    padding: str,
) -> Any:
    """Split, transform, merge: the residual branch of x, added to the shortcut."""
    one_of(form, "form", BRANCHES, SpecError)
    one_of(attention, "attention", ATTENTIONS, SpecError)
    one_of(padding, "padding", PADDINGS, SpecError)
    apply = BRANCHES["grouped" if cardinality == 1 else form]
    branch = Branch(name, block.width, block.filters, cardinality, block.strides, padding)
    y = apply(x, branch)
    y = ATTENTIONS[attention].apply(BatchNormalization(f"{name}/bn3")(y), name)
    return ReLU(f"{name}/relu")(Add(f"{name}/add")(shortcut, y))
