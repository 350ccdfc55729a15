"""What a trainer writes into its run's folder."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.files import LineWriter, write_arrays, write_json
from explorer.training.engine.checkpoint import Position, load_checkpoint, save_checkpoint
from explorer.training.engine.metrics import softmax
from explorer.training.runs.leases import Held

PREVIEW_IMAGES = 24
PREVIEW_SECONDS = 2.0


class RunFiles:
    """The files of one run, as its trainer writes them.

    Order matters: the curve up to a checkpoint is on the disk before the checkpoint, and what
    came after a checkpoint is removed from the curve when the run resumes from there.

    Args:
        folder: The run's.
        lease: Under which it is written; each method raises `LeaseLost` once it is lost. None for
            a folder that nobody else can be at.
    """

    def __init__(self, folder: Path, lease: Held | None = None) -> None:
        self.folder, self.lease = folder, lease
        self._publish = lease.publish if lease else None
        self._lines = LineWriter(folder / "metrics.jsonl") if lease is None else _own_curve(lease)
        self._previewed = -PREVIEW_SECONDS

    def resume(self) -> tuple[Position, dict[str, NDArray[Any]] | None]:
        """Return where to continue, and remove from the curve what was written after that."""
        for pattern in (".*.npz.*", ".*.draft.keras"):  # of a process that was killed
            for draft in self.folder.glob(pattern):
                self.discard(draft)
        found = load_checkpoint(self.folder / "checkpoint.npz")
        position, arrays = found or (Position(), None)
        self.record("resume", {"step": position.step, "epochs": position.epochs})
        return position, arrays

    def record(self, kind: str, values: dict[str, Any]) -> None:
        """Append to the curve."""
        if self.lease is not None:
            self.lease.check()
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
        write_arrays(self.folder / "batch.npz", arrays, False, self._publish)

    def epoch(self, number: int, arrays: dict[str, NDArray[Any]]) -> None:
        """Keep an epoch's confusion matrix and mistakes."""
        write_arrays(self.folder / "epochs" / f"{number}.npz", arrays, False, self._publish)

    def checkpoint(self, position: Position, arrays: dict[str, NDArray[Any]]) -> None:
        """Make sure that everything so far survives a power cut."""
        self._lines.sync()
        save_checkpoint(self.folder / "checkpoint.npz", position, arrays, self._publish)

    def outcome(self, reason: str) -> None:
        """Leave the reason of a failure for the supervisor."""
        write_json(self.folder / "outcome.json", {"reason": reason}, publish=self._publish)

    def discard(self, path: Path) -> None:
        """Remove a file, if it is there."""
        if self.lease is None:
            path.unlink(missing_ok=True)
        else:
            self.lease.discard(path)

    @contextmanager
    def draft(self, path: Path) -> Iterator[Path]:
        """Give a file to write in, which is moved to `path` once it is complete.

        Each draft has a name that no other has: a former holder of the lease that stops in the
        middle of its draft and wakes up later writes into that, never into what was published.

        Raises:
            LeaseLost: A newer lease was taken; nothing was moved.
        """
        # Who writes may choose the format by the suffix.
        draft = path.with_name(f".{path.stem}.{secrets.token_hex(8)}.draft{path.suffix}")
        try:
            yield draft
            if self.lease is None:
                draft.replace(path)
            else:
                self.lease.publish(draft, path)
        except OSError:
            if self.lease is not None:
                self.lease.check()  # the new holder may have removed the draft
            raise
        finally:
            draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the curve's file."""
        self._lines.close()


def _own_curve(lease: Held) -> LineWriter:
    """Replace the curve by a copy: a former holder may still have the file open to append to it."""
    path, draft = lease.run / "metrics.jsonl", lease.folder / "metrics.draft"
    lease.check()
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(path, draft)
    lines = LineWriter(draft)
    lines.sync()
    if os.name == "nt":  # where an open file cannot be renamed
        lines.close()
        lease.publish(draft, path)
        return LineWriter(path)
    lease.publish(draft, path)
    return lines
