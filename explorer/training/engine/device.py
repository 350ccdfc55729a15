"""What TensorFlow computes on, and the configuration that suits it.

None of what is here for a GPU was measured on one. Importing this does not import TensorFlow;
its functions do, but for `xla_asked`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from explorer.training.engine.precision import resolve
from resnext.errors import UserError

XLA = "RESNEXT_XLA"
BFLOAT16_SINCE = (8, 0)  # compute capability of Ampere, the first whose matrix units take it


@dataclass(frozen=True)
class Card:
    """A GPU that TensorFlow sees.

    Attributes:
        name: As its driver tells it.
        capability: CUDA's compute capability; (0, 0) if the driver does not tell it.
    """

    name: str
    capability: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Configuration:
    """How training steps are computed here.

    Attributes:
        card: The GPU, or None for the processor.
        precision: ``float32`` or ``bfloat16``.
        xla: Whether XLA compiles the step.
    """

    card: Card | None
    precision: str
    xla: bool

    @property
    def words(self) -> str:
        """As one sentence."""
        where = f" on {self.card.name}" if self.card else ""
        return f"Training steps compute in {self.precision}{where}{', by XLA' * self.xla}."


def configuration(precision: str) -> Configuration:
    """Return the configuration for one of `PRECISIONS` on this machine.

    On a GPU ``auto`` is bfloat16 where its matrix units take that, and XLA compiles the step. On
    a processor XLA has no fast gradient of grouped convolutions, so that it is off. RESNEXT_XLA
    set to 0 or 1 decides otherwise.

    Raises:
        UserError: RESNEXT_XLA holds something else.
    """
    asked = xla_asked()
    card = first_card()
    if card is not None and precision == "auto":
        precision = "bfloat16" if card.capability >= BFLOAT16_SINCE else "float32"
    xla = card is not None if asked is None else asked
    return Configuration(card, resolve(precision), xla)


def xla_asked() -> bool | None:
    """Return what RESNEXT_XLA says: whether XLA compiles the step, or None if it is not set.

    Raises:
        UserError: It holds something else than 0 or 1.
    """
    given = os.environ.get(XLA, "")
    if given not in ("", "0", "1"):
        raise UserError(f"{XLA} must be 0 or 1. Received {given!r}")
    return given == "1" if given else None


def first_card() -> Card | None:
    """Return the GPU that TensorFlow computes on, or None."""
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return None
    details = tf.config.experimental.get_device_details(cards[0])
    capability = tuple(details.get("compute_capability") or (0, 0))
    return Card(str(details.get("device_name", "GPU")), (capability[0], capability[1]))


def share_cards() -> None:
    """Let TensorFlow take of a GPU's memory what it needs, not all, before any tensor is made.

    Several runs, and what is timed at the same time, may then be on one GPU.
    """
    import tensorflow as tf

    for card in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(card, True)
