"""Charts that sessions share: drawing one takes up to 20 ms, and every visitor waits for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import plotly.graph_objects as go

from explorer.app.state.shared import Shared

Drawn = TypeVar("Drawn", go.Figure, go.Figure | None)
_MOST = 5_000_000  # characters of the figures as JSON; each takes up to ten bytes
_FIGURES: Shared[go.Figure | None] = Shared(
    _MOST, lambda drawn: len(drawn.to_json()) if drawn else 1
)


def shared_chart(draw: Callable[..., Drawn], *data: object, key: Hashable) -> Drawn:
    """The figure that ``draw`` makes of the data, or the one that it made for an equal key.

    Args:
        draw: A function of `explorer.charts`.
        data: Its arguments.
        key: All that the data depend on.
    """
    figure: Drawn = _FIGURES.get((draw, key), lambda: draw(*data))
    return figure
