"""What was measured: the times of a network and of its parts, and under which conditions."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from explorer.analysis.report import LEVELS, Report, analyse
from explorer.cost.machine import Machine
from explorer.cost.settings import Settings
from resnext import ResNeXtSpec

TENSORFLOW, ONNX_RUNTIME = "TensorFlow", "ONNX Runtime"
# Packages whose version changes a time: the layers are theirs.
COMPUTED = ("tensorflow", "keras", "resnext-explorer")
# Device, threads, large pages, and the versions of these packages.
Setup = tuple[str, int, bool, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Times:
    """Milliseconds of one call.

    Attributes:
        turns: The median of the calls of each turn, in the order of the turns.
        fastest: The fastest call: by default the fastest turn.
    """

    turns: tuple[float, ...]
    fastest: float = math.inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "fastest", min(self.fastest, *self.turns))

    @property
    def ms(self) -> float:
        """The median of the turns."""
        return statistics.median(self.turns)

    @property
    def low(self) -> float:
        """The lower quartile of the turns."""
        return self._quartile(0)

    @property
    def high(self) -> float:
        """The upper quartile."""
        return self._quartile(2)

    @property
    def spread(self) -> float:
        """Half of the distance between the quartiles, as a share of the median."""
        return (self.high - self.low) / 2 / self.ms if self.ms else 0.0

    def _quartile(self, which: int) -> float:
        if len(self.turns) < 2:
            return self.turns[0]
        return statistics.quantiles(self.turns, n=4, method="inclusive")[which]

    def ratio(self, other: Times) -> float:
        """This time divided by another: the median of the turns, which the two took by turns."""
        return statistics.median(a / b for a, b in zip(self.turns, other.turns))

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "ms": self.ms,
            "low_ms": self.low,
            "high_ms": self.high,
            "fastest_ms": self.fastest,
            "turns_ms": [*self.turns],
        }


@dataclass(frozen=True)
class Conditions:
    """What a time depends on besides the network and the step.

    Attributes:
        machine: Where it was measured.
        device: ``CPU``, or the name of the graphics card.
        threads: Threads for one operation, of TensorFlow and of ONNX Runtime.
        versions: Of Python, this program and the libraries that computed.
        date: When, in UTC, as ISO 8601 writes it.
        others: Processors that other programs kept busy meanwhile, on average.
        call_ms: Of a compiled function that computes nothing, the fastest call; subtracted from
            every part's time.
        product: Floating-point operations a second of a large matrix product in float32: the
            fastest call of all measurements that were kept, as a ceiling is what a machine can do.
        copy: Bytes a second, read and written, of copying a large array: likewise.
        large_pages: Whether memory was asked for in large pages, as all processes of this program
            do; see `explorer.jobs.processes.environment`.
    """

    machine: Machine
    device: str
    threads: int
    versions: Mapping[str, str]
    date: str
    others: float
    call_ms: float
    product: float
    copy: float
    large_pages: bool = False

    @property
    def setup(self) -> Setup:
        """What times must share to be compared."""
        computed = tuple((name, self.versions.get(name, "")) for name in COMPUTED)
        return self.device, self.threads, self.large_pages, computed

    @property
    def is_disturbed(self) -> bool:
        """Whether other programs took more than a tenth of the processors."""
        return self.others > 0.1 * self.machine.processors

    @property
    def text(self) -> str:
        """In a sentence or two."""
        return (
            f"{self._text(self.versions)}; {self.date[:10]}. Other programs kept "
            f"{self.others:.1f} processors busy meanwhile"
            + (": times are longer than on an idle machine." if self.is_disturbed else ".")
        )

    @property
    def setup_text(self) -> str:
        """The machine and its `setup`."""
        return self._text({name: self.versions[name] for name in COMPUTED if name in self.versions})

    def _text(self, versions: Mapping[str, str]) -> str:
        where = self.machine.text + ("" if self.device == "CPU" else f", {self.device}")
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        numbered = ", ".join(f"{name} {number}" for name, number in versions.items())
        return "; ".join([where, threads, *["large pages"] * self.large_pages, numbered])

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        plain = asdict(self)
        return {
            **{key: plain[key] for key in ("machine", "device", "threads")},
            "versions": dict(self.versions),
            "date": self.date,
            "other_programs_processors": self.others,
            "call_ms": self.call_ms,
            "product_flops": self.product,
            "copy_bytes_per_second": self.copy,
            "large_pages": self.large_pages,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Conditions:
        """What `as_dict` gave."""
        return cls(
            Machine.from_dict(plain["machine"]),
            plain["device"],
            plain["threads"],
            plain["versions"],
            plain["date"],
            plain["other_programs_processors"],
            plain["call_ms"],
            plain["product_flops"],
            plain["copy_bytes_per_second"],
            plain.get("large_pages", False),
        )


@dataclass(frozen=True)
class Timing:
    """The times of one kind of step of a network.

    Attributes:
        spec: The network.
        settings: The step.
        conditions: Where and when.
        whole: Of the whole network.
        parts: By level, then by place: each stage, block and layer alone.
        onnx: Of the whole network in ONNX Runtime; None if that was not measured.
    """

    spec: ResNeXtSpec
    settings: Settings
    conditions: Conditions
    whole: Times
    parts: Mapping[str, Mapping[str, Times]]
    onnx: Times | None = None

    @property
    def key(self) -> tuple[ResNeXtSpec, Settings, str]:
        """Tells it from every other measurement on this machine."""
        return self.spec, self.settings, self.conditions.date

    @property
    def ms_per_image(self) -> float:
        """Milliseconds of the step divided by its images."""
        return self.whole.ms / self.settings.batch

    @property
    def images_per_second(self) -> float:
        """Images of the step divided by its seconds."""
        return 1000 / self.ms_per_image

    @cached_property
    def report(self) -> Report:
        """What the network's parts are, and what they cost."""
        return analyse(self.spec)

    def steady(self, times: Times) -> float:
        """The milliseconds on which a judgement rests.

        The median; of the fastest call if other programs disturbed the measurement, because they
        make every other figure longer, and some more than others.
        """
        return times.fastest if self.conditions.is_disturbed else times.ms

    @property
    def steady_ms(self) -> float:
        """Of the whole network, see `steady`."""
        return self.steady(self.whole)

    @property
    def sums(self) -> dict[str, float]:
        """By level the sum of its parts' milliseconds, see `steady`."""
        return {level: sum(map(self.steady, self.parts[level].values())) for level in LEVELS}

    def share_of_limit(self) -> float:
        """The step's multiply-adds a second as a share of the matrix product's; see `steady`.

        A training step has three times the multiply-adds of inference: forward, the gradient of
        the input and that of the weights.
        """
        passes = 3 if self.settings.train else 1
        operations = 2 * passes * (self.report.totals.macs or 0) * self.settings.batch
        return operations / (self.steady_ms / 1000) / self.conditions.product

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; see `explorer.cli.time` for what each means."""
        return {
            "name": self.spec.name,
            "spec": self.spec.to_dict(),
            **self.settings.as_dict(),
            **self.whole.as_dict(),
            "ms_per_image": self.ms_per_image,
            "images_per_second": self.images_per_second,
            "share_of_product": self.share_of_limit(),
            "onnxruntime": None if self.onnx is None else self.onnx.as_dict(),
            "sums_ms": self.sums,
            "parts": [
                {"level": level, "name": place, **times.as_dict()}
                for level in LEVELS
                for place, times in self.parts[level].items()
            ],
            "conditions": self.conditions.as_dict(),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Timing:
        """What `as_dict` gave.

        Raises:
            KeyError, TypeError, ValueError: It is something else.
        """
        parts: dict[str, dict[str, Times]] = {level: {} for level in LEVELS}
        for row in plain["parts"]:
            parts[row["level"]][row["name"]] = _times(row)
        train = plain["mode"] == "training"
        onnx = plain["onnxruntime"]
        return cls(
            ResNeXtSpec.from_dict(plain["spec"]),
            Settings(plain["batch"], train, plain["precision"], plain["optimizer"] or "sgd"),
            Conditions.from_dict(plain["conditions"]),
            _times(plain),
            parts,
            None if onnx is None else _times(onnx),
        )


def _times(plain: Mapping[str, Any]) -> Times:
    turns = tuple(float(turn) for turn in plain["turns_ms"])
    if not turns:
        raise ValueError("no turns")
    return Times(turns, float(plain["fastest_ms"]))
