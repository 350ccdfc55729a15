"""The explorer of ResNeXt networks: what a program or a notebook uses of it.

>>> from explorer import analyse, tables
>>> tables.frame(analyse("resnext50_32x4d"), by="stage")  # doctest: +SKIP

`analyse` and `compare` take specs, names, graphs, Keras models and ``.keras`` files; `tables` turns
a report into a data frame, text, CSV or JSON; `explore` shows a network in a notebook; `runs`
starts, lists and reads training runs. Each is imported when it is used: ``import explorer`` alone
imports neither pandas nor Plotly, Streamlit or TensorFlow.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.analysis import tables
    from explorer.analysis.compare import compare
    from explorer.analysis.report import analyse
    from explorer.notebook.explore import explore
    from explorer.training import runs

__all__ = ["analyse", "compare", "explore", "runs", "tables"]

_HOME = {
    "analyse": "explorer.analysis.report",
    "compare": "explorer.analysis.compare",
    "explore": "explorer.notebook.explore",
    "runs": "explorer.training",
    "tables": "explorer.analysis",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'explorer' has no attribute {name!r}")
    home = import_module(_HOME[name])
    return getattr(home, name, None) or import_module(f"{_HOME[name]}.{name}")


def __dir__() -> list[str]:
    return __all__
