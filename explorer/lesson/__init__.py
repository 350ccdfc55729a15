"""What the lesson computes and draws: one block, its forms, its paths, and questions about them.

Measurements run in a worker process and are returned as plain data; drawings are HTML text.
Nothing here knows the page that shows it. Each name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.lesson.ablation import switch_off
    from explorer.lesson.activations import look_inside
    from explorer.lesson.equivalence import measure
    from explorer.lesson.question_kinds import ask, topics
    from explorer.lesson.saved_models import read_trained

__all__ = ["ask", "look_inside", "measure", "read_trained", "switch_off", "topics"]

_MODULES = {
    "ask": "question_kinds",
    "look_inside": "activations",
    "measure": "equivalence",
    "read_trained": "saved_models",
    "switch_off": "ablation",
    "topics": "question_kinds",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
