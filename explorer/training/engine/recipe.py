"""How a network is trained: one frozen dataclass, and four named recipes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from explorer.training.errors import RecipeError
from explorer.training.precision import PRECISIONS

OPTIMIZERS = ("sgd", "adam")
SCHEDULES = ("constant", "linear", "cosine", "steps")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run besides the network and the data.

    Two runs with one spec, one source and one recipe give the same curve, bit for bit, on one
    machine. The defaults are the `short` recipe.

    Attributes:
        name: The preset it came from, or any label.
        epochs: Passes over the training images.
        batch_size: Images per step.
        learning_rate: Peak learning rate.
        schedule: `constant`, `linear` or `cosine` (both down to zero at the last step), or
            `steps` (divided by 10 at each of `milestones`).
        warmup_epochs: Length of the linear climb to the peak, in epochs (may be a fraction).
        milestones: Fractions of the training at which `steps` divides the learning rate.
        optimizer: `sgd` (Nesterov momentum) or `adam`.
        momentum: Momentum of `sgd`.
        weight_decay: L2 penalty added to the gradient of convolution and dense kernels only;
            batch-norm scales, offsets and biases are left alone.
        label_smoothing: Share of the target spread evenly over all classes.
        calm_head: Start the classifier at zero and divide its learning rate by the number of
            positions that it flattens, as if it stood on their average. A dense layer on
            8x8 positions else takes steps 64 times too long, and the loss explodes at first.
        whiten_stem: Start the first convolution from the images; see `whitening`.
        zero_gammas: Start each block's last batch norm at zero, so that the network starts
            shallow (arXiv 1706.02677, section 5.1).
        crop_padding: Pixels of zero padding from which a random crop is cut; 0 is no crop.
        flip: Mirror half of the images left to right.
        validation: Share of the training images kept for validation.
        limit: Use only this many images for training and validation together; None is all.
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
    label_smoothing: float = 0.1
    calm_head: bool = True
    whiten_stem: bool = True
    zero_gammas: bool = False
    crop_padding: int = 4
    flip: bool = True
    validation: float = 0.1
    limit: int | None = None
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
        for name in ("flip", "tensorboard", "calm_head", "whiten_stem", "zero_gammas"):
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
        return cls.from_dict({**asdict(_PRESETS[name]), **changes})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Return the recipe that `to_dict` described; unknown fields are an error."""
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

        Every batch is full, so a few images, other ones each epoch, are left for another time.
        """
        return max(1, images // self.batch_size)

    def rate_at(self, step: int, steps_per_epoch: int) -> float:
        """Return the learning rate of `step`, counted from 0 over the whole training."""
        total = self.epochs * steps_per_epoch
        warmup = self.warmup_epochs * steps_per_epoch
        if step + 1 < warmup:
            return self.learning_rate * (step + 1) / warmup
        if self.schedule == "constant":
            return self.learning_rate
        if self.schedule == "steps":
            passed = sum(step >= milestone * total for milestone in self.milestones)
            return self.learning_rate * 0.1**passed
        left = (total - step) / max(1.0, total - warmup)
        left = min(1.0, left)
        if self.schedule == "cosine":
            return self.learning_rate * 0.5 * (1 - math.cos(math.pi * left))
        return self.learning_rate * left


def recipe_names() -> tuple[str, ...]:
    """Return the names that `Recipe.from_name` knows, the default first."""
    return tuple(_PRESETS)


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
_PRESETS = {
    "short": _SHORT,
    # For ten epochs and a small network, which sees too little to need large crops; measured
    # against others in benchmarks/README.md.
    "sprint": replace(_SHORT, name="sprint", learning_rate=0.2, crop_padding=2),
    # Section 5.3 of arXiv 1611.05431 and its published code.
    "authors": replace(
        _SHORT,
        name="authors",
        batch_size=128,
        epochs=300,
        schedule="steps",
        milestones=(0.5, 0.75),
        warmup_epochs=0.0,
        label_smoothing=0.0,
        calm_head=False,
        whiten_stem=False,
    ),
    # What the Keras zoo's own CIFAR-10 log was made with.
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
