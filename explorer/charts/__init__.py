"""Pictures of reports and runs: Plotly figures, and SVG.

A chart takes data from `explorer.analysis` or `explorer.training.runs` and returns a figure or
text; it computes nothing that a table would show. Its colours are those of
`explorer.analysis.palette`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.charts import analysis_charts, comparison_charts, training_charts

__all__ = ["analysis_charts", "comparison_charts", "training_charts"]


def __getattr__(name: str) -> Any:  # each imports Plotly
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
