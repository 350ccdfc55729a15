"""What was measured on this machine: kept in the cache folder, and read from there."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from explorer.cost.machine import this_machine
from explorer.cost.settings import Settings
from explorer.cost.timed import Timing
from explorer.jobs.files import cache_folder, read_json, write_json
from resnext import ResNeXtSpec

MOST_KEPT = 500
LATENCY = Settings()  # inference on one image


class Timings(Protocol):
    """Times of networks, as they were measured on this machine."""

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """Milliseconds of inference on one image; None if the network was not measured."""


class Kept:
    """The times that were kept, the last one of each network and step.

    Args:
        timings: Any order; the later ones of a network and step count.
    """

    def __init__(self, timings: Iterable[Timing]) -> None:
        ordered = sorted(timings, key=lambda timing: timing.conditions.date)
        self._ceilings: dict[tuple[str, int], tuple[float, float]] = {}
        for one in ordered:
            here = one.conditions
            product, copy = self.ceilings(here.device, here.threads)
            self._ceilings[here.device, here.threads] = (
                max(product, here.product),
                max(copy, here.copy),
            )
        self._by_step = {(one.spec, one.settings): self._raised(one) for one in ordered}

    def ceilings(self, device: str, threads: int) -> tuple[float, float]:
        """Product and copy of `Conditions`: the best of all measurements, as they are ceilings."""
        return self._ceilings.get((device, threads), (0.0, 0.0))

    def _raised(self, timing: Timing) -> Timing:
        here = timing.conditions
        product, copy = self.ceilings(here.device, here.threads)
        return replace(timing, conditions=replace(here, product=product, copy=copy))

    def find(self, spec: ResNeXtSpec, settings: Settings) -> Timing | None:
        """The times of a step of a network; None if they were not measured."""
        return self._by_step.get((spec, settings))

    def all(self) -> list[Timing]:
        """All of them, the last measured first."""
        return sorted(self._by_step.values(), key=lambda one: one.conditions.date, reverse=True)

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """Milliseconds of inference on one image; None if the network was not measured."""
        found = self.find(spec, LATENCY)
        return None if found is None else found.whole.ms


def timings_here() -> Kept:
    """The times that were measured on this machine; damaged files are passed over."""
    found = []
    for path in _folder().glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found.append(Timing.from_dict(read_json(path)))
    return Kept(found)


def stamp() -> tuple[tuple[str, int], ...]:
    """What changes when another time is kept."""
    with contextlib.suppress(OSError):
        return tuple(sorted((p.name, p.stat().st_mtime_ns) for p in _folder().glob("*.json")))
    return ()


def keep(timing: Timing) -> bool:
    """Keep a time in the place of an earlier one of the same step; False if the disk refuses."""
    plain = json.dumps([timing.spec.to_dict(), timing.settings.as_dict()], sort_keys=True)
    name = hashlib.sha256(plain.encode()).hexdigest()[:24]
    try:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / f"{name}.json", timing.as_dict(), durable=False)
        _forget_oldest(folder)
    except OSError:
        return False
    return True


def _folder() -> Path:
    """One for each machine: several may share a home."""
    return cache_folder() / "times" / this_machine().key


def _forget_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[MOST_KEPT:]:
        path.unlink(missing_ok=True)
