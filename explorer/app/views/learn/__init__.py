"""The Learn page: the lesson, step by step.

`page` shows the steps and the chosen one; each step is a module. What a step computes and draws is
in `explorer.lesson`.
"""

from explorer.app.views.learn.page import opening, render

__all__ = ["opening", "render"]
