"""Our peaks of memory next to those that real steps of TensorFlow had.

``measured_memory.csv`` is written by ``benchmarks/memory.py``, which measures each step in a
separate process.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from explorer.analysis.formats import Answer, Block, Grid, of_dicts
from explorer.cost.memory import memory
from explorer.cost.settings import Settings
from explorer.formatting import numbers
from resnext import ResNeXtSpec

TABLE = "measured_memory.csv"
CONDITIONS = (
    "Measured: the peak of resident memory above an idle process with TensorFlow 2.21 and Keras "
    "3.15, on two cores of an AMD EPYC: the first 16 steps on one with AVX-512, the others on one "
    "with AVX2, without large memory pages, which add up to 5 % (benchmarks/memory.py)."
)
WHERE_FAR = (
    "These are the smallest network, mini_resnext, and forms with layers for each path: their "
    "layers, or what comes and goes between them, take less than was fitted to others."
)
NEAR = 0.15  # of the measured peak; what is further off is marked
_MIB = 2**20


@dataclass(frozen=True)
class Measured:
    """One step of a network, predicted and measured.

    Attributes:
        spec: The network.
        settings: The step.
        ours: Bytes of the predicted peak.
        theirs: Bytes of the measured peak, in whole MiB.
    """

    spec: ResNeXtSpec
    settings: Settings
    ours: int
    theirs: int

    @property
    def ratio(self) -> float:
        """Predicted by measured."""
        return self.ours / self.theirs

    @property
    def is_near(self) -> bool:
        """Whether the prediction is within `NEAR`."""
        return is_near(self.ours, self.theirs)

    @property
    def difference(self) -> int:
        """Bytes: predicted less measured."""
        return self.ours - self.theirs

    def plain(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "network": self.spec.name,
            "form": self.spec.form,
            **self.settings.as_dict(),
            "predicted_bytes": self.ours,
            "measured_bytes": self.theirs,
            "ratio": round(self.ratio, 3),
            "within_15_percent": self.is_near,
        }


def measured_steps() -> list[Measured]:
    """Every step that was measured."""
    text = files(__package__).joinpath(TABLE).read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        spec = ResNeXtSpec.from_name(row["network"], form=row["form"])
        settings = Settings(
            int(row["batch"]), row["mode"] == "training", row["precision"], row["optimizer"]
        )
        peak = memory(spec, settings).peak_bytes
        found.append(Measured(spec, settings, peak, int(row["measured_mib"]) * _MIB))
    return found


def is_near(ours: float, theirs: float) -> bool:
    """Whether a predicted peak is within `NEAR` of a measured one."""
    return abs(ours / theirs - 1) <= NEAR


def summary(found: Sequence[Measured]) -> str:
    """How near the predictions are, in three sentences."""
    near = [one.ratio for one in found if one.is_near]
    text = (
        f"In {len(near)} of {len(found)} steps the predicted peak is within 15 % of the measured "
        f"one ({min(near):.2f} to {max(near):.2f})."
    )
    far = [one.ratio for one in found if not one.is_near]
    if far:
        text += (
            f" In the other {len(far)} it is {min(far):.2f} to {max(far):.2f} of it. {WHERE_FAR}"
        )
    return text


def rows(found: Sequence[Measured]) -> list[dict[str, str]]:
    """As they are shown."""
    return [
        {
            "network": one.spec.name,
            "form": one.spec.form,
            "step": one.settings.text,
            "predicted": numbers.size(one.ours),
            "measured": numbers.size(one.theirs),
            "ratio": f"{one.ratio:.2f}",
            "within 15 %": "yes" if one.is_near else "no",
        }
        for one in found
    ]


def answer(found: Sequence[Measured]) -> Answer:
    """The steps for `explorer.analysis.formats`."""

    def blocks(wide: bool) -> list[Block]:
        shown = rows(found)
        grid = Grid(list(shown[0]), [list(row.values()) for row in shown], words=3)
        return [grid, f"{summary(found)}\n{CONDITIONS}"]

    def plain() -> list[dict[str, Any]]:
        return [one.plain() for one in found]

    return Answer(blocks, lambda: of_dicts(plain()), plain)
