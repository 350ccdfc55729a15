"""The Train page: the form, the race, one run.

`page` decides what is shown, `form` and its parts start runs, and `run` shows one that is there.
What a visitor may see and do is asked of `explorer.app.state.visitor` alone.
"""

from explorer.app.views.train.page import render

__all__ = ["render"]
