"""One frozen description of a ResNeXt, which checks itself. Nothing else configures a model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from resnext.attention import ATTENTIONS
from resnext.checks import (
    MAX_CHANNELS,
    MAX_CLASSES,
    MAX_LAYERS,
    MAX_SIDE,
    MAX_STAGES,
    check_bool,
    one_of,
    positive_ints,
    sequence,
    set_whole_number,
)
from resnext.errors import SpecError
from resnext.forms import FORMS, LAYERS_PER_PATH
from resnext.layer import PADDINGS
from resnext.names import IMAGENET_BLOCKS, candidates, description, fields_of
from resnext.stage import Stage

STEMS = ("imagenet", "cifar", "mini")
HEADS = ("average", "flatten")
# Fields that are one of a few words.
CHOICES = {
    "stem": STEMS,
    "form": FORMS,
    "head": HEADS,
    "attention": tuple(ATTENTIONS),
    "padding": PADDINGS,
}
# Choices that `to_dict` leaves out: runs and files were written before there was one.
_USUAL = {"attention": "none", "padding": "same"}
# Fields that a network's name does not say.
_NAMELESS = ("input_shape", "classes", "form", "include_top", "padding")
STEM_FILTERS = {"imagenet": 64, "cifar": 64, "mini": 32}


@dataclass(frozen=True)
class ResNeXtSpec:
    """Everything that defines one network.

    Attributes:
        blocks: Blocks of each stage.
        cardinality: Number of paths C of each block.
        width: Bottleneck width d: channels of one path in the first stage.
        input_shape: (height, width, channels) of an image.
        classes: Length of the output.
        stem: ``imagenet``, ``cifar`` or ``mini``; see `resnext.stem`.
        form: How the paths are written; see `resnext.identity_block`.
        shortcut_bias: Whether the projection shortcuts have a bias. False as in the paper; the
            functions `learner`, `group` and `projection_block` say True, as in the zoo.
        include_top: Whether there is a classifier.
        head: ``average`` or ``flatten``; see `resnext.classifier`.
        groups: Custom stages. Empty for the paper's, whose grouped convolutions have
            C x d x 2^i channels and whose outputs have 256 x 2^i; if given, ``blocks`` and
            ``width`` follow from them.
        attention: What blocks do before the sum with the shortcut; see `resnext.attention`.
        padding: ``same``, as Keras pads, or ``symmetric``, as torchvision does; see
            `resnext.layer.window_pads`. Shapes, weights and costs do not depend on it.

    Raises:
        SpecError: A rule is broken; the message states the rule and the value.
    """

    blocks: tuple[int, ...] = (3, 4, 6, 3)
    cardinality: int = 32
    width: int = 4
    input_shape: tuple[int, int, int] = (224, 224, 3)
    classes: int = 1000
    stem: str = "imagenet"
    form: str = "grouped"
    shortcut_bias: bool = False
    include_top: bool = True
    head: str = "average"
    groups: tuple[Stage, ...] = ()
    attention: str = "none"
    padding: str = "same"

    def __post_init__(self) -> None:
        set_whole_number(self, "cardinality", "the cardinality", MAX_CHANNELS)
        for name, allowed in CHOICES.items():
            one_of(getattr(self, name), name, allowed, SpecError)
        for name in ("shortcut_bias", "include_top"):
            check_bool(self, name)
        set_whole_number(self, "classes", "the number of classes", MAX_CLASSES)
        self._set("input_shape", positive_ints(self.input_shape, "The input shape"))
        self._set("groups", Stage.from_groups(sequence(self.groups, "The groups")))
        if self.groups:
            self._set("blocks", tuple(stage.blocks for stage in self.groups))
            self._set("width", max(1, self.groups[0].width // self.cardinality))
        set_whole_number(self, "width", "the bottleneck width", MAX_CHANNELS)
        self._set("blocks", positive_ints(self.blocks, "The blocks per stage"))
        self._check_stages()
        self._check_input()

    def _set(self, field: str, value: object) -> None:
        """Normalise a field of this frozen dataclass while it is being made."""
        object.__setattr__(self, field, value)

    def _check_stages(self) -> None:
        if not 1 <= len(self.blocks) <= MAX_STAGES:
            raise SpecError(
                f"A network must have 1 to {MAX_STAGES} stages. Received {len(self.blocks)}."
            )
        channels = STEM_FILTERS[self.stem]
        for stage in self.stages:
            if stage.width % self.cardinality:
                raise SpecError(
                    "The width of a stage's grouped convolution must be divisible by the "
                    f"cardinality. Received width={stage.width}, "
                    f"cardinality={self.cardinality}."
                )
            if not stage.projection and stage.filters != channels:
                raise SpecError(
                    "A stage without projection keeps its input's channels. "
                    f"Received {channels} channels in and filters={stage.filters}."
                )
            channels = stage.filters
        # Per block 12 layers, and per path those that a form repeats; a bound, not a count.
        per_path = 0 if self.cardinality == 1 else LAYERS_PER_PATH[self.form]
        per_block = 12 + ATTENTIONS[self.attention].layers
        layers = sum(self.blocks) * (per_block + per_path * self.cardinality)
        if layers > MAX_LAYERS:
            raise SpecError(
                f"A network can have about {MAX_LAYERS:,} layers at most. Received {layers:,} "
                f"from {sum(self.blocks)} blocks of cardinality {self.cardinality} in the form "
                f"{self.form!r}."
            )

    def _check_input(self) -> None:
        if len(self.input_shape) != 3:
            raise SpecError(
                f"The input shape must be (height, width, channels). Received {self.input_shape}."
            )
        height, width, channels = self.input_shape
        least = self.total_stride
        if min(height, width) < least:
            raise SpecError(
                f"The input's height and width must be at least {least}, the product of this "
                f"network's strides. Received {height}x{width}."
            )
        if max(height, width) > MAX_SIDE:
            raise SpecError(
                f"The input's height and width must be at most {MAX_SIDE}. "
                f"Received {height}x{width}."
            )
        if not 1 <= channels <= 1024:
            raise SpecError(f"The input's channels must be 1 to 1024. Received {channels}.")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in full (paper, table 1; section 5.3 for CIFAR)."""
        if self.groups:
            return self.groups
        return tuple(
            Stage(
                blocks=blocks,
                width=self.cardinality * self.width * 2**i,
                filters=256 * 2**i,
                strides=1 if i == 0 else 2,
            )
            for i, blocks in enumerate(self.blocks)
        )

    @property
    def total_stride(self) -> int:
        """Pixels of the input per position of the last feature map, along one axis."""
        return (4 if self.stem == "imagenet" else 1) * math.prod(s.strides for s in self.stages)

    @property
    def depth(self) -> int:
        """Layers with weights on the longest path: 3 a block, the stem and the classifier."""
        return 3 * sum(self.blocks) + 2

    @property
    def name(self) -> str:
        """Its published name if it has one (see `resnext.names`), else one that describes it.

        Input shape, classes, form, top and padding do not change the name.
        """
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        used = {name: own[name] for name in _NAMELESS}
        for name in candidates(own):
            try:
                if type(self).from_dict({**fields_of(name), **used}) == self:
                    return name
            except SpecError:
                continue
        return description(own)

    @classmethod
    def from_name(cls, name: str, **changes: Any) -> Self:
        """The network of this name, with some fields changed.

        Raises:
            SpecError: There is no network of this name, or the changes break a rule.
        """
        named = fields_of(name)
        if "groups" in named and (clash := sorted({"blocks", "width"} & changes.keys())):
            raise SpecError(
                f"The blocks and width of {name} follow from its groups and cannot be changed. "
                f"Received {clash[0]}={changes[clash[0]]!r}."
            )
        return cls.from_dict({**named, **changes})

    @classmethod
    def from_depth(cls, depth: int, /, **changes: Any) -> Self:
        """ResNeXt-26, 50, 101, 152 or 200, 32x4d, for ImageNet, with some fields changed.

        Raises:
            SpecError: There is no network of this depth, or the changes break a rule.
        """
        if isinstance(depth, bool) or not isinstance(depth, int) or depth not in IMAGENET_BLOCKS:
            allowed = ", ".join(map(str, IMAGENET_BLOCKS))
            raise SpecError(f"The depth must be one of {allowed}. Received {depth!r}.")
        return cls.from_dict({"blocks": IMAGENET_BLOCKS[depth], **changes})

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, from which `from_dict` makes an equal spec."""
        plain = asdict(self)
        for name in ("blocks", "input_shape", "groups"):
            plain[name] = list(plain[name])
        return {name: value for name, value in plain.items() if _USUAL.get(name) != value}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """A spec from what `to_dict` gave, also after JSON.

        Raises:
            SpecError: A field is unknown, or breaks a rule.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(plain) - known):
            raise SpecError(
                f"A spec has the fields {', '.join(sorted(known))}. Received {unknown[0]!r}."
            )
        return cls(**plain)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)
