"""The Sweeps page: many networks at one cost, each with several seeds.

`page` decides what is shown, `form` plans and starts a sweep, `live` shows one while it trains.
What they show is computed in `explorer.sweeps`.
"""

from explorer.app.views.sweeps.page import render

__all__ = ["render"]
