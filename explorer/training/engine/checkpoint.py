"""The exact state of a run: weights, optimizer, position, and sums that are not recorded yet."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import Publish, read_arrays, write_arrays
from explorer.training.engine.errors import RunError


@dataclass
class Sums:
    """Running totals over some steps."""

    loss: float = 0.0
    right: int = 0
    images: int = 0

    def add(self, loss: float, right: int, images: int) -> None:
        """Add a batch; `loss` is its mean."""
        self.loss += loss * images
        self.right += right
        self.images += images

    @property
    def mean_loss(self) -> float:
        return self.loss / self.images

    @property
    def accuracy(self) -> float:
        return self.right / self.images


@dataclass
class Position:
    """The progress of a run.

    Attributes:
        step: Steps taken over the whole training.
        epochs: Epochs finished, their validation included.
        elapsed: Seconds trained.
        interval: Totals since the last point of the curve.
        epoch: Totals since the epoch began.
    """

    step: int = 0
    epochs: int = 0
    elapsed: float = 0.0
    interval: Sums = field(default_factory=Sums)
    epoch: Sums = field(default_factory=Sums)


def save_checkpoint(
    path: Path,
    position: Position,
    arrays: dict[str, NDArray[Any]],
    publish: Publish | None = None,
) -> None:
    """Write a checkpoint, as `write_atomically` does; a crash leaves the previous one."""
    text = np.array(json.dumps(asdict(position)))
    write_arrays(path, {**arrays, "position": text}, publish=publish)


def load_checkpoint(path: Path) -> tuple[Position, dict[str, NDArray[Any]]] | None:
    """Return position and arrays, or None if there is no checkpoint.

    Raises:
        RunError: It cannot be read. Starting anew would lose what the run has learned.
    """
    try:
        arrays = read_arrays(path)
        values = json.loads(str(arrays.pop("position")))
        for name in ("interval", "epoch"):
            values[name] = Sums(**values[name])
        return Position(**values), arrays
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"its checkpoint cannot be read, so the run cannot continue: {error}"
        ) from None
