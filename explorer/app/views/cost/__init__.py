"""The Cost page: the memory of a step, and the networks that a budget buys.

`page` puts the sections together; each is a module. What they show is computed in `explorer.cost`.
"""

from explorer.app.views.cost.page import render

__all__ = ["render"]
