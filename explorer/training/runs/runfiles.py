"""What a trainer writes into its run's folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import LineWriter, write_arrays, write_json
from explorer.training.engine.checkpoint import Position, load_checkpoint, save_checkpoint
from explorer.training.engine.metrics import softmax

PREVIEW_IMAGES = 24
PREVIEW_SECONDS = 2.0


class RunFiles:
    """The files of one run, as its trainer writes them.

    Order matters: the curve up to a checkpoint is on the disk before the checkpoint, and what
    came after a checkpoint is removed from the curve when the run resumes from there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lines = LineWriter(folder / "metrics.jsonl")
        self._previewed = -PREVIEW_SECONDS

    def resume(self) -> tuple[Position, dict[str, NDArray[Any]] | None]:
        """Return where to continue, and remove from the curve what was written after that."""
        for draft in self.folder.glob(".*.npz.*"):  # of a process that was killed
            draft.unlink(missing_ok=True)
        found = load_checkpoint(self.folder / "checkpoint.npz")
        position, arrays = found or (Position(), None)
        self.record("resume", {"step": position.step, "epochs": position.epochs})
        return position, arrays

    def record(self, kind: str, values: dict[str, Any]) -> None:
        """Append to the curve."""
        self._lines.write({"kind": kind, **values})

    def batch(
        self,
        step: int,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        logits: NDArray[np.float32],
    ) -> None:
        """Keep a few images with predictions, every few seconds."""
        now = time.monotonic()
        if now - self._previewed < PREVIEW_SECONDS:
            return
        self._previewed = now
        few = slice(0, PREVIEW_IMAGES)
        probabilities = softmax(logits[few])
        arrays = {
            "step": np.array(step),
            "images": images[few],
            "labels": labels[few],
            "predictions": probabilities.argmax(axis=1),
            "confidences": probabilities.max(axis=1).astype(np.float32),
        }
        write_arrays(self.folder / "batch.npz", arrays, durable=False)

    def epoch(self, number: int, arrays: dict[str, NDArray[Any]]) -> None:
        """Keep an epoch's confusion matrix and mistakes."""
        write_arrays(self.folder / "epochs" / f"{number}.npz", arrays, durable=False)

    def checkpoint(self, position: Position, arrays: dict[str, NDArray[Any]]) -> None:
        """Make sure that everything so far survives a power cut."""
        self._lines.sync()
        save_checkpoint(self.folder / "checkpoint.npz", position, arrays)

    def outcome(self, reason: str) -> None:
        """Leave the reason of a failure for the supervisor."""
        write_json(self.folder / "outcome.json", {"reason": reason})

    def close(self) -> None:
        """Close the curve's file."""
        self._lines.close()
