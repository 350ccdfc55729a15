"""What was measured on this machine: the side that reads it."""

from __future__ import annotations

from typing import Protocol

from resnext import ResNeXtSpec


class Timings(Protocol):
    """Times of networks, as they were measured on this machine."""

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """Milliseconds of one image in inference; None if the network was not measured."""


class NothingMeasured:
    """No network was timed."""

    def ms(self, spec: ResNeXtSpec) -> float | None:
        """None: the network was not measured."""
        return None


def timings_here() -> Timings:
    """The times that were measured on this machine."""
    return NothingMeasured()
