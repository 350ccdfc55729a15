"""Of which step the memory is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resnext.errors import InputError

# By the word of the command: bytes of a value of a feature map.
PRECISIONS = {"float32": 4, "bfloat16": 2, "float16": 2}
# Arrays as large as the weights that the optimizer keeps: the momentum; two moments.
OPTIMIZERS = {"sgd": 1, "adam": 2}
MOST_IMAGES = 1_000_000


@dataclass(frozen=True)
class Settings:
    """One kind of step.

    Attributes:
        batch: Images in a step.
        train: Whether it is a training step; else inference.
        precision: Of the feature maps. With a half precision the weights, their gradients and the
            optimizer's state stay float32, as Keras's mixed precision keeps them; each kernel is
            copied to half precision for the step.
        optimizer: ``sgd`` (with momentum) or ``adam``.

    Raises:
        InputError: A rule is broken.
    """

    batch: int = 1
    train: bool = False
    precision: str = "float32"
    optimizer: str = "sgd"

    def __post_init__(self) -> None:
        whole = isinstance(self.batch, int) and not isinstance(self.batch, bool)
        if not whole or not 1 <= self.batch <= MOST_IMAGES:
            raise InputError(
                f"The batch must be a whole number from 1 to {MOST_IMAGES:,}. "
                f"Received {self.batch!r}."
            )
        for name, allowed in (("precision", PRECISIONS), ("optimizer", OPTIMIZERS)):
            value = getattr(self, name)
            if value not in allowed:
                raise InputError(
                    f"The {name} must be one of {', '.join(allowed)}. Received {value!r}."
                )

    @property
    def mode(self) -> str:
        """``training`` or ``inference``."""
        return "training" if self.train else "inference"

    @property
    def value_bytes(self) -> int:
        """Bytes of one value of a feature map."""
        return PRECISIONS[self.precision]

    @property
    def half(self) -> bool:
        """Whether feature maps are in half precision."""
        return self.value_bytes == 2

    @property
    def slots(self) -> int:
        """Arrays as large as the trainable weights that the optimizer keeps."""
        return OPTIMIZERS[self.optimizer] if self.train else 0

    @property
    def text(self) -> str:
        """Such as ``training, batch 64, bfloat16, Adam``."""
        words = [self.mode, f"batch {self.batch:,}", self.precision]
        if self.train:
            words.append({"sgd": "SGD with momentum", "adam": "Adam"}[self.optimizer])
        return ", ".join(words)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "mode": self.mode,
            "batch": self.batch,
            "precision": self.precision,
            "optimizer": self.optimizer if self.train else None,
        }
