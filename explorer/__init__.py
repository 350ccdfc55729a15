"""The explorer: analysis, drawing and training of ResNeXt networks, and their pages."""

from __future__ import annotations

from typing import Any


def explore(network: Any) -> Any:
    """Show a network in a notebook: a spec, a name, a graph or a Keras model."""
    from explorer.notebook import explore as show

    return show(network)
