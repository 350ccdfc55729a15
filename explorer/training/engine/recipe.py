"""How a network is trained: one frozen dataclass, and the named recipes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from explorer.training.engine.errors import RecipeError
from explorer.training.engine.precision import PRECISIONS

OPTIMIZERS = ("sgd", "adam")
SCHEDULES = ("constant", "linear", "cosine", "steps")
CROP_FILLS = ("black", "mean")
FORMER_AUTHORS = "authors (former)"


@dataclass(frozen=True)
class Recipe:
    """All settings of a training besides the network and the data.

    Two runs with equal spec, source and recipe give the same curve, bit for bit, on one machine.
    The defaults are the recipe `short`.

    Attributes:
        name: The preset it came from, or any label.
        epochs: Passes over the training images.
        batch_size: Images per step.
        learning_rate: Peak learning rate.
        schedule: `constant`, `linear` or `cosine` (both to zero at the last step), or `steps`
            (divided by 10 at each of `milestones`).
        warmup_epochs: Length of the linear warm-up to the peak, in epochs (may be a fraction).
        milestones: Fractions of the training at which `steps` divides the learning rate.
        optimizer: `sgd` (Nesterov momentum) or `adam`.
        momentum: Momentum of `sgd`.
        weight_decay: L2 penalty added to the gradient.
        decay_all: Decay every parameter. Otherwise only the kernels of convolutions and of the
            classifier decay, and not the scales and offsets of batch norm or the biases.
        label_smoothing: Share of the target spread evenly over all classes.
        calm_head: Start the classifier at zero and divide its learning rate by the number of
            positions that it flattens, as if it followed their average. Otherwise the steps of
            a dense layer on 8x8 positions are 64 times too long, and the loss explodes at first.
        whiten_stem: Initialise the first convolution from the images; see `whitening`.
        crop_padding: Pixels added on each side before a random crop is cut; 0 is no crop.
        crop_fill: Colour of these pixels: `black`, or `mean`, the mean colour of CIFAR-10 in
            whole numbers, which normalisation takes to zero (within 0.01).
        flip: Mirror half of the images left to right.
        validation: Share of the training images kept for validation.
        limit: Use only this many images for training and validation together; None is all.
        test_limit: Use only this many test images; None is a fifth of `limit`, or all without one.
        seed: Decides initial weights, data order and augmentation.
        precision: What a training step computes in: `float32`, `bfloat16`, or `auto`, which is
            bfloat16 where the processor has a matrix unit for it; see `precision`.
        tensorboard: Also write event files for TensorBoard.
    """

    name: str = "short"
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 0.1
    schedule: str = "linear"
    warmup_epochs: float = 2.0
    milestones: tuple[float, ...] = ()
    optimizer: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 5e-4
    decay_all: bool = False
    label_smoothing: float = 0.1
    calm_head: bool = True
    whiten_stem: bool = True
    crop_padding: int = 4
    crop_fill: str = "black"
    flip: bool = True
    validation: float = 0.1
    limit: int | None = None
    test_limit: int | None = None
    seed: int = 0
    precision: str = "auto"
    tensorboard: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "milestones", tuple(self.milestones))
        _whole("epochs", self.epochs, 1, 10_000)
        _whole("batch_size", self.batch_size, 1, 8192)
        _whole("crop_padding", self.crop_padding, 0, 64)
        _whole("seed", self.seed, 0, 2**31 - 1)
        if self.limit is not None:
            _whole("limit", self.limit, 2, 10_000_000)
        if self.test_limit is not None:
            _whole("test_limit", self.test_limit, 1, 10_000_000)
        _real("learning_rate", self.learning_rate, 0.0, 1000.0, open_low=True)
        _real("warmup_epochs", self.warmup_epochs, 0.0, float(self.epochs))
        _real("momentum", self.momentum, 0.0, 0.9999)
        _real("weight_decay", self.weight_decay, 0.0, 1.0)
        _real("label_smoothing", self.label_smoothing, 0.0, 0.9)
        _real("validation", self.validation, 0.0, 0.5, open_low=True)
        for milestone in self.milestones:
            _real("milestones", milestone, 0.0, 1.0)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        _one_of("crop_fill", self.crop_fill, CROP_FILLS)
        for name in ("flip", "tensorboard", "calm_head", "whiten_stem", "decay_all"):
            if not isinstance(getattr(self, name), bool):
                raise RecipeError(f"{name} must be true or false; received {getattr(self, name)!r}")
        if not isinstance(self.name, str) or not 1 <= len(self.name) <= 100:
            raise RecipeError(f"name must be 1 to 100 characters; received {self.name!r}")

    @classmethod
    def from_name(cls, name: str, /, **changes: Any) -> Recipe:
        """Return the recipe called `name` with `changes` to its fields.

        Raises:
            RecipeError: No recipe has that name, or a change breaks a rule.
        """
        if name not in _PRESETS:
            raise RecipeError(f"recipe must be one of {', '.join(_PRESETS)}; received {name!r}")
        return cls._checked({**asdict(_PRESETS[name]), **changes})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Return the recipe that `to_dict` described; unknown fields are an error.

        In a recipe of an earlier version, fields that came later get the value that reproduces
        it.

        Raises:
            RecipeError: A field is unknown, or breaks a rule.
        """
        return cls._checked(_of_earlier_version(values))

    @classmethod
    def _checked(cls, values: dict[str, Any]) -> Recipe:
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise RecipeError(f"a recipe has no field named {', '.join(unknown)}")
        if not isinstance(values.get("milestones", ()), (list, tuple)):
            raise RecipeError(f"milestones must be a list; received {values['milestones']!r}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain JSON types."""
        return {**asdict(self), "milestones": list(self.milestones)}

    def steps_per_epoch(self, images: int) -> int:
        """Return the steps of one epoch over `images` images.

        Every batch is full, so a few images, others in each epoch, are left out.
        """
        return max(1, images // self.batch_size)

    def rate_at(self, step: int, steps_per_epoch: int) -> float:
        """Return the learning rate of `step`, counted from 0 over the whole training.

        `linear` and `cosine` are at their peak in the first step after the warm-up and at zero in
        the last step. A single step is taken at the peak.
        """
        total = self.epochs * steps_per_epoch
        warmup = self.warmup_epochs * steps_per_epoch
        if step + 1 < warmup:
            return self.learning_rate * (step + 1) / warmup
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "steps":
            # Rounded, because 0.07 of 100 steps is 7.000000000000001.
            passed = sum(step >= round(part * total, 6) for part in self.milestones)
            return self.learning_rate * 0.1**passed
        peak = max(0, math.ceil(warmup) - 1)
        left = min(1.0, max(0, total - 1 - step) / (total - 1 - peak)) if total - 1 > peak else 1.0
        if self.schedule == "cosine":
            return self.learning_rate * 0.5 * (1 - math.cos(math.pi * left))
        return self.learning_rate * left


def recipe_names() -> tuple[str, ...]:
    """Return the names that `Recipe.from_name` knows, the default first."""
    return tuple(_PRESETS)


def _of_earlier_version(values: dict[str, Any]) -> dict[str, Any]:
    """Drop the field that mattered only at a start, and rename the recipe that was misnamed."""
    kept = {name: value for name, value in values.items() if name != "zero_gammas"}
    # It padded with black and left batch norm alone, unlike the authors' code.
    if kept.get("name") == "authors" and "crop_fill" not in kept:
        kept["name"] = FORMER_AUTHORS
    return kept


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise RecipeError(f"{name} must be a whole number from {low} to {high}; received {value!r}")


def _real(name: str, value: object, low: float, high: float, open_low: bool = False) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high or (open_low and value == low):  # type: ignore[operator]
        rule = f"above {low:g} and at most {high:g}" if open_low else f"from {low:g} to {high:g}"
        raise RecipeError(f"{name} must be a number {rule}; received {value!r}")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RecipeError(f"{name} must be one of {', '.join(allowed)}; received {value!r}")


_SHORT = Recipe()
# Section 5.3 of arXiv 1611.05431: drops after epochs 150 and 225. What it does not state is as in
# facebookresearch/ResNeXt at 833a384: datasets/cifar10.lua normalises before it pads, and
# train.lua decays every parameter and drops when epoch/300 exceeds 0.49 and 0.74: the recipe
# `authors`.
_PAPER = replace(
    _SHORT,
    name="paper",
    batch_size=128,
    epochs=300,
    schedule="steps",
    milestones=(0.5, 0.75),
    warmup_epochs=0.0,
    decay_all=True,
    crop_fill="mean",
    label_smoothing=0.0,
    calm_head=False,
    whiten_stem=False,
)
_PRESETS = {
    "short": _SHORT,
    # For ten epochs of a small network, which overfits too little to need large crops; compared
    # with others in benchmarks/README.md.
    "sprint": replace(_SHORT, name="sprint", learning_rate=0.2, crop_padding=2),
    "paper": _PAPER,
    "authors": replace(_PAPER, name="authors", milestones=(0.49, 0.74)),
    # The settings of the CIFAR-10 log in the Keras zoo.
    "zoo": replace(
        _SHORT,
        name="zoo",
        batch_size=32,
        learning_rate=1e-3,
        schedule="constant",
        warmup_epochs=0.0,
        optimizer="adam",
        weight_decay=0.0,
        label_smoothing=0.0,
        calm_head=False,
        whiten_stem=False,
        crop_padding=0,
        flip=False,
    ),
}
