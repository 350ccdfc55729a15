"""Networks in a notebook.

What a notebook shows as the value of a cell belongs here: `explore` gives a network's summary and
its map, without a server. It reads reports and the map, and computes nothing itself.
"""

from explorer.notebook.explore import Exploration, explore

__all__ = ["Exploration", "explore"]
