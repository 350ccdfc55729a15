"""One frozen description of a ResNeXt, which checks itself. Nothing else configures a model."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

FORMS = ("grouped", "split", "concatenated", "aggregated")
STEMS = ("imagenet", "cifar", "mini")
HEADS = ("average", "flatten")
LAYERS_PER_PATH = {"grouped": 0, "split": 2, "concatenated": 6, "aggregated": 7}

MAX_SIDE = 4096
MAX_CHANNELS = 65_536
MAX_CLASSES = 1_000_000
MAX_STAGES = 8
MAX_BLOCKS = 200
MAX_STRIDES = 8
MAX_LAYERS = 25_000


class SpecError(ValueError):
    """A rule that a spec breaks, and the value that breaks it, in one sentence or two."""


@dataclass(frozen=True)
class Stage:
    """A row of blocks of one shape: the zoo's "group".

    Attributes:
        blocks: Number of blocks, the projection block included.
        width: Channels of the grouped convolution, over all paths: C x d.
        filters: Channels of the output.
        strides: Of the first block.
        projection: Whether the first block's shortcut is a 1x1 convolution.
    """

    blocks: int
    width: int
    filters: int
    strides: int = 1
    projection: bool = True

    def __post_init__(self) -> None:
        _check_int(self, "blocks", "the number of blocks in a stage", MAX_BLOCKS)
        _check_int(self, "width", "the width of a stage's grouped convolution", MAX_CHANNELS)
        _check_int(self, "filters", "the filters of a stage", MAX_CHANNELS)
        _check_int(self, "strides", "the strides of a stage", MAX_STRIDES)
        _check_bool(self, "projection")
        if not self.projection and self.strides != 1:
            raise SpecError(
                "A stage without projection keeps its input's size: strides must be 1. "
                f"Received {self.strides}."
            )

    @classmethod
    def from_groups(cls, groups: Sequence[Any]) -> tuple[Self, ...]:
        """Stages from the zoo's groups, or from stages, which pass unchanged.

        A group is a tuple (filters_in, filters_out, n_blocks) or a dict of these, with
        ``strides`` if wanted. As in the zoo, n_blocks counts the identity blocks only, and
        by default the first group has strides 1 and the others 2.
        """
        stages = []
        for number, group in enumerate(groups):
            if isinstance(group, cls):
                stages.append(group)
                continue
            names = ("filters_in", "filters_out", "n_blocks", "strides")
            try:
                given = dict(group) if isinstance(group, Mapping) else dict(zip(names, group))
                n_blocks = _identity_blocks(given.pop("n_blocks"))
                width, filters = given.pop("filters_in"), given.pop("filters_out")
                strides = given.pop("strides", 1 if number == 0 else 2)
                if given or (not isinstance(group, Mapping) and len(group) > 4):
                    raise TypeError
            except SpecError:
                raise
            except (KeyError, TypeError, ValueError):
                raise SpecError(
                    "A group must be (filters_in, filters_out, n_blocks) or a dict of these, "
                    f"with strides if wanted. Received {group!r}."
                ) from None
            stages.append(cls(n_blocks + 1, width, filters, one_stride(strides)))
        return tuple(stages)


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
        shortcut_bias: Whether the projection shortcuts have a bias (the zoo's have).
        include_top: Whether there is a classifier.
        head: ``average`` or ``flatten``; see `resnext.classifier`.
        groups: Custom stages. Empty for the paper's, whose grouped convolutions have
            C x d x 2^i channels and whose outputs have 256 x 2^i; if given, ``blocks`` and
            ``width`` follow from them.

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

    def __post_init__(self) -> None:
        _check_int(self, "cardinality", "the cardinality", MAX_CHANNELS)
        for name, allowed in (("stem", STEMS), ("form", FORMS), ("head", HEADS)):
            if getattr(self, name) not in allowed:
                raise SpecError(
                    f"The {name} must be one of {', '.join(allowed)}. "
                    f"Received {getattr(self, name)!r}."
                )
        for name in ("shortcut_bias", "include_top"):
            _check_bool(self, name)
        _check_int(self, "classes", "the number of classes", MAX_CLASSES)
        _set(self, "input_shape", _int_tuple(self.input_shape, "The input shape"))
        self._check_stages()
        self._check_input()

    def _check_stages(self) -> None:
        groups = Stage.from_groups(_sequence(self.groups, "The groups"))
        _set(self, "groups", groups)
        if groups:
            _set(self, "blocks", tuple(stage.blocks for stage in groups))
            _set(self, "width", max(1, groups[0].width // self.cardinality))
        _check_int(self, "width", "the bottleneck width", MAX_CHANNELS)
        _set(self, "blocks", _int_tuple(self.blocks, "The blocks per stage"))
        if not 1 <= len(self.blocks) <= MAX_STAGES:
            raise SpecError(
                f"A network must have 1 to {MAX_STAGES} stages. Received {len(self.blocks)}."
            )
        channels = _STEM_FILTERS[self.stem]
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
        # Per block 10 layers, and per path those that a form repeats; a bound, not a count.
        per_path = 0 if self.cardinality == 1 else LAYERS_PER_PATH[self.form]
        layers = sum(self.blocks) * (12 + per_path * self.cardinality)
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
        """Layers with weights on the longest way: 3 a block, the stem and the classifier."""
        return 3 * sum(self.blocks) + 2

    @property
    def name(self) -> str:
        """Its published name where it has one (see `resnext.names`), else one that describes."""
        from resnext.names import name_of

        return name_of(self)

    @classmethod
    def from_name(cls, name: str, **changes: Any) -> Self:
        """The network of this name, with some fields changed.

        Raises:
            SpecError: No network has this name, or the changes break a rule.
        """
        from resnext.names import fields_of

        named = fields_of(name)
        if "groups" in named and (clash := sorted({"blocks", "width"} & changes.keys())):
            raise SpecError(
                f"The blocks and width of {name} follow from its groups and cannot be changed. "
                f"Received {clash[0]}={changes[clash[0]]!r}."
            )
        return cls.from_dict({**named, **changes})

    @classmethod
    def from_depth(cls, depth: int, **changes: Any) -> Self:
        """ResNeXt-26, 50, 101, 152 or 200, 32x4d, for ImageNet, with some fields changed."""
        from resnext.names import IMAGENET_BLOCKS

        if isinstance(depth, bool) or not isinstance(depth, int) or depth not in IMAGENET_BLOCKS:
            allowed = ", ".join(map(str, IMAGENET_BLOCKS))
            raise SpecError(f"The depth must be one of {allowed}. Received {depth!r}.")
        return cls.from_dict({"blocks": IMAGENET_BLOCKS[depth], **changes})

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, from which `from_dict` makes an equal spec."""
        plain = asdict(self)
        for name in ("blocks", "input_shape", "groups"):
            plain[name] = list(plain[name])
        return plain

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
        values = dict(plain)
        if values.get("groups"):
            values["groups"] = tuple(
                _stage(group) for group in _sequence(values["groups"], "The groups")
            )
        return cls(**values)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return replace(self, **changes)


_STEM_FILTERS = {"imagenet": 64, "cifar": 64, "mini": 32}


def _stage(group: Any) -> Any:
    """A `Stage` from its dict; the zoo's groups pass through to `Stage.from_groups`."""
    if not (isinstance(group, Mapping) and "blocks" in group):
        return group
    try:
        return Stage(**group)
    except TypeError:
        raise SpecError(
            f"A stage has blocks, width, filters, strides and projection. Received {group!r}."
        ) from None


def one_stride(strides: Any) -> Any:
    """One number for both axes where the zoo writes ``(2, 2)``.

    Raises:
        SpecError: Two different numbers, or something else.
    """
    if isinstance(strides, (tuple, list)):
        if len(strides) == 2 and strides[0] == strides[1]:
            return strides[0]
        raise SpecError(f"Strides must be one number, or two equal ones. Received {strides!r}.")
    return strides


def _identity_blocks(n_blocks: Any) -> int:
    """A whole number from 0: a group may be its projection block alone."""
    try:
        number = -1 if isinstance(n_blocks, bool) else operator.index(n_blocks)
    except TypeError:
        number = -1
    if not 0 <= number < MAX_BLOCKS:
        raise SpecError(
            f"A group's n_blocks must be a whole number from 0 to {MAX_BLOCKS - 1}. "
            f"Received {n_blocks!r}."
        )
    return number


def _set(spec: object, name: str, value: object) -> None:
    """Normalise a field of a frozen dataclass while it is being made."""
    object.__setattr__(spec, name, value)


def _check_int(spec: object, name: str, words: str, most: int) -> None:
    """A whole number from 1 to ``most``, kept as a plain int."""
    value = getattr(spec, name)
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = -1
    if not 1 <= number <= most:
        raise SpecError(
            f"{words[0].upper()}{words[1:]} must be a whole number from 1 to {most:,}. "
            f"Received {value!r}."
        )
    _set(spec, name, number)


def _check_bool(spec: object, name: str) -> None:
    value = getattr(spec, name)
    if not isinstance(value, bool):
        raise SpecError(f"{name} must be True or False. Received {value!r}.")


def _sequence(value: Any, words: str) -> Sequence[Any]:
    if isinstance(value, (list, tuple)):
        return value
    raise SpecError(f"{words} must be a list. Received {value!r}.")


def _int_tuple(value: Any, words: str) -> tuple[int, ...]:
    """A tuple of positive whole numbers."""
    items = _sequence(value, words)
    for item in items:
        if isinstance(item, bool) or not hasattr(item, "__index__") or not 1 <= item < 10**9:
            raise SpecError(f"{words} must be positive whole numbers. Received {value!r}.")
    if not 1 <= len(items) <= 16:
        raise SpecError(f"{words} must be 1 to 16 numbers. Received {len(items)}.")
    return tuple(int(item) for item in items)
