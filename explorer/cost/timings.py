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
from explorer.formatting.labels import listed
from explorer.jobs.files import cache_folder, read_json, write_json
from resnext import ResNeXtSpec

MOST_KEPT = 500
LATENCY = Settings()  # inference on one image


class Timings(Protocol):
    """Times of networks, as they were measured on this machine."""

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """Milliseconds of inference on one image; None if the network was not measured."""

    def conditions(self, specs: Iterable[ResNeXtSpec]) -> str:
        """How the times of these networks were measured; empty if none of them was."""


class Kept:
    """The times that were kept, the last one of each network, step and setup.

    Times of different setups (`Conditions.setup`) are not comparable. What is shown next to other
    networks is of one setup, that of the step's last measurement.

    Args:
        timings: Any order; the later ones count.
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
        raised = [self._raised(one) for one in ordered]
        self._last = {(one.spec, one.settings): one for one in raised}
        self._setup = {one.settings: one.conditions.setup for one in raised}
        self._by_setup = {(one.spec, one.settings, one.conditions.setup): one for one in raised}

    def ceilings(self, device: str, threads: int) -> tuple[float, float]:
        """Product and copy of `Conditions`: the best of all measurements, as they are ceilings."""
        return self._ceilings.get((device, threads), (0.0, 0.0))

    def _raised(self, timing: Timing) -> Timing:
        here = timing.conditions
        product, copy = self.ceilings(here.device, here.threads)
        return replace(timing, conditions=replace(here, product=product, copy=copy))

    def find(self, spec: ResNeXtSpec, settings: Settings) -> Timing | None:
        """The times of a step of a network, in any setup; None if they were not measured."""
        return self._last.get((spec, settings))

    def alike(self, spec: ResNeXtSpec, settings: Settings = LATENCY) -> Timing | None:
        """The times of a step that can be compared with those of other networks."""
        setup = self._setup.get(settings)
        return None if setup is None else self._by_setup.get((spec, settings, setup))

    def all(self) -> list[Timing]:
        """The last one of each network and step, the last measured first."""
        return sorted(self._last.values(), key=lambda one: one.conditions.date, reverse=True)

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """Milliseconds of inference on one image; None if the network was not measured."""
        found = self.alike(spec)
        return None if found is None else found.steady_ms

    def conditions(self, specs: Iterable[ResNeXtSpec], settings: Settings = LATENCY) -> str:
        """How the times of these networks were measured; empty if none of them was.

        It names those whose measurement other programs disturbed, and those that are left out
        because their setup was another one.
        """
        asked = list(dict.fromkeys(specs))
        known = {spec: found for spec in asked if (found := self.alike(spec, settings))}
        if not known:
            return ""
        conditions = [found.conditions for found in known.values()]
        days = sorted({one.date[:10] for one in conditions})
        text = (
            f"Times: {settings.text}, measured on {conditions[0].setup_text}; "
            f"{' to '.join(dict.fromkeys([days[0], days[-1]]))}."
        )
        busy = [spec.name for spec, found in known.items() if found.conditions.is_disturbed]
        if busy:
            text += (
                f" Other programs were busy during the measurement of {listed(busy)}: the "
                "fastest call is given, which may still be longer than on an idle machine."
            )
        away = [s.name for s in asked if s not in known and self.find(s, settings) is not None]
        if away:
            text += (
                " Left out, as they were measured with another device, other threads, memory pages "
                f"or versions: {listed(away)}."
            )
        return text


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
    """Keep a time, in the place of an earlier one of its step and setup.

    Returns:
        False if the disk refuses.
    """
    key = [timing.spec.to_dict(), timing.settings.as_dict(), timing.conditions.setup]
    plain = json.dumps(key, sort_keys=True)
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
